"""How close a golden output is to another decision: what a difference inside the tolerance could change."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Binary, Multiclass, Multilabel, Regression, Sequence, Task
from truecopy.errors import OutputError
from truecopy.predict import Classification, Result
from truecopy.predict import Multilabel as MultilabelResult
from truecopy.predict import Regression as RegressionResult
from truecopy.predict import Sequence as SequenceResult
from truecopy.predict.heads import activate, decide
from truecopy.predict.heads.threshold import reaches

from .tolerance import Scale, largest, margin


def is_undecided(
    task: Task, now: Result, golden: Result, row: np.ndarray, tolerance: float, scale: Scale = None
) -> bool:
    """Can outputs that are `tolerance` away from the golden ones make this difference?

    row: the golden raw answer, (outputs,) or (steps, tokens). tolerance: relative to its largest absolute value, or to
    `scale`, of a regression one a quantity.
    """
    distance = tolerance * (largest(row) if scale is None else scale)
    match task:
        case Multiclass():
            return _undecided_class(task, now, golden, row, tolerance)
        case Binary():
            return _crosses_binary(task, row, distance)
        case Multilabel():
            return _crosses_labels(task, now, golden, row, distance)
        case Regression():
            return _between_numbers(task, now, row, distance)
        case Sequence():
            return _undecided_steps(now, row, tolerance)


def _undecided_class(
    task: Multiclass, now: Result, golden: Result, row: np.ndarray, tolerance: float
) -> bool:
    assert isinstance(now, Classification)  # noqa: S101 - the task's own result
    assert isinstance(golden, Classification)  # noqa: S101
    if now.index != golden.index:
        return margin(row) <= tolerance
    distance = tolerance * largest(row)
    towards = np.where(np.arange(len(row)) == golden.index, distance, -distance)
    ends = [_moved(task, row + sign * towards) for sign in (-1, 1)]
    return len({end.accepted for end in ends if isinstance(end, Classification)}) == 2


def _moved(task: Task, row: np.ndarray) -> Result:
    """The result for a raw row that was moved: it is held to no statement about the graph's own answers."""
    return decide(task, activate(task, row[np.newaxis].astype(np.float32))[0], "", (), 1)


def _crosses_binary(task: Binary, row: np.ndarray, distance: float | np.ndarray) -> bool:
    """The probability of the positive label falls as the other output grows: both ends of what is allowed."""
    towards = np.full(row.shape, distance)
    if len(row) == 2:
        towards[1 - task.positive] *= -1
    ends = [_probabilities(task, row + sign * towards)[task.positive] for sign in (-1, 1)]
    return bool(not reaches(min(ends), task.threshold) and reaches(max(ends), task.threshold))


def _crosses_labels(
    task: Multilabel, now: Result, golden: Result, row: np.ndarray, distance: float | np.ndarray
) -> bool:
    assert isinstance(now, MultilabelResult)  # noqa: S101 - the task's own result
    assert isinstance(golden, MultilabelResult)  # noqa: S101
    low, high = _probabilities(task, row - distance), _probabilities(task, row + distance)
    changed = {score.index for score in now.found} ^ {score.index for score in golden.found}
    return all(
        not reaches(low[index], task.thresholds[index]) and reaches(high[index], task.thresholds[index])
        for index in changed
    )


def _probabilities(task: Task, row: np.ndarray) -> np.ndarray:
    """Of a row that was moved: where the graph gives probabilities itself, they end at 0 and 1."""
    moved = row.astype(np.float32)
    if getattr(task, "activation", None) == "none":
        moved = np.clip(moved, 0.0, 1.0)
    made: np.ndarray = activate(task, moved[np.newaxis])[0]
    return made


def _between_numbers(task: Regression, now: Result, row: np.ndarray, distance: float | np.ndarray) -> bool:
    """Every scaler is monotone, so the two ends bound the numbers of all outputs between them. distance: one for all, or
    one a quantity.
    """
    assert isinstance(now, RegressionResult)  # noqa: S101 - the task's own result
    try:
        ends = [_moved(task, row + d) for d in (-distance, distance)]
    except OutputError:
        return False
    numbers = [end.numbers for end in ends if isinstance(end, RegressionResult)]
    low, high = np.minimum(*numbers), np.maximum(*numbers)
    return bool(((low <= now.numbers) & (now.numbers <= high)).all())


def _undecided_steps(now: Result, row: np.ndarray, tolerance: float) -> bool:
    """Every step with another best token has a golden margin below the tolerance."""
    assert isinstance(now, SequenceResult)  # noqa: S101 - the task's own result
    if now.probabilities.shape != row.shape:
        return False
    distance = tolerance * largest(row)
    ordered = np.sort(row, axis=-1)
    differs = now.probabilities.argmax(axis=-1) != row.argmax(axis=-1)
    return bool((ordered[differs, -1] - ordered[differs, -2] <= distance).all())


def generated_step(now: SequenceResult, golden: str, joiner: str) -> int:
    """The first step whose token leaves the golden text; the step after the last token where all of them are in it."""
    for place in range(len(now.tokens)):
        if not golden.startswith(joiner.join(token.token for token in now.tokens[: place + 1])):
            return place
    return len(now.tokens)


def is_generation_undecided(now: SequenceResult, golden: str, joiner: str, tolerance: float) -> bool:
    """Are the best two tokens of the step that leaves the golden text closer than the tolerance, as probabilities?

    Only the first pass of generated text is stored, so the margin is this host's own.
    """
    step = generated_step(now, golden, joiner)
    if step >= len(now.probabilities):
        return False
    second, best = np.sort(now.probabilities[step])[-2:]
    return bool(best - second <= tolerance)
