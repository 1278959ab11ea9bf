"""Merges: several rows about one item become one. Pure functions, in the space of `heads.activate`."""

from __future__ import annotations

from collections.abc import Sequence as Several

import numpy as np

from truecopy.contract import Binary, Multiclass, Multilabel, Regression, Sequence, Task
from truecopy.errors import OutputError

from .strategy import ViewMerge


def merge(task: Task, rows: Several[np.ndarray], how: ViewMerge) -> np.ndarray:
    """One row of n rows of one shape, in their dtype; sums are taken in float64.

    mean: the average. max: the largest probability of each label; where labels exclude one another, divided by their
    sum. voting: each row decides by itself, the decision of most rows wins, and of those that voted for it the average
    is told; a tie is decided by the average of all rows. So the merged row decides as the vote did, whatever threshold
    the task has. Labels and steps that are decided one by one are voted on one by one.

    Raises:
        OutputError: rows of different shapes: sequences of different lengths have no common steps.
    """
    stack = _stacked(rows)
    if len(stack) == 1:
        return rows[0]
    if how == "voting":
        return _voted(task, stack)
    return mean(stack) if how == "mean" else _largest(task, stack)


def weighted(rows: Several[np.ndarray], weights: Several[float]) -> np.ndarray:
    """The average of rows of one shape, each with its weight; weights need not sum to 1.

    Raises:
        OutputError: as `merge`.
    """
    stack = _stacked(rows)
    made: np.ndarray = np.average(stack, axis=0, weights=weights).astype(stack.dtype)
    return made


def mean(stack: np.ndarray) -> np.ndarray:
    """Of (n, ...), in its dtype; `ndarray.mean` in float64, without its cost for small arrays."""
    made: np.ndarray = (np.add.reduce(stack, axis=0, dtype=np.float64) / len(stack)).astype(stack.dtype)
    return made


def _stacked(rows: Several[np.ndarray]) -> np.ndarray:
    first = rows[0]
    if any(row.shape != first.shape for row in rows):
        shapes = sorted({row.shape for row in rows})
        raise OutputError(
            "the looks at one item have no common steps",
            expected="answers of one shape",
            got=", ".join(map(str, shapes)),
            fix="Members of a sequence task need one length",
        )
    return np.array(rows)  # faster than np.stack for few and small ones


def _largest(task: Task, stack: np.ndarray) -> np.ndarray:
    best: np.ndarray = stack.max(axis=0)
    if isinstance(task, Multiclass | Binary | Sequence):
        total = best.sum(axis=-1, keepdims=True, dtype=np.float64)
        # A graph that ends in probabilities may answer with zeros alone: they stay.
        best = (best / np.where(total > 0, total, 1)).astype(stack.dtype)
    return best


def _voted(task: Task, stack: np.ndarray) -> np.ndarray:
    """stack: (votes, ...). What is voted on alone stands in axis 1: one class, every label, every step."""
    match task:
        case Multiclass():
            one_step: np.ndarray = _elected(stack[:, np.newaxis], stack.argmax(axis=-1)[:, np.newaxis])[0]
            return one_step
        case Sequence():
            return _elected(stack, stack.argmax(axis=-1))
        case Binary():
            yes = stack[:, task.positive] >= np.float32(task.threshold)
            return _agreed(stack, yes, mean(stack)[task.positive] >= np.float32(task.threshold))
        case Multilabel():
            thresholds = np.array(task.thresholds, np.float32)
            tied = mean(stack) >= thresholds
            columns = [_agreed(stack[:, i], stack[:, i] >= t, tied[i]) for i, t in enumerate(thresholds)]
            return np.array(columns, stack.dtype)
        case Regression():
            raise AssertionError("numbers are not voted on: the lineup refuses it")


def _elected(stack: np.ndarray, votes: np.ndarray) -> np.ndarray:
    """Stack (votes, steps, classes), votes int (votes, steps): the winners' averages, (steps, classes)."""
    averages = mean(stack)
    made = np.empty_like(averages)
    for step, average in enumerate(averages):
        counts = np.bincount(votes[:, step], minlength=stack.shape[-1])
        # Of the classes with most votes the one with the largest average; argmax takes the lower index of equals.
        winner = np.where(counts == counts.max(), average, -1).argmax()
        made[step] = mean(stack[votes[:, step] == winner, step])
    return made


def _agreed(stack: np.ndarray, yes: np.ndarray, tie: np.bool_) -> np.ndarray:
    """The average of the rows that voted as most did. yes: bool (votes,)."""
    ayes, noes = int(yes.sum()), int((~yes).sum())
    won = bool(tie) if ayes == noes else ayes > noes
    return mean(stack[yes == won])
