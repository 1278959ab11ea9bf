"""Features of the runtime beside those of scikit-learn: how many values differ in their bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from truecopy.contract import TableInput
from truecopy.tables import Columns, FeaturePlan

Rows = list[dict[str, Any]]


def features(spec: TableInput, rows: Rows) -> np.ndarray:
    """(n, features), before the cast to the dtype of a graph."""
    columns = Columns.of(spec)
    names = tuple(f"<row {place}>" for place in range(len(rows)))
    cells = tuple(columns.of_mapping(row, name) for row, name in zip(rows, names, strict=True))
    return FeaturePlan.of(spec, "float32").features(cells, names)


def differing(expected: np.ndarray, actual: np.ndarray) -> int:
    """Values whose bits differ as float64, which holds every float32; any NaN is like any other."""
    assert expected.shape == actual.shape, (expected.shape, actual.shape)
    left, right = (np.ascontiguousarray(array, np.float64) for array in (expected, actual))
    both = np.isnan(left) & np.isnan(right)
    return int(((left.view(np.uint64) != right.view(np.uint64)) & ~both).sum())
