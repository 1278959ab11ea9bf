"""The head of a multilabel task: raw row -> numbers -> decision."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Multilabel
from truecopy.predict import results


def activate(task: Multilabel, rows: np.ndarray) -> np.ndarray:
    raise NotImplementedError


def decide(
    task: Multilabel, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> results.Multilabel:
    raise NotImplementedError
