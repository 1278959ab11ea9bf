"""Has the sweep power? Wrong on purpose, one fact at a time: how many recipes notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import replace

from truecopy.contract import CenterCrop, Resize, Step, Values
from truecopy.errors import TruecopyError

if TYPE_CHECKING:
    from tools.sweep.judge import Judge


@dataclass(frozen=True)
class Mutation:
    """change: a step to the wrong one, or None where the mutation does not apply to it."""

    name: str
    change: Callable[[Step], Step | None]


def _offset(step: Step) -> Step | None:
    other = {"half_even": "floor", "floor": "half_even"}
    return replace(step, offset=other[step.offset]) if isinstance(step, CenterCrop) else None


def _rounded(step: Step) -> Step | None:
    applies = isinstance(step, Resize) and step.rule == "short" and step.max_size is UNSET
    return replace(step, rule="scale_short") if applies else None


def _pad_before(step: Step) -> Step | None:
    other = {"floor": "ceil", "ceil": "floor"}
    return replace(step, pad_before=other[step.pad_before]) if isinstance(step, CenterCrop) else None


def _pass_order(step: Step) -> Step | None:
    other = {"horizontal": "pillow13", "pillow13": "horizontal"}
    applies = isinstance(step, Resize) and step.kernel == "pillow"
    return replace(step, pass_order=other[step.pass_order]) if applies else None


def _pillow_for_torch(step: Step) -> Step | None:
    applies = isinstance(step, Resize) and step.kernel.startswith("torch") and step.filter != "nearest-exact"
    if not applies:
        return None
    return replace(step, kernel="pillow", antialias=UNSET, pass_order="horizontal")


def _torch_for_pillow(step: Step) -> Step | None:
    applies = isinstance(step, Resize) and step.kernel == "pillow" and step.filter in ("bilinear", "bicubic")
    return replace(step, kernel="torch_u8", antialias=True, pass_order=UNSET) if applies else None


def _other_filter(step: Step) -> Step | None:
    other = {"bilinear": "bicubic", "bicubic": "bilinear", "nearest": "bilinear", "lanczos": "bicubic"}
    applies = isinstance(step, Resize) and step.filter in other
    return replace(step, filter=other[step.filter]) if applies else None


def _antialias(step: Step) -> Step | None:
    applies = (
        isinstance(step, Resize) and step.antialias is not UNSET and step.filter in ("bilinear", "bicubic")
    )
    return replace(step, antialias=not step.antialias) if applies else None


def _scale(step: Step) -> Step | None:
    if not (isinstance(step, Values) and step.chain and step.chain[0] == ("div", 255.0)):
        return None
    return replace(step, chain=(("mul", 1 / 255), *step.chain[1:]))


MUTATIONS = (
    Mutation("floor for half-even (and back) in the crop", _offset),
    Mutation("round for truncate in the long side", _rounded),
    Mutation("ceil for floor (and back) in the padding", _pad_before),
    Mutation("the other pass order of Pillow", _pass_order),
    Mutation("Pillow for torch", _pillow_for_torch),
    Mutation("torch's 8 bits for Pillow", _torch_for_pillow),
    Mutation("another filter", _other_filter),
    Mutation("antialias on for off (and back)", _antialias),
    Mutation("times 1/255 for divided by 255", _scale),
)


def caught(mutation: Mutation, judge: Judge) -> dict[str, int]:
    """applies: distinct recipes that have the mutated fact. caught: those where some picture's tensor changes."""
    applies = noticed = 0
    for recipe in judge.recipes():
        changed = tuple(mutation.change(step) for step in recipe.steps)
        if all(step is None for step in changed):
            continue
        steps = tuple(new or old for new, old in zip(changed, recipe.steps, strict=True))
        applies += 1
        try:
            noticed += judge.differs(recipe, steps)
        except TruecopyError:  # the wrong steps do not even hold together
            noticed += 1
    return {"applies": applies, "caught": noticed}
