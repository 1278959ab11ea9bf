"""How far outputs may differ from the golden ones, by arithmetic and provider: `max|a-b| <= tol * max|b|`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from truecopy.contract import Regression, Task

FP32_CPU = 1e-4
_FP32_ELSEWHERE, _FP16 = 1e-3, 2e-2


def output_tolerance(precision: Literal["fp32", "fp16", "int8"], device: str) -> float | None:
    """The tolerance, relative to the largest logit; None where only decisions are compared (int8)."""
    if precision == "int8":
        return None
    if precision == "fp16":
        return _FP16
    return FP32_CPU if device == "cpu" else _FP32_ELSEWHERE


def relative_difference(output: np.ndarray, golden: np.ndarray, scale: float | None = None) -> float:
    """`max|a-b| / max|b|`; 0 for two outputs of zeros, or of nothing. scale: in the place of `max|b|`.

    -infinity is the logit of what cannot be: equal ones are no difference and no scale; else, as NaN, they are infinitely
    far.
    """
    apart = output != golden
    if not apart.any():
        return 0.0
    with np.errstate(invalid="ignore"):
        difference = float(np.abs(output[apart].astype(np.float64) - golden[apart]).max())
    scale = largest(golden) if scale is None else scale
    return difference / scale if scale and np.isfinite(difference) else float("inf")


def largest(row: np.ndarray) -> float:
    """The largest finite absolute value; 0 of nothing."""
    return float(np.abs(row[np.isfinite(row)]).max(initial=0.0))


def common_scale(task: Task, rows: Sequence[np.ndarray]) -> float | None:
    """What differences of these raw answers are relative to, where one answer alone does not tell; else None.

    Numbers of a regression, and a single number, go through zero for some item: a rounding error is any multiple of
    such an answer. They are held against the largest answer of all items.
    """
    if not isinstance(task, Regression) and any(row.shape[-1] > 1 for row in rows):
        return None
    return max((largest(row) for row in rows), default=0.0)


def margin(row: np.ndarray) -> float:
    """Distance of the two largest logits, relative to the largest absolute one."""
    best, second = np.sort(row)[-1], np.sort(row)[-2]
    scale = largest(row)
    return float(best - second) / scale if scale else 0.0
