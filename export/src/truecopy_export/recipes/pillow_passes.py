"""Which of its two passes Pillow's resize runs first: that changed with Pillow 13 (PR 9549)."""

from __future__ import annotations

from typing import cast

import PIL

from truecopy.contract import CenterCrop, Pad, PadTo, Resize, ResizeBox, Step
from truecopy.contract.resize import Filter, PassOrder
from truecopy.pixels.geometry import crop_size
from truecopy.pixels.passes import pass_sizes, vertical_first
from truecopy.pixels.sizes import output_size

_ORDERS: tuple[PassOrder, ...] = ("horizontal", "pillow13")


def installed_pass_order() -> PassOrder:
    """The rule of the Pillow that runs here."""
    return "pillow13" if int(PIL.__version__.partition(".")[0]) >= 13 else "horizontal"


def affected_by_pass_order(steps: tuple[Step, ...], size: tuple[int, int]) -> bool:
    """Does the rule of Pillow 13 turn the passes of any resize around for a picture of `size` (height, width)?"""
    for step in steps:
        match step:
            case Resize(kernel="pillow", filter=resampling):
                target = output_size(step, *size)
                passes = {
                    order: pass_sizes(size, target, resampling=cast("Filter", resampling), pass_order=order)
                    for order in _ORDERS
                }
                if passes["horizontal"] != passes["pillow13"]:
                    return True
                size = target
            case Resize():
                size = output_size(step, *size)
            case ResizeBox(size=target):
                # Pillow's rule looks at the whole picture, not at the box.
                if step.filter != "nearest" and vertical_first(size, target):
                    return True
                size = target
            case CenterCrop():
                size = crop_size(step, size)
            case Pad():
                size = (size[0] + step.top + step.bottom, size[1] + step.left + step.right)
            case PadTo():
                size = max(size[0], step.size[0]), max(size[1], step.size[1])
            case _:
                pass
    return False
