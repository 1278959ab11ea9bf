"""Missing cells replaced: `impute`, of cells and of numbers.

Source: scikit-learn `sklearn/impute/_base.py`, `SimpleImputer.transform`: the mask is of the array as it comes, and the
statistics are rounded to its dtype.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.contract.tables import Cell, Impute

Column = Sequence[Cell | None]


class Empty(Exception):
    """An empty cell where the step takes none. column: its place in the block. row: the first such one."""

    def __init__(self, column: int, row: int) -> None:
        self.column, self.row = column, row
        super().__init__(column, row)


def impute_cells(step: Impute, columns: Sequence[Column]) -> list[Column]:
    """Cells that are categories; None is an empty one.

    Raises:
        Empty: a cell is empty where another value stands for a missing one.
    """
    made: list[Column] = []
    for place, (column, fill) in enumerate(zip(columns, step.fill, strict=True)):
        if step.missing is not None and None in column:
            raise Empty(place, column.index(None))
        made.append([fill if cell == step.missing else cell for cell in column])
    return made


@dataclass(frozen=True, slots=True)
class ImputeNumbers:
    """fill: of the block's dtype, one a column. missing: the number that stands for a missing one; None: NaN."""

    fill: np.ndarray[Any, Any]
    missing: np.floating[Any] | None

    @classmethod
    def of(cls, step: Impute, dtype: np.dtype[Any]) -> ImputeNumbers:
        fill = np.array([float(cell) for cell in step.fill]).astype(dtype)
        return cls(fill, None if step.missing is None else dtype.type(float(step.missing)))

    def apply(self, x: np.ndarray[Any, Any]) -> None:
        """In place, (n, columns).

        Raises:
            Empty: a NaN where another number stands for a missing one.
        """
        empty = np.isnan(x)
        if self.missing is None:
            np.copyto(x, self.fill, where=empty)
            return
        if empty.any():
            row, column = np.argwhere(empty)[0]
            raise Empty(int(column), int(row))
        np.copyto(x, self.fill, where=x == self.missing)
