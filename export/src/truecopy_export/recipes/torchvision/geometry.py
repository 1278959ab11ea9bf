"""torchvision's geometry, v1 and v2: on PIL pictures Pillow's kernels, on tensors torch's.

Source: torchvision 0.28 `transforms/functional.py`, `transforms/_functional_tensor.py`,
`transforms/v2/functional/_geometry.py`.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, cast

from msgspec import UNSET, UnsetType

from truecopy.contract import CenterCrop, Pad, Resize
from truecopy.contract.resize import AnyFilter, Filter, Kernel
from truecopy.errors import RecipeError
from truecopy_export.recipes.reading import Reading
from truecopy_export.recipes.recipe import TRAINING

from .types import by_type

Version: TypeAlias = Literal["v1", "v2"]

# By the number that PIL gives a mode, and by the name that torchvision gives it (`_interpolation_modes_from_int`).
_PIL_NUMBERS: Mapping[int, Filter] = {
    0: "nearest",
    1: "lanczos",
    2: "bilinear",
    3: "bicubic",
    4: "box",
    5: "hamming",
}
_NAMES: tuple[AnyFilter, ...] = (*_PIL_NUMBERS.values(), "nearest-exact")
_NEAREST: tuple[AnyFilter, ...] = ("nearest", "nearest-exact")


def interpolation_of(interpolation: Any) -> AnyFilter:
    """The name of an InterpolationMode, of its value or of Pillow's number."""
    if isinstance(interpolation, list | tuple):
        raise RecipeError(f"the interpolation is random: {TRAINING}")
    value = getattr(interpolation, "value", interpolation)
    found = _PIL_NUMBERS.get(value) if isinstance(value, int) else str(value)
    if found not in _NAMES:
        raise RecipeError(
            "the interpolation", expected=f"one of {', '.join(_NAMES)}", got=repr(interpolation)
        )
    return found


def filter_of(interpolation: Any) -> Filter:
    """What Pillow makes of it: there is no other nearest there (`pil_modes_mapping`)."""
    name = interpolation_of(interpolation)
    return "nearest" if name == "nearest-exact" else cast("Filter", name)


def pair_of(size: Any) -> tuple[int, int]:
    """(height, width) of what `_setup_size` accepts."""
    sides = (size,) if isinstance(size, int) else tuple(size)
    return (int(sides[0]), int(sides[-1]))


def fill_of(fill: Any) -> int | tuple[int, ...]:
    """Pillow takes whole levels: `_parse_fill` cuts the fraction off."""
    if fill is None or isinstance(fill, int | float):
        return int(fill or 0)
    if not isinstance(fill, list | tuple):
        raise RecipeError("the fill", expected="a number, or one per channel", got=repr(fill))
    return int(fill[0]) if len(fill) == 1 else tuple(int(level) for level in fill)


def resampled(
    reading: Reading,
    version: Version,
    interpolation: Any,
    antialias: bool | None,
    *,
    rule: Literal["short", "exact", "ratio"],
    size: int | tuple[int, int],
    max_size: int | UnsetType = UNSET,
    fit: Literal["contain", "cover"] | UnsetType = UNSET,
) -> Resize:
    """The step that `resize` of v1 or v2 is at this stage; `antialias` is its argument (None: off, on tensors)."""
    if reading.stage == "picture":
        return Resize(
            rule=rule,
            size=size,
            max_size=max_size,
            fit=fit,
            kernel="pillow",
            filter=filter_of(interpolation),
            pass_order=reading.pass_order,
        )
    name = interpolation_of(interpolation)
    smooth = bool(antialias) and name not in _NEAREST
    _check_tensor_filter(name, version, reading, antialias=smooth)
    return Resize(
        rule=rule,
        size=size,
        max_size=max_size,
        fit=fit,
        kernel=_tensor_kernel(name, version, reading),
        filter=name,
        antialias=smooth,
    )


def _check_tensor_filter(name: AnyFilter, version: Version, reading: Reading, *, antialias: bool) -> None:
    """v1 knows no `lanczos` for tensors and v2 none without antialias; on floats it is not in the contract."""
    if name in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        return
    if name == "lanczos" and version == "v2" and antialias:
        if reading.stage == "bytes":
            return
        raise RecipeError(
            "lanczos on float32 numbers cannot be expressed",
            fix="Resize the 8-bit tensor (before the conversion to float32) or with bicubic, and validate with that",
        )
    raise RecipeError(
        f"torchvision {version} has no {name} for tensors"
        + (" without antialias" if name == "lanczos" and version == "v2" else ""),
        expected="nearest, nearest-exact, bilinear or bicubic",
        fix="Put it before the conversion to a tensor, or let the transform take PIL pictures",
    )


