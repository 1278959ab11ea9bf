"""The head of a sequence task: raw row -> numbers -> decision."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Sequence
from truecopy.predict import results


def activate(task: Sequence, rows: np.ndarray) -> np.ndarray:
    raise NotImplementedError


def decide(
    task: Sequence, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int
) -> results.Sequence:
    raise NotImplementedError
