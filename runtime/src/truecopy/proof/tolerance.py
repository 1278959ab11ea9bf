"""How far outputs may differ from the golden ones, by arithmetic and provider: `max|a-b| <= tol * max|b|`."""

from __future__ import annotations

from typing import Literal

import numpy as np

FP32_CPU = 1e-4
_FP32_ELSEWHERE, _FP16 = 1e-3, 2e-2


def output_tolerance(precision: Literal["fp32", "fp16", "int8"], device: str) -> float | None:
    """The tolerance, relative to the largest logit; None where only decisions are compared (int8)."""
    if precision == "int8":
        return None
    if precision == "fp16":
        return _FP16
    return FP32_CPU if device == "cpu" else _FP32_ELSEWHERE


def relative_difference(output: np.ndarray, golden: np.ndarray) -> float:
    """`max|a-b| / max|b|`; 0 for two outputs of zeros."""
    difference = float(np.abs(output.astype(np.float64) - golden).max())
    scale = float(np.abs(golden).max())
    return 0.0 if difference == 0.0 else difference / scale if scale else float("inf")


def margin(row: np.ndarray) -> float:
    """Distance of the two largest logits, relative to the largest absolute one."""
    best, second = np.sort(row)[-1], np.sort(row)[-2]
    scale = float(np.abs(row).max())
    return float(best - second) / scale if scale else 0.0
