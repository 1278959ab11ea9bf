"""Is the stated activation the one that is missing? The graph's own end says so, else the range of its outputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from truecopy.contract import Binary, Multilabel, Regression, Task
from truecopy.errors import RecipeError

from .answers import are_probabilities
from .comparison import Comparison

Ending: TypeAlias = Literal["Softmax", "Sigmoid", "LogSoftmax"]

# Logits of a small or untrained network may all lie in [0, 1]; many that also spread over it do not do so by chance.
_MANY, _SPREAD = 8, 0.5


@dataclass(frozen=True)
class Seen:
    """Raw answers of some items. probabilities: items whose rows lie in [0, 1] and sum to 1. inside: items within [0, 1].
    width: outputs of one row. values, least, most: of all outputs.
    """

    items: int
    probabilities: int
    inside: int
    width: int
    values: int
    least: float
    most: float

    @classmethod
    def of(cls, rows: Iterable[np.ndarray]) -> Seen:
        made = [row for row in rows if row.size]
        inside = [bool((row >= 0).all() and (row <= 1).all()) for row in made]
        return cls(
            items=len(made),
            probabilities=sum(are_probabilities(row) for row in made),
            inside=sum(inside),
            width=made[0].shape[-1] if made else 0,
            values=sum(row.size for row in made),
            least=min((float(row.min()) for row in made), default=np.inf),
            most=max((float(row.max()) for row in made), default=-np.inf),
        )

    @classmethod
    def in_proof(cls, found: Comparison) -> Seen:
        return cls(found.images, found.already_probabilities, found.inside_unit, found.width, found.outputs,
                   found.least, found.most)  # fmt: skip

    @property
    def all_inside(self) -> bool:
        return self.items > 0 and self.inside == self.items

    @property
    def all_probabilities(self) -> bool:
        return self.items > 0 and self.probabilities == self.items


def check_activation(task: Task, seen: Seen, ending: Ending | None = None) -> None:
    """ending: what the graph's answer comes out of, where that is seen.

    Raises:
        RecipeError: the stated activation is there already, or is missing; names the flag to type.
    """
    if isinstance(task, Regression):
        return
    if isinstance(task, Multilabel) and ending == "Softmax":
        raise RecipeError(
            "the graph ends in a softmax: its labels exclude one another, and a multilabel task judges each by itself",
            expected="a sigmoid a label, or logits",
            fix="For one of several classes type --task multiclass --activation none",
        )
    match task.activation:
        case "softmax":
            _check_softmax(seen, ending)
        case "sigmoid":
            _check_sigmoid(seen, ending)
        case "none":
            _check_none(task, seen)


def _check_softmax(seen: Seen, ending: Ending | None) -> None:
    if ending != "Softmax" and not seen.all_probabilities:
        return
    told = (
        "the outputs are probabilities already: every row lies in [0, 1] and sums to 1"
        if seen.all_probabilities
        else "the outputs come out of a softmax already"
    )
    raise RecipeError(
        told,
        expected="logits under activation softmax",
        fix='The graph ends in a softmax: type --activation none (in Python: activation="none")',
    )


def _check_sigmoid(seen: Seen, ending: Ending | None) -> None:
    if ending not in ("Sigmoid", "Softmax") and not _looks_like_probabilities(seen):
        return
    ends = "softmax" if ending == "Softmax" else "sigmoid"
    told = "the outputs are probabilities already"
    if ending is None:
        told += f": all {seen.values} lie in [0, 1], from {seen.least:.3g} to {seen.most:.3g}"
    raise RecipeError(
        told,
        expected="logits under activation sigmoid",
        fix=f'The graph ends in a {ends}: type --activation none (in Python: activation="none")'
        + ("" if ending else "; if these are logits, prove on more items"),
    )


def _looks_like_probabilities(seen: Seen) -> bool:
    return seen.all_inside and seen.values >= _MANY and seen.most - seen.least > _SPREAD


def _check_none(task: Task, seen: Seen) -> None:
    by_itself = isinstance(task, Multilabel) or (isinstance(task, Binary) and seen.width == 1)
    if not seen.items or (seen.all_inside if by_itself else seen.all_probabilities):
        return
    raise RecipeError(
        "activation none was stated, but the outputs are no probabilities",
        expected="outputs in [0, 1]" if by_itself else "rows in [0, 1] that sum to 1",
        fix=f"Type --activation {'sigmoid' if by_itself else 'softmax'}",
    )


def activation_notes(task: Task, seen: Seen, ending: Ending | None = None) -> tuple[str, ...]:
    """What is no error and may be a mistake all the same."""
    if isinstance(task, Regression):
        return _notes_of_numbers(ending)
    if task.activation != "sigmoid" or ending is not None:
        return ()
    if not seen.all_inside:
        return ()
    note = (
        "every output lies in [0, 1]: if the network ends in a sigmoid, its outputs are probabilities already, and a "
        "second sigmoid changes its answers; then type --activation none"
    )
    return (note,)


def _notes_of_numbers(ending: Ending | None) -> tuple[str, ...]:
    if ending not in ("Softmax", "LogSoftmax"):
        return ()
    return (
        "the graph ends in a softmax: its numbers are shares of one whole. If they are classes, type --task multiclass",
    )
