"""The size that a `resize` step gives a picture. Sizes are (height, width)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import UNSET

from truecopy.contract.resize import Resize, ResizeRule
from truecopy.errors import InputError

from .passes import Size


def output_size(step: Resize, height: int, width: int) -> Size:
    """The size after `step` of a picture of (height, width).

    Raises:
        InputError: a side would have no pixels.
    """
    made = _RULES[step.rule](step, height, width)
    if step.multiple is not UNSET:
        made = _to_multiple(made, step.multiple, up=step.multiple_round == "up")
    if 0 in made:
        raise InputError(
            f"the picture is too narrow for resize rule {step.rule!r}: a side would have no pixels",
            expected=f"sides that can be brought to size {step.size}",
            got=f"{width} x {height} (width x height)",
        )
    return made


def _exact(step: Resize, _height: int, _width: int) -> Size:
    return _pair(step)


def _short(step: Resize, height: int, width: int) -> Size:
    """The long side is truncated. Source: torchvision/transforms/functional.py `_compute_resized_output_size`."""
    short, long = sorted((height, width))
    new_short, new_long = _side(step), int(_side(step) * long / short)
    if step.max_size is not UNSET and new_long > step.max_size:
        new_short, new_long = int(step.max_size * new_short / new_long), step.max_size
    return (new_long, new_short) if width <= height else (new_short, new_long)


def _scale_short(step: Resize, height: int, width: int) -> Size:
    """Source: albumentations `smallest_max_size`; transformers `models/pp_lcnet` get_image_size."""
    return _scaled(height, width, _side(step) / min(height, width))


def _scale_long(step: Resize, height: int, width: int) -> Size:
    """Source: albumentations `longest_max_size`."""
    return _scaled(height, width, _capped(_side(step) / max(height, width), step))


def _scale_fit(step: Resize, height: int, width: int) -> Size:
    """Source: ultralytics/data/augment.py `LetterBox`."""
    size = _pair(step)
    return _scaled(height, width, _capped(min(size[0] / height, size[1] / width), step))


def _scaled(height: int, width: int, scale: float) -> Size:
    """Both sides times `scale`, half to even, at least 1."""
    return max(round(height * scale), 1), max(round(width * scale), 1)


def _capped(scale: float, step: Resize) -> float:
    return min(scale, 1.0) if step.no_upscale is True else scale


def _ratio(step: Resize, height: int, width: int) -> Size:
    """Both sides are rounded half to even. Source: timm/data/transforms.py `ResizeKeepRatio.get_params`."""
    size = _pair(step)
    ratios = height / size[0], width / size[1]
    ratio = max(ratios) if step.fit == "contain" else min(ratios)
    return round(height / ratio), round(width / ratio)


def _thumbnail(step: Resize, height: int, width: int) -> Size:
    """Only ever smaller. Source: transformers `models/donut/image_processing_donut.py` (thumbnail)."""
    size = _pair(step)
    h, w = min(height, size[0]), min(width, size[1])
    if (h, w) == (height, width):
        return h, w
    if height > width:
        w = int(width * h / height)
    elif width > height:
        h = int(height * w / width)
    return h, w


def _max_hw(step: Resize, height: int, width: int) -> Size:
    """Both sides are truncated. Source: transformers `image_transforms.py` get_image_size_for_max_height_width."""
    size = _pair(step)
    scale = min(size[0] / height, size[1] / width)
    return int(height * scale), int(width * scale)


def _vilt(step: Resize, height: int, width: int) -> Size:
    """Source: transformers `models/vilt/image_processing_vilt.py` get_resize_output_image_size."""
    side = _side(step)
    scaled = (side, width * (side / height)) if height < width else (height * (side / width), side)
    return _at_most_1333_800(scaled, side)


def _bridgetower(step: Resize, height: int, width: int) -> Size:
    """Source: transformers `models/bridgetower/image_processing_bridgetower.py` get_resize_output_image_size."""
    side = _side(step)
    scale = side / min(height, width)
    return _at_most_1333_800((side, scale * width) if height < width else (scale * height, side), side)


def _at_most_1333_800(size: tuple[float, float], side: int) -> Size:
    """The long side is at most 1333/800 of the short one that was asked for; both are rounded half up."""
    longest = int(1333 / 800 * side)
    if max(size) > longest:
        scale = longest / max(size)
        size = size[0] * scale, size[1] * scale
    return int(size[0] + 0.5), int(size[1] + 0.5)


def _to_multiple(size: Size, multiple: int, *, up: bool) -> Size:
    height, width = (-(-side // multiple) * multiple if up else side // multiple * multiple for side in size)
    return height, width


def _side(step: Resize) -> int:
    if isinstance(step.size, tuple):  # the struct refuses it at construction
        raise AssertionError(step)
    return step.size


def _pair(step: Resize) -> Size:
    if not isinstance(step.size, tuple):  # the struct refuses it at construction
        raise AssertionError(step)
    height, width = step.size
    return height, width


_RULES: Mapping[ResizeRule, Callable[[Resize, int, int], Size]] = {
    "exact": _exact,
    "short": _short,
    "scale_short": _scale_short,
    "scale_long": _scale_long,
    "scale_fit": _scale_fit,
    "ratio": _ratio,
    "thumbnail": _thumbnail,
    "max_hw": _max_hw,
    "vilt": _vilt,
    "bridgetower": _bridgetower,
}
