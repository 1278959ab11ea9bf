"""The classic mistakes of the scale: other numbers of the same pixels. Pure functions of the steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from truecopy.contract import Step, SwapRB, Values
from truecopy.contract.steps import ChainOp, Constant
from truecopy.pixels.values import apply_chain

if TYPE_CHECKING:
    import numpy.typing as npt

Steps: TypeAlias = tuple[Step, ...]
Chain: TypeAlias = tuple[tuple[ChainOp, Constant], ...]

# Two value tables that are closer than this share of their range are one scale, rounded in two ways.
_SAME_SCALE = 1e-3
_SCALES: tuple[tuple[str, str, Chain], ...] = (
    ("0..255", "The pixels went in as they are, without any scaling.", ()),
    ("0..1", "Divided by 255, and nothing else was done.", (("div", 255.0),)),
    ("-1..1", "Divided by 127.5, then 1 was taken off.", (("div", 127.5), ("sub", 1.0))),
    (
        "ImageNet mean/std",
        "Divided by 255, then ImageNet's mean and standard deviation.",
        (("div", 255.0), ("sub", (0.485, 0.456, 0.406)), ("div", (0.229, 0.224, 0.225))),
    ),
)


def other_scales(steps: Steps, channels: int) -> Iterator[tuple[str, str, Steps]]:
    """(name, sentence, steps) of each well-known scale that is not the one of `steps`, which make `channels` channels."""
    own = _table(steps, channels)
    geometry = tuple(step for step in steps if not isinstance(step, Values))
    swapped = sum(isinstance(step, SwapRB) for step in steps) % 2 == 1
    fitting = {
        (name, sentence): (*geometry, Values(chain=reversed_channels(chain) if swapped else chain))
        for name, sentence, chain in _SCALES
        if channels == 3 or not any(isinstance(constant, tuple) for _, constant in chain)
    }
    same = [name for (name, _), changed in fitting.items() if _close(own, _table(changed, channels))]
    for (name, sentence), changed in fitting.items():
        if name not in same:
            yield f"{name} instead of {same[0] if same else 'its own scale'}", sentence, changed


def _table(steps: Steps, channels: int) -> npt.NDArray[Any]:
    """What the steps make of the levels 0 to 255 in every channel, float32 (256, channels)."""
    values = np.repeat(np.arange(256, dtype=np.float32)[:, np.newaxis], channels, axis=1)
    for step in steps:
        if isinstance(step, Values):
            values = apply_chain(values, step.chain)
        elif isinstance(step, SwapRB):
            values = values[:, ::-1]
    return values


def _close(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.abs(a - b).max() <= _SAME_SCALE * np.ptp(a))


def reversed_channels(chain: Chain) -> Chain:
    """The chain for channels in the opposite order."""
    return tuple((op, constant[::-1] if isinstance(constant, tuple) else constant) for op, constant in chain)


def values_last(steps: Steps) -> Steps:
    """The same steps with all chains in one at the end; behind `swap_rb` a chain's channels are in the other order."""
    chain: Chain = ()
    for step in steps:
        if isinstance(step, SwapRB):
            chain = reversed_channels(chain)
        elif isinstance(step, Values):
            chain += step.chain
    return (*(step for step in steps if not isinstance(step, Values)), Values(chain=chain))
