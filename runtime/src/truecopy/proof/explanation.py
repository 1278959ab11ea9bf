"""What `explain` found out: plain data for the sheet, the terminal and JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PIL import Image

from truecopy.contract import Contract, ImageInput
from truecopy.predict import Binary, Classification, Multilabel, Regression, Result, Sequence
from truecopy.predict.results import is_flip

from .mistakes import Mistake
from .shown import Numbers, finite


@dataclass(frozen=True, slots=True)
class Stage:
    """name: `decoded`, `step 0`, ..., `tensor`. words: what was done. picture: shown, RGB."""

    name: str
    words: str
    numbers: Numbers
    picture: Image.Image


@dataclass(frozen=True, slots=True)
class Fed:
    """What a mistake would have fed.

    picture: the tensor, black and white at the smallest and largest value of the contract's tensor.
    moved: mean absolute difference of the two tensors, as a share of the contract tensor's range (largest minus smallest
    value); None where all its values are equal.
    differing: share of the values that are not equal.
    answer: None where the graph failed on this tensor; `failure` then says why.
    label_changes: another label, another set of labels, or another text; None for a regression, which has none of them.
    """

    mistake: Mistake
    numbers: Numbers
    picture: Image.Image
    moved: float | None
    differing: float
    answer: Result | None
    failure: str
    label_changes: bool | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A mistake that this photo cannot show, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """stages: decoded, each step of the geometry, tensor. hidden: steps between them that are not shown.

    fed, left_out: every mistake that fits the contract stands in one of them.
    """

    model: str
    contract: Contract
    device: str
    stages: tuple[Stage, ...]
    hidden: int
    answer: Result
    fed: tuple[Fed, ...]
    left_out: tuple[LeftOut, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "model": self.model,
            "device": self.device,
            "stages": [
                {"stage": stage.name, "what": stage.words, **stage.numbers.to_dict()} for stage in self.stages
            ],
            "hidden": self.hidden,
            "answer": _answer(self.answer),
            "warnings": list(self.answer.warnings),
            "mistakes": [
                {
                    "subject": fed.mistake.subject,
                    "mistake": fed.mistake.name,
                    "what": fed.mistake.sentence,
                    **fed.numbers.to_dict(),
                    "moved_share_of_range": finite(fed.moved),
                    "differing_share": fed.differing,
                    "answer": fed.answer and _answer(fed.answer),
                    "failure": fed.failure or None,
                    "label_changes": fed.label_changes,
                }
                for fed in self.fed
            ],
            "left_out": [{"mistake": out.name, "reason": out.reason} for out in self.left_out],
        }


def _answer(answer: Result) -> dict[str, Any]:
    """What it says, without what the explanation itself says about the photo."""
    row = answer.to_dict(top=3)
    return {name: value for name, value in row.items() if name not in ("source", "passes", "warnings")}


def label_changes(before: Result, after: Result | None) -> bool | None:
    """Would a user be told another label, set of labels, or text? None for the numbers of a regression.

    No answer at all is another one.
    """
    if after is None:
        return True
    return None if isinstance(before, Regression) else is_flip(before, after)


def policy_in_words(policy: ImageInput) -> str:
    """`RGB by pillow, EXIF turn: ignore`"""
    return f"{policy.color} by {policy.decoder}, EXIF turn: {policy.orientation}"


def range_in_words(numbers: Numbers) -> tuple[str, str]:
    """`-2.118 to 2.64`, and the mean of each channel, `0.374 / 0.731 / 1.06`"""
    means = " / ".join(f"{mean:.3g}" if abs(mean) < 100 else f"{mean:.1f}" for mean in numbers.means)
    return f"{numbers.low:.4g} to {numbers.high:.4g}", means


def distance_in_words(fed: Fed) -> tuple[str, str]:
    """`moves by 4.1 % of the range`, `98.2 % of the values differ`"""
    moved = (
        f"moves by {percent(fed.moved)} of the range" if fed.moved is not None else "no range to measure by"
    )
    return moved, f"{percent(fed.differing)} of the values differ"


def answer_in_words(answer: Result | None, failure: str = "") -> str:
    """`0.4105 goldfish`: the number first, since a label may be long. A number of a regression with its unit."""
    match answer:
        case None:
            return failure
        case Classification():
            return f"{answer.confidence:.4f} {answer.label}"
        case Binary():
            return f"{float(answer.probabilities[answer.index]):.4f} {answer.label}"
        case Multilabel():
            return ", ".join(f"{score.probability:.4f} {score.label}" for score in answer.found) or "no label"
        case Regression():
            return ", ".join(f"{one.name} {one.in_unit}" for one in answer.values)
        case Sequence():
            return f"{answer.confidence:.4f} {answer.text!r}"


def verdict_in_words(fed: Fed, before: Result) -> str:
    """`LABEL CHANGES`, `text stays`; of a regression, which has no label, whether its numbers move."""
    if isinstance(fed.answer, Regression) and isinstance(before, Regression):
        return "numbers stay" if (fed.answer.numbers == before.numbers).all() else "numbers move"
    if fed.answer is None:
        return "NO ANSWER"
    nouns = {Multilabel: ("LABELS CHANGE", "labels stay"), Sequence: ("TEXT CHANGES", "text stays")}
    changes, stays = nouns.get(type(fed.answer), ("LABEL CHANGES", "label stays"))
    return changes if fed.label_changes else stays


def percent(share: float) -> str:
    """Two digits at least; `100.0 %` only where it is all."""
    number = 100 * share
    if not math.isfinite(number):
        return "infinitely many %"
    if 99.95 <= number < 100:
        return "99.9 %"
    if number < 10:
        return f"{number:.2g} %"
    return f"{number:,.1f} %" if number < 1000 else f"{number:,.0f} %"
