"""Which of its two passes Pillow's resize runs first: that changed with Pillow 13 (PR 9549)."""

from __future__ import annotations

import PIL

from truecopy.contract import CenterCrop, Pad, Resize, Step
from truecopy.contract.steps import PassOrder
from truecopy.pixels.passes import pass_sizes
from truecopy.pixels.sizes import output_size

_ORDERS: tuple[PassOrder, ...] = ("horizontal", "pillow13")


def installed_pass_order() -> PassOrder:
    """The rule of the Pillow that runs here."""
    return "pillow13" if int(PIL.__version__.partition(".")[0]) >= 13 else "horizontal"


def affected_by_pass_order(steps: tuple[Step, ...], size: tuple[int, int]) -> bool:
    """Does the rule of Pillow 13 turn the passes of any resize around for a picture of `size` (height, width)?"""
    for step in steps:
        match step:
            case Resize():
                target = output_size(step, *size)
                passes = {
                    order: pass_sizes(size, target, resampling=step.filter, pass_order=order)
                    for order in _ORDERS
                }
                if passes["horizontal"] != passes["pillow13"]:
                    return True
                size = target
            case CenterCrop():
                size = step.size
            case Pad():
                size = (size[0] + step.top + step.bottom, size[1] + step.left + step.right)
            case _:
                pass
    return False
