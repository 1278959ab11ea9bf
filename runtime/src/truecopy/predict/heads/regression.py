"""The head of a regression task: raw row -> numbers -> decision."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Regression
from truecopy.predict import results


def activate(task: Regression, rows: np.ndarray) -> np.ndarray:
    raise NotImplementedError


def decide(
    task: Regression, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> results.Regression:
    raise NotImplementedError
