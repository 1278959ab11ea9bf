"""The mistakes that are worth a look: the surest first."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from truecopy.contract import Regression, Task

from .evaluation import Mistake
from .kept import Kept, scores
from .labelled import LabelledItem, Truth

MOST = 24


def worst(
    task: Task,
    items: Sequence[LabelledItem],
    answers: Sequence[Kept],
    labels: Sequence[str],
    most: int = MOST,
) -> tuple[Mistake, ...]:
    """At most `most` wrong answers, the surest first; of numbers the largest errors first. Ties by the items' order."""
    truths = [item.truth for item in items]
    if isinstance(task, Regression):
        sures = _errors(answers, truths)
    else:
        sures = [_sure(one, truth, len(labels)) for one, truth in zip(answers, truths, strict=True)]
    wrong = [(sure, -place) for place, sure in enumerate(sures) if sure is not None]
    return tuple(
        Mistake(
            items[-place].name,
            items[-place].source,
            _in_words(task, answers[-place].decided, labels),
            _in_words(task, items[-place].truth, labels),
            sure,
        )
        for sure, place in heapq.nlargest(most, wrong)
    )


def _errors(answers: Sequence[Kept], truths: Sequence[Truth]) -> list[float | None]:
    """Of one quantity in its unit. Of several, whose units differ, each as a multiple of its mean, and the largest.

    None where all is right.
    """
    errors = np.array([scores(one, truth) for one, truth in zip(answers, truths, strict=True)])
    if errors.shape[1] > 1:
        means = errors.mean(axis=0)
        errors = errors / np.where(means > 0, means, 1)
    return [error or None for error in errors.max(axis=1).tolist()]


def _sure(one: Kept, truth: Truth, labels: int) -> float | None:
    """How sure the wrong answer was, None where it was right."""
    if one.decided == truth:
        return None
    if isinstance(truth, frozenset) and isinstance(one.decided, frozenset):
        said = np.isin(np.arange(labels), list(one.decided))
        other = np.isin(np.arange(labels), list(truth)) != said
        return float(np.where(said, one.row, 1 - one.row)[other].max())
    return one.confidence


def _in_words(task: Task, value: Truth, labels: Sequence[str]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, frozenset):
        return ", ".join(labels[index] for index in sorted(value)) or "none"
    if isinstance(value, int):
        return labels[value]
    assert isinstance(task, Regression)  # noqa: S101 - only its truths are numbers
    units = [f" {quantity.unit}" if quantity.unit else "" for quantity in task.values]
    numbers = [f"{number:.6g}{unit}" for number, unit in zip(value, units, strict=True)]
    if len(numbers) == 1:
        return numbers[0]
    return ", ".join(f"{name} {number}" for name, number in zip(labels, numbers, strict=True))
