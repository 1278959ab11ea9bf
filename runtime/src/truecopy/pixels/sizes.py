"""The size that a `resize` step gives a picture. Sizes are (height, width)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, TypeAlias

from truecopy.contract.steps import Resize
from truecopy.errors import InputError

from .passes import Size

SizeRule: TypeAlias = Callable[[int, int], Size]


def size_rule(step: Resize) -> SizeRule:
    """The step's rule as a function of height and width."""
    match step:
        case Resize(rule="short", size=int() as side):
            return partial(_short, side=side)
        case Resize(rule="ratio", size=(int() as height, int() as width), fit="contain" | "cover" as fit):
            return partial(_ratio, size=(height, width), fit=fit)
        case Resize(rule="exact", size=(int() as height, int() as width)):
            return partial(_exact, size=(height, width))
        case _:  # the struct refuses every other pairing at construction
            raise AssertionError(step)


def output_size(step: Resize, height: int, width: int) -> Size:
    return size_rule(step)(height, width)


def _exact(height: int, width: int, *, size: Size) -> Size:
    del height, width
    return size


def _short(height: int, width: int, *, side: int) -> Size:
    """The long side is truncated. Source: torchvision/transforms/functional.py `_compute_resized_output_size`."""
    if width <= height:
        return int(side * height / width), side
    return side, int(side * width / height)


def _ratio(height: int, width: int, *, size: Size, fit: Literal["contain", "cover"]) -> Size:
    """Both sides are rounded half to even. Source: timm/data/transforms.py `ResizeKeepRatio.get_params`."""
    ratios = height / size[0], width / size[1]
    ratio = max(ratios) if fit == "contain" else min(ratios)
    resized = round(height / ratio), round(width / ratio)
    if 0 in resized:
        raise InputError(
            "the picture is too narrow for resize rule 'ratio': a side would have no pixels",
            expected=f"sides that can {'fit into' if fit == 'contain' else 'cover'} {size[1]} x {size[0]} (width x height)",
            got=f"{width} x {height}",
        )
    return resized
