"""How far outputs may differ from the golden ones, by arithmetic and provider: `max|a-b| <= tol * max|b|`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from truecopy.contract import Binary, Contract, Multilabel, Regression, Task

# What a difference is relative to: one number, one a quantity, float64 (quantities,), or None: the answer's own largest.
Scale: TypeAlias = float | np.ndarray | None

FP32_CPU = 1e-4
_FP32_ELSEWHERE, _FP16 = 1e-3, 2e-2


def output_tolerance(precision: Literal["fp32", "fp16", "int8"], device: str) -> float | None:
    """The tolerance, relative to the largest logit; None where only decisions are compared (int8)."""
    if precision == "int8":
        return None
    if precision == "fp16":
        return _FP16
    return FP32_CPU if device == "cpu" else _FP32_ELSEWHERE


def relative_difference(output: np.ndarray, golden: np.ndarray, scale: Scale = None) -> float:
    """`max|a-b| / max|b|`; 0 for two outputs of zeros, or of nothing. scale: in the place of `max|b|`; one a quantity: the
    largest of the quotients.

    -infinity is the logit of what cannot be: equal ones are no difference and no scale; else, as NaN, they are infinitely
    far.
    """
    return float(over(distances(output, golden), largest(golden) if scale is None else scale).max(initial=0))


def distances(output: np.ndarray, golden: np.ndarray) -> np.ndarray:
    """`|a-b|` of each number, float64: 0 where both are equal (also -infinity), infinity where one is NaN."""
    apart = output != golden
    made = np.zeros(golden.shape)
    with np.errstate(invalid="ignore"):
        made[apart] = np.abs(output[apart].astype(np.float64) - golden[apart])
    made[np.isnan(made)] = np.inf
    return made


def over(apart: np.ndarray, scale: float | np.ndarray) -> np.ndarray:
    """Distances relative to `scale`: 0 of no distance, infinity where there is one and the scale is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        relative: np.ndarray = np.where(apart == 0, 0.0, apart / scale)
    return relative


def largest(row: np.ndarray) -> float:
    """The largest finite absolute value; 0 of nothing."""
    return float(np.abs(row[np.isfinite(row)]).max(initial=0.0))


def common_scale(task: Task, rows: Sequence[np.ndarray]) -> Scale:
    """What differences of these raw answers are relative to, where one answer alone does not tell; else None.

    Numbers of a regression, and a single number, go through zero for some item: a rounding error is any multiple of
    such an answer. They are held against the largest answer of all items, each quantity against its own. Probabilities
    that are judged apart are held against 1: that of what is rare is close to 0 for every item.
    """
    if isinstance(task, Regression):
        # A damaged file may hold rows of another length; they differ anyway.
        each = np.array([np.abs(row) for row in rows if row.shape == (len(task.values),)], np.float64)
        made: np.ndarray = (
            np.where(np.isfinite(each), each, 0.0).reshape(-1, len(task.values)).max(axis=0, initial=0)
        )
        return made
    if rows and _gives_probabilities(task) and all(judged_apart(task, row.shape[-1]) for row in rows):
        return 1.0
    if any(row.shape[-1] > 1 for row in rows):
        return None
    return max((largest(row) for row in rows), default=0.0)


def judged_apart(task: Task, width: int) -> bool:
    """Is each output of a row judged by itself: a label of several, or the one output of a yes or no?"""
    return isinstance(task, Multilabel) or (isinstance(task, Binary) and width == 1)


def measure(task: Task, width: int) -> str:
    """The unit of an output difference, in words. width: outputs of a row."""
    if isinstance(task, Regression):
        return "of the largest number"
    if not _gives_probabilities(task):
        return "of the largest logit"
    return "in probability" if judged_apart(task, width) else "of the largest probability"


def measure_of(contract: Contract) -> str:
    """The same for a model."""
    return measure(contract.task, contract.graph.answer_output.classes or 0)


def _gives_probabilities(task: Task) -> bool:
    return not isinstance(task, Regression) and task.activation == "none"


def margin(row: np.ndarray) -> float:
    """Distance of the two largest logits, relative to the largest absolute one."""
    best, second = np.sort(row)[-1], np.sort(row)[-2]
    scale = largest(row)
    return float(best - second) / scale if scale else 0.0
