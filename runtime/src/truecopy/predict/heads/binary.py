"""The head of a binary task: raw row -> numbers -> decision."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Binary
from truecopy.predict import results


def activate(task: Binary, rows: np.ndarray) -> np.ndarray:
    raise NotImplementedError


def decide(
    task: Binary, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> results.Binary:
    raise NotImplementedError
