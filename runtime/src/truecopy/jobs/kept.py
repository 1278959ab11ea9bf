"""What is kept of an answer to measure it by: little, since there is one for every item and strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from truecopy.contract import Binary as BinaryTask
from truecopy.contract import Multiclass as MulticlassTask
from truecopy.contract import Multilabel as MultilabelTask
from truecopy.contract import Regression as RegressionTask
from truecopy.contract import Task, names_of
from truecopy.metrics import Quality, class_quality, labels_quality, numbers_quality, text_quality
from truecopy.predict.results import Binary, Classification, Multilabel, Regression, Result
from truecopy.predict.results import Sequence as Text

from .labelled import Truth


class Kept(NamedTuple):
    """row: probabilities float32 (classes,) or (labels,), numbers float64 (quantities,); empty of a text.

    decided: what a truth is compared with. confidence: of that; 0 of numbers. accepted: it reached the threshold.
    """

    row: np.ndarray
    decided: Truth
    confidence: float
    accepted: bool


def kept(result: Result) -> Kept:
    match result:
        case Classification():
            return Kept(result.probabilities, result.index, result.confidence, result.accepted)
        case Binary():
            confidence = float(result.probabilities[result.index])
            return Kept(result.probabilities, result.index, confidence, accepted=True)
        case Multilabel():
            found = frozenset(score.index for score in result.found)
            return Kept(result.probabilities, found, 0.0, accepted=True)
        case Regression():
            return Kept(result.numbers, tuple(result.numbers.tolist()), 0.0, accepted=True)
        case Text():
            return Kept(np.empty(0, np.float32), result.text, result.confidence, accepted=True)


def scores(one: Kept, truth: Truth) -> tuple[float, ...]:
    """1 for right, 0 for wrong; of numbers the absolute error of each quantity, in its unit."""
    if isinstance(truth, tuple):
        return tuple(np.abs(one.row - np.array(truth)).tolist())
    return (float(one.decided == truth),)


def quality(task: Task, answers: Sequence[Kept], truths: Sequence[Truth], labels: Sequence[str]) -> Quality:
    """labels: unique names of what the task answers with.

    Raises:
        InputError: no answers.
    """
    match task:
        case MulticlassTask() | BinaryTask():
            return class_quality(
                np.stack([one.row for one in answers]),
                np.array(truths, np.int64),
                np.array([one.decided for one in answers], np.int64),
                np.array([one.accepted for one in answers]),
                labels,
            )
        case MultilabelTask():
            found = _indicators([one.decided for one in answers], len(labels))
            rows = np.stack([one.row for one in answers])
            return labels_quality(rows, found, _indicators(truths, len(labels)), labels)
        case RegressionTask():
            units = [value.unit for value in task.values]
            rows = np.stack([one.row for one in answers])
            return numbers_quality(rows, np.array(truths, np.float64), labels, units)
        case _:
            texts = [str(one.decided) for one in answers]
            confidence = np.array([one.confidence for one in answers])
            return text_quality(texts, [str(one) for one in truths], confidence)


def unique_labels(task: Task) -> tuple[str, ...]:
    """The task's labels; those that repeat with their label id, or index, behind them."""
    names = names_of(task)
    if len(set(names)) == len(names):
        return names
    ids = getattr(task, "label_ids", None) or [f"#{index}" for index in range(len(names))]
    return tuple(
        f"{name} ({one})" if names.count(name) > 1 else name for name, one in zip(names, ids, strict=True)
    )


def _indicators(sets: Sequence[Truth], labels: int) -> np.ndarray:
    """Bool (n, labels)."""
    made = np.zeros((len(sets), labels), np.bool_)
    for row, found in zip(made, sets, strict=True):
        row[sorted(found)] = True  # type: ignore[arg-type]  # a set of indexes, by the task
    return made
