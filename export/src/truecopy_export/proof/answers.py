"""What both networks answer to one item, and what that means to a user; what is counted about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from truecopy.contract import Contract, Regression, Task
from truecopy.contract import Sequence as SequenceTask
from truecopy.engine import Running, Session
from truecopy.errors import OutputError
from truecopy.intake import Item
from truecopy.jobs.labelled import Truth
from truecopy.predict import Binary, Classification, Member, Multilabel, Result, Sequence
from truecopy.predict import Regression as RegressionResult
from truecopy.predict.answering import own_steps
from truecopy.predict.generation import generate
from truecopy.predict.heads import activate, activated, decide
from truecopy.proof import (
    crossings,
    edit_distance,
    generates,
    is_flip,
    relative_difference,
)
from truecopy.proof.tolerance import common_scale, distances, largest

from .comparison import Comparison, Tally
from .original import Answer, Feeds


@dataclass(frozen=True, slots=True)
class Answered:
    """row: the raw answer, float32 (outputs,) or (steps, tokens); the first pass where text is generated.

    numbers: of a regression, before clipping, float64 (quantities,); None elsewhere.
    """

    row: np.ndarray
    result: Result
    numbers: np.ndarray | None = None


def of_copy(member: Member, session: Session, item: Item) -> Answered:
    """Raises:
    OutputError: the graph failed, or answered with NaN, infinity, or what is no probability.
    """
    return _answered(member, session, item, member.rows(session, item.feeds)[0])


def of_original(member: Member, answer: Answer, item: Item) -> Answered:
    """The same by the original network: its raw answer, read as the contract says."""
    row = member.shaped(np.asarray(answer(item.feeds)), 1)[0]
    return _answered(member, _AsSession(answer, member.contract), item, row)


def _answered(member: Member, session: Session, item: Item, row: np.ndarray) -> Answered:
    task = member.contract.task
    own = own_steps(row, item, member.contract)
    if generates(task):
        return Answered(own, generate(member, session, item))
    made = activated(task, own)
    result = decide(task, made, item.source, item.warnings, 1)
    return Answered(own, result, made if isinstance(task, Regression) else None)


@dataclass(frozen=True)
class _AsSession:
    """The original network in the place of the graph: text is generated with it, greedily, by the same loop."""

    answer: Answer
    contract: Contract

    @property
    def running(self) -> Running:
        return Running("cpu", "original", "")

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.contract.graph.inputs)

    @property
    def outputs(self) -> tuple[str, ...]:
        return (self.contract.graph.answer,)

    def run(self, feeds: Feeds) -> dict[str, np.ndarray]:
        """One item after the other: the original answers one."""
        task = self.contract.task
        axis = task.layout.index("N") if isinstance(task, SequenceTask) else 0
        n = len(next(iter(feeds.values())))
        made = [np.asarray(self.answer({name: a[i : i + 1] for name, a in feeds.items()})) for i in range(n)]
        return {self.contract.graph.answer: np.concatenate(made, axis=axis)}


class OutputsApart(NamedTuple):
    """apart: distances of the outputs, float64 (1,) or (quantities,). own: what they are relative to, the same shape; None:
    the scale of all items, `Comparison.furthest`. delta: the largest probability difference.
    """

    apart: np.ndarray
    own: np.ndarray | None
    delta: float


def count_outputs(
    found: Comparison, task: Task, name: str, original: np.ndarray, copy: np.ndarray
) -> OutputsApart:
    """Both networks on one tensor: how far are they apart?

    Raises:
        OutputError: the answers have different shapes, or NaN in them.
    """
    if original.shape != copy.shape:
        raise OutputError(
            "original and copy answer in different shapes", expected=str(original.shape), got=str(copy.shape)
        )
    apart, own = _count_difference(found, task, name, original, copy)
    theirs, ours = activate(task, np.stack([original, copy]))
    delta = 0.0
    if not isinstance(task, Regression):
        delta = float(np.abs(theirs - ours).max(initial=0.0))
        found.max_probability_delta = max(found.max_probability_delta, delta)
    found.already_probabilities += are_probabilities(original)
    found.inside_unit += bool((original >= 0).all() and (original <= 1).all())
    found.undecided += original.shape[-1] > 1 and bool((original == original.flat[0]).all())
    found.width = original.shape[-1]
    found.least = min(found.least, float(original.min(initial=np.inf)))
    found.most = max(found.most, float(original.max(initial=-np.inf)))
    found.outputs += original.size
    return OutputsApart(apart, own, delta)


def _count_difference(
    found: Comparison, task: Task, name: str, original: np.ndarray, copy: np.ndarray
) -> tuple[np.ndarray, np.ndarray | None]:
    """Distances, and the item's own largest output; None for that where a scale of all items tells."""
    scale = common_scale(task, [original])
    if scale is None:
        difference = relative_difference(copy, original)
        if found.worst is None or difference > found.max_output_difference:
            found.max_output_difference, found.worst = difference, name
        return distances(copy, original).reshape(-1).max(initial=0, keepdims=True), np.array(
            [largest(original)]
        )
    scales = np.atleast_1d(scale)
    apart = distances(copy, original)
    each = apart if len(scales) > 1 else apart.reshape(-1).max(initial=0, keepdims=True)
    found.furthest.count(name, each, scales)
    found.max_output_difference, found.worst = found.furthest.relative, found.furthest.item
    return each, None


def count_decision(tally: Tally, original: Answered, copy: Answered) -> None:
    """What a user is told by the one and by the other."""
    tally.flips += is_flip(copy.result, original.result)
    tally.crossings += crossings(copy.result, original.result)
    if isinstance(original.result, Sequence) and isinstance(copy.result, Sequence):
        tally.edits += edit_distance(copy.result.text, original.result.text)
    if original.numbers is not None and copy.numbers is not None:
        tally.max_error = larger(tally.max_error, np.abs(copy.numbers - original.numbers))


def larger(known: np.ndarray | None, new: np.ndarray) -> np.ndarray:
    """The larger one of each quantity."""
    return new if known is None else np.maximum(known, new)


def count_truth(found: Comparison, who: str, result: Result, truth: Truth) -> None:
    """Is the answer right; how far is the number off?"""
    if isinstance(result, RegressionResult):
        off = np.abs(np.array([value.value for value in result.values]) - np.array(truth))
        found.absolute[who] = found.absolute[who] + off if who in found.absolute else off
        return
    found.hits[who] = found.hits.get(who, 0) + (_said(result) == truth)


def _said(result: Result) -> Any:
    match result:
        case Classification() | Binary():
            return result.index
        case Multilabel():
            return frozenset(score.index for score in result.found)
        case Sequence():
            return result.text
        case RegressionResult():
            return tuple(value.value for value in result.values)


def are_probabilities(row: np.ndarray) -> bool:
    """Do the raw outputs, (outputs,) or (steps, tokens), lie in [0, 1] and every row of them sum to 1?"""
    inside = bool((row >= 0).all() and (row <= 1).all())
    return inside and bool((np.abs(row.sum(axis=-1, dtype=np.float64) - 1.0) < 1e-3).all())
