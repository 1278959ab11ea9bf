"""Is the stated activation the one that is missing? The graph's own end says so, else the range of its outputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from truecopy.contract import Binary, Multiclass, Multilabel, Regression, Sequence, Task
from truecopy.errors import RecipeError
from truecopy.proof.tolerance import judged_apart

from .answers import are_probabilities
from .comparison import Comparison

Ending: TypeAlias = Literal["Softmax", "Sigmoid", "LogSoftmax", "LogSigmoid", "Linear"]
_Labelled: TypeAlias = Multiclass | Binary | Multilabel | Sequence

# Logits of a small or untrained network may all lie in [0, 1]; many that also spread over it seldom do so by chance.
_MANY, _SPREAD = 8, 0.5
_NONE = 'type --activation none (in Python: activation="none")'


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


def check_activation(task: Task, seen: Seen, ending: Ending | None = None, *, stated: bool = False) -> None:
    """ending: what the graph's answer comes out of, where that is seen. stated: the user said the activation in so many
    words; a range of outputs that only looks like probabilities is then no error (`activation_notes` tells of it).

    Raises:
        RecipeError: the stated activation is there already, or is missing; names what to type.
    """
    if isinstance(task, Regression):
        return
    _check_ending(task, seen, ending)
    match task.activation:
        case "softmax":
            _check_softmax(seen, ending, stated=stated)
        case "sigmoid":
            _check_sigmoid(seen, ending, stated=stated)
        case "none":
            _check_none(task, seen, ending)


def _check_ending(task: _Labelled, seen: Seen, ending: Ending | None) -> None:
    """Ends that fit no activation of the task."""
    alone = judged_apart(task, seen.width)
    if isinstance(task, Multilabel) and ending in ("Softmax", "LogSoftmax"):
        raise RecipeError(
            "the graph ends in a softmax: its labels exclude one another, and a multilabel task judges each by itself",
            expected="a sigmoid a label, or logits",
            fix="For one of several classes type --task multiclass --activation "
            + ("none" if ending == "Softmax" else "softmax"),
        )
    if ending == "LogSoftmax" and alone:
        raise RecipeError(
            "the graph ends in the logarithm of a softmax, and no sigmoid makes a probability of it",
            expected="a logit or a probability",
            fix="Let the network return both outputs of the softmax, and type --activation softmax",
        )
    if ending == "LogSigmoid":
        raise RecipeError(
            "the graph ends in the logarithm of a sigmoid, and no activation makes a probability of it",
            expected="logits" + (" or probabilities" if alone else ""),
            fix="Let the network return its logits: leave the log-sigmoid out",
        )
    if ending == "Sigmoid" and not alone and not seen.all_probabilities:
        raise _several_sigmoids(task)


def _several_sigmoids(task: _Labelled) -> RecipeError:
    """Outputs that are judged together, each of a sigmoid of its own."""
    if isinstance(task, Binary):
        return RecipeError(
            "both outputs come out of a sigmoid of their own: a softmax on top changes them, and they do not sum to 1",
            expected="one output, or two logits",
            fix="Let the network return one output, that of the positive label; or type --task multilabel --activation "
            "none for two labels that are judged each by itself",
        )
    sequence = isinstance(task, Sequence)
    what = "token" if sequence else "class"
    other = (
        "" if sequence else "; if several labels may hold at once, type --task multilabel --activation none"
    )
    return RecipeError(
        f"every {what} comes out of a sigmoid of its own: a softmax on top changes the answers, and they do not sum to 1",
        expected="logits, or rows that sum to 1",
        fix="Let the network return its logits: leave the sigmoid out" + other,
    )


def _check_softmax(seen: Seen, ending: Ending | None, *, stated: bool) -> None:
    if ending is None:
        if seen.all_probabilities and not stated:
            raise _looks_done("every row lies in [0, 1] and sums to 1", "softmax")
        return
    if ending not in ("Softmax", "Sigmoid"):
        return
    raise RecipeError(
        "the outputs are probabilities already: every row lies in [0, 1] and sums to 1"
        if seen.all_probabilities
        else "the outputs come out of a softmax already",
        expected="logits under activation softmax",
        fix=f"The graph ends in a {ending.lower()}: {_NONE}",
    )


def _check_sigmoid(seen: Seen, ending: Ending | None, *, stated: bool) -> None:
    if ending is None:
        if _looks_like_probabilities(seen) and not stated:
            raise _looks_done(
                f"all {seen.values} lie in [0, 1], from {seen.least:.3g} to {seen.most:.3g}", "sigmoid"
            )
        return
    if ending in ("Sigmoid", "Softmax"):
        raise RecipeError(
            "the outputs are probabilities already",
            expected="logits under activation sigmoid",
            fix=f"The graph ends in a {ending.lower()}: {_NONE}",
        )


def _looks_done(why: str, activation: str) -> RecipeError:
    """A guess by the range, and both ways out."""
    return RecipeError(
        f"the outputs look like probabilities already: {why}",
        expected=f"logits under activation {activation}",
        fix=f"If they are probabilities, {_NONE}; if they are logits, say so: --activation {activation}",
    )


def _looks_like_probabilities(seen: Seen) -> bool:
    return seen.all_inside and seen.values >= _MANY and seen.most - seen.least > _SPREAD


def _check_none(task: _Labelled, seen: Seen, ending: Ending | None) -> None:
    alone = judged_apart(task, seen.width)
    fits = not seen.items or (seen.all_inside if alone else seen.all_probabilities)
    if fits and ending != "Linear":
        return
    raise RecipeError(
        "activation none was stated, but the graph ends in a linear layer, which makes no probabilities"
        if fits
        else "activation none was stated, but the outputs are no probabilities",
        expected="outputs in [0, 1]" if alone else "rows in [0, 1] that sum to 1",
        fix=f"Type --activation {'sigmoid' if alone else 'softmax'}",
    )


def activation_notes(task: Task, seen: Seen, ending: Ending | None = None) -> tuple[str, ...]:
    """What is no error and may be a mistake all the same."""
    if isinstance(task, Regression):
        return _notes_of_numbers(ending)
    if ending is not None:
        return ()
    if task.activation == "sigmoid" and seen.all_inside:
        return (_TWICE.format(what="every output lies in [0, 1]", activation="sigmoid"),)
    if task.activation == "softmax" and seen.all_probabilities:
        return (_TWICE.format(what="every row lies in [0, 1] and sums to 1", activation="softmax"),)
    return ()


_TWICE = (
    "{what}: if the network ends in a {activation}, its outputs are probabilities already, and a second {activation} "
    "changes its answers; then type --activation none"
)


def _notes_of_numbers(ending: Ending | None) -> tuple[str, ...]:
    if ending not in ("Softmax", "LogSoftmax"):
        return ()
    return (
        "the graph ends in a softmax: its numbers are shares of one whole. If they are classes, type --task multiclass",
    )