def _tensor_kernel(name: AnyFilter, version: Version, reading: Reading) -> Kernel:
    """v1 computes 8-bit tensors in float32 and rounds; v2 has torch's native 8-bit kernel. Nearest picks pixels."""
    if reading.stage == "numbers":
        return "torch_f32"
    return "torch_u8" if name in _NEAREST or (version == "v2" and _is_native(name)) else "torch_f32_u8"


def _is_native(name: AnyFilter) -> bool:
    """Source: `_do_native_uint8_resize_on_cpu`: bilinear goes through float32 where there is no AVX2."""
    import torch

    vectors = torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
    return name != "bilinear" or vectors or platform.machine() in ("aarch64", "arm64")


def read_resize(part: Any, reading: Reading, version: Version) -> None:
    if part.size is None:
        raise RecipeError(
            "size=None of Resize (the long side becomes max_size) cannot be expressed",
            got=f"max_size={part.max_size}",
            fix="Give size (the short side), with max_size beside it if need be",
        )
    sides = (part.size,) if isinstance(part.size, int) else tuple(part.size)
    _check_max_size(part.max_size, sides)
    if part.antialias is False and reading.stage == "picture":
        reading.note("antialias=False has no meaning on PIL pictures: Pillow always filters")
    reading.geometry(
        resampled(
            reading,
            version,
            part.interpolation,
            part.antialias,
            rule="short" if len(sides) == 1 else "exact",
            size=int(sides[0]) if len(sides) == 1 else (int(sides[0]), int(sides[1])),
            max_size=UNSET if part.max_size is None else int(part.max_size),
        )
    )


def _check_max_size(max_size: int | None, sides: tuple[int, ...]) -> None:
    """Source: `_compute_resized_output_size`: it raises for every picture otherwise."""
    if max_size is not None and (len(sides) != 1 or max_size <= sides[0]):
        raise RecipeError(
            "max_size of Resize",
            expected="one number as size, and max_size above it",
            got=f"size={sides}, max_size={max_size}",
        )


def read_center_crop(part: Any, reading: Reading) -> None:
    reading.geometry(CenterCrop(size=pair_of(part.size), offset="half_even", pad_before="floor", fill=0))


def read_pad(part: Any, reading: Reading, version: Version) -> None:
    padding = (part.padding,) if isinstance(part.padding, int) else tuple(part.padding)
    left, top, right, bottom = padding * (4 // len(padding))
    if min(padding) < 0:
        raise RecipeError("a negative padding is a crop, and cannot be expressed", got=repr(part.padding))
    fill = by_type(part.fill, reading, "fill of Pad") if isinstance(part.fill, dict) else part.fill
    if reading.stage != "picture":
        check_tensor_fill(fill, reading, version, mode=part.padding_mode)
        if part.padding_mode in ("reflect", "symmetric"):
            reading.note(
                f"torchvision cannot pad a tensor by {part.padding_mode} beyond its own sides; the contract can"
            )
    reading.geometry(
        Pad(top=top, bottom=bottom, left=left, right=right, mode=part.padding_mode, fill=fill_of(fill))
    )


def check_tensor_fill(fill: Any, reading: Reading, version: Version, *, mode: str = "constant") -> None:
    """Refuse a fill that `pad` does not take for tensors, or that no level of the contract is.

    Source: `_functional_tensor.pad` (v1), `pad_image` (v2). 8-bit fills lose their fraction, float ones keep it.
    """
    several = isinstance(fill, list | tuple)
    if several and (version == "v1" or (mode != "constant" and len(fill) > 1)):
        raise RecipeError(
            f"torchvision {version} cannot pad a tensor with one fill per channel"
            + ("" if version == "v1" else f" and mode {mode}"),
            got=repr(fill),
            fix="Give one number, or put Pad before the conversion to a tensor",
        )
    for level in fill if several else (fill or 0,):
        if not 0 <= level <= 255:
            raise RecipeError("the fill", expected="0 to 255", got=repr(fill))
        if reading.stage == "numbers" and level != int(level):
            raise RecipeError(
                "a fractional fill of float32 numbers cannot be expressed",
                expected="a whole number from 0 to 255",
                got=repr(fill),
                fix="Put Pad before the conversion to float32, with a level of 0 to 255",
            )
