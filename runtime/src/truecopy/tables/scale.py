"""Numbers shifted and scaled: `standard`, `min_max`, in place, in the operations and the order of scikit-learn.

Source: scikit-learn `sklearn/preprocessing/_data.py`, `StandardScaler.transform` (X -= mean_; X /= scale_) and
`MinMaxScaler.transform` (X *= scale_; X += min_; clip). The constants are float64 here: NumPy computes `x -= constants`
in float64 and rounds to x's dtype. So do scikit-learn 1.5 and 1.7 with float32 rows; 1.9 rounds the constants first, and
a contract made by it holds them rounded (see `truecopy.contract.tables`). Clip bounds are rounded to x's dtype.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.contract import MinMax, Standard

Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class ScaleStandard:
    mean: Numbers | None
    scale: Numbers | None

    @classmethod
    def of(cls, step: Standard) -> ScaleStandard:
        mean = None if step.mean is None else np.array(step.mean, np.float64)
        return cls(mean, None if step.scale is None else np.array(step.scale, np.float64))

    def apply(self, x: Numbers) -> None:
        """In place, (n, columns)."""
        if self.mean is not None:
            np.subtract(x, self.mean, out=x, casting="same_kind")
        if self.scale is not None:
            np.divide(x, self.scale, out=x, casting="same_kind")


@dataclass(frozen=True, slots=True)
class ScaleMinMax:
    scale: Numbers
    min: Numbers
    clip: tuple[np.floating[Any], np.floating[Any]] | None

    @classmethod
    def of(cls, step: MinMax, dtype: np.dtype[Any]) -> ScaleMinMax:
        clip = None if step.clip is None else (dtype.type(step.clip[0]), dtype.type(step.clip[1]))
        return cls(np.array(step.scale, np.float64), np.array(step.min, np.float64), clip)

    def apply(self, x: Numbers) -> None:
        """In place, (n, columns)."""
        np.multiply(x, self.scale, out=x, casting="same_kind")
        np.add(x, self.min, out=x, casting="same_kind")
        if self.clip is not None:
            np.clip(x, *self.clip, out=x)
