"""The classic mistakes of a deployment, each as a changed contract over the same graph. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import msgspec

from truecopy.contract import Contract, Grayscale, ImageInput, Step, SwapRB, Values
from truecopy.contract.flow import Sides, flow
from truecopy.errors import ContractError

from .wrong_resize import other_resizers, other_sizes
from .wrong_scale import other_scales, values_last

Steps: TypeAlias = tuple[Step, ...]
Subject: TypeAlias = Literal["channels", "scale", "resizer", "size", "orientation", "colour"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """name: `BGR instead of RGB`. sentence: what happened. input, steps: what would run instead of the contract's."""

    subject: Subject
    name: str
    sentence: str
    input: ImageInput
    steps: Steps


def mistakes(contract: Contract) -> tuple[Mistake, ...]:
    """All that fit the contract; what would equal it, or contradict itself, is left out."""
    return tuple(
        mistake
        for mistake in _all(contract)
        if (mistake.input, mistake.steps) != (contract.image, contract.steps) and _holds(mistake)
    )


def _holds(mistake: Mistake) -> bool:
    try:
        return flow(mistake.steps, mistake.input.channels).dtype == "float32"
    except ContractError:
        return False


def _all(contract: Contract) -> Iterator[Mistake]:
    policy, steps = contract.image, contract.steps
    made = flow(steps, policy.channels)
    for name, sentence, changed in _channel_orders(policy, steps):
        yield Mistake("channels", name, sentence, policy, changed)
    for name, sentence, changed in other_scales(steps, made.channels):
        yield Mistake("scale", name, sentence, policy, changed)
    for name, sentence, changed in other_resizers(steps):
        mistake = Mistake("resizer", name, sentence, policy, changed)
        # A resizer of 8-bit pixels where the contract resizes numbers: the scale follows it then.
        yield mistake if _holds(mistake) else replace(mistake, steps=values_last(changed))
    for name, sentence, changed in other_sizes(steps, _canvas_size(contract, made.size)):
        yield Mistake("size", name, sentence, policy, changed)
    yield _other_orientation(policy, steps)
    for name, sentence, changed in _colours(policy, steps):
        yield Mistake("colour", name, sentence, policy, changed)


def _canvas_size(contract: Contract, made: Sides | None) -> Sides | None:
    """(height, width) of every canvas, where graph or steps fix it."""
    height, width = contract.graph.inputs[0].size
    return (height, width) if isinstance(height, int) and isinstance(width, int) else made


def _channel_orders(policy: ImageInput, steps: Steps) -> Iterator[tuple[str, str, Steps]]:
    if any(isinstance(step, SwapRB) for step in steps):
        kept = tuple(step for step in steps if not isinstance(step, SwapRB))
        yield "RGB instead of BGR", "The contract exchanges red and blue; that was forgotten.", kept
    elif policy.color == "RGB":
        yield (
            "BGR instead of RGB",
            "cv2.imread gives BGR, and nobody turned it round.",
            (SwapRB(), *steps),
        )


def _other_orientation(policy: ImageInput, steps: Steps) -> Mistake:
    if policy.orientation == "ignore":
        name, done = "EXIF turn applied instead of ignored", "made, and the contract ignores it"
        changed = msgspec.structs.replace(policy, orientation="apply")
    else:
        name, done = "EXIF turn ignored instead of applied", "left out, and the contract makes it"
        changed = msgspec.structs.replace(policy, orientation="ignore")
    return Mistake("orientation", name, f"The turn that the file's EXIF asks for was {done}.", changed, steps)


def _colours(policy: ImageInput, steps: Steps) -> Iterator[tuple[str, str, Steps]]:
    if policy.color == "L":
        *geometry, values = values_last(steps)
        if isinstance(values, Values):
            inverted = Values(chain=(("mul", -1.0), ("add", 255.0), *values.chain))
            sentence = "Dark strokes on a light ground, where light on dark was learned, or the reverse."
            yield "inverted instead of as it is", sentence, (*geometry, inverted)
    elif not any(isinstance(step, Grayscale) for step in steps):
        grey = Grayscale(method="pillow", channels=3)
        yield "grey instead of colour", "A grey picture in three equal channels.", (grey, *steps)
