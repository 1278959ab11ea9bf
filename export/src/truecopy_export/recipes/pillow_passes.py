"""Which of its two passes Pillow's resize runs first: that changed with Pillow 13 (PR 9549)."""

from __future__ import annotations

import PIL

from truecopy.contract import CenterCrop, Pad, Resize, Step
from truecopy.contract.steps import PassOrder
from truecopy.pixels.passes import pass_sizes
from truecopy.pixels.sizes import output_size


def installed_pass_order() -> PassOrder:
    """The rule of the Pillow that runs here."""
    return "pillow13" if int(PIL.__version__.partition(".")[0]) >= 13 else "horizontal"


def affected_by_pass_order(steps: tuple[Step, ...], size: tuple[int, int]) -> bool:
    """Does any resize of a picture of `size` (height, width) run its passes in another order under Pillow 13?"""
    for step in steps:
        match step:
            case Resize():
                target = output_size(step, *size)
                old, new = (
                    pass_sizes(size, target, resampling=step.filter, pass_order=order)
                    for order in ("horizontal", "pillow13")
                )
                if old != new:
                    return True
                size = target
            case CenterCrop():
                size = step.size
            case Pad():
                size = (size[0] + step.top + step.bottom, size[1] + step.left + step.right)
            case _:
                pass
    return False
