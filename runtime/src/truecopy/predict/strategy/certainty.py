"""How sure an answer is: what adaptive strategies compare with their value."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Binary, Multiclass, Multilabel, Regression, Sequence, Task
from truecopy.errors import StrategyError

from .adaptive import Measure


def certainty(task: Task, row: np.ndarray, by: Measure) -> float:
    """Of a row of `heads.activate`, in [0, 1].

    confidence: the probability of what is decided; of several decisions (labels, steps) the smallest. margin: how far
    that is from another decision: between the two best classes; from the threshold where one decides.

    Raises:
        StrategyError: a regression has neither.
    """
    match task:
        case Multiclass():
            return _of_best(row[np.newaxis], by)
        case Sequence():
            return _of_best(row, by) if len(row) else 1.0
        case Binary():
            return _of_thresholds(
                row[task.positive : task.positive + 1], np.array([task.threshold], np.float32), by
            )
        case Multilabel():
            return _of_thresholds(row, np.array(task.thresholds, np.float32), by)
        case Regression():
            raise _no_decision()


def check_decides(task: Task) -> None:
    """Raises:
    StrategyError: the task has no certainty: its answers are numbers.
    """
    if isinstance(task, Regression):
        raise _no_decision()


def _no_decision() -> StrategyError:
    return StrategyError(
        "numbers have no confidence, so nothing says when enough have looked",
        expected="a model that decides: classes, labels or texts",
        where="`adaptive`",
        fix="Leave `adaptive` out; `truecopy evaluate` measures what views and members are worth for numbers",
    )


def _of_best(rows: np.ndarray, by: Measure) -> float:
    """The least sure of rows (steps, classes)."""
    if by == "confidence":
        return float(rows.max(axis=-1).min())
    two = np.partition(rows, -2, axis=-1)[:, -2:]
    return float((two[:, 1] - two[:, 0]).min())


def _of_thresholds(row: np.ndarray, thresholds: np.ndarray, by: Measure) -> float:
    """The least sure of probabilities (labels,), each with its threshold; both float32, as `reaches` compares them."""
    if by == "margin":
        return float(np.abs(row - thresholds).min())
    return float(np.where(row >= thresholds, row, np.float32(1) - row).min())
