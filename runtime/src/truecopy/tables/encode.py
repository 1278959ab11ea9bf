"""Categories to numbers: `one_hot`, `ordinal`.

Source: scikit-learn `sklearn/preprocessing/_encoders.py`, `OneHotEncoder.transform`, `OrdinalEncoder.transform`. Cells are
compared as Python compares them: 3 is 3.0, and integers beyond 2**53 stay apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.contract.tables import Cell, OneHot, Ordinal

from .impute import Column


class Unknown(Exception):
    """A category that is not listed. column: its place in the block. row: of the first such cell."""

    def __init__(self, column: int, row: int) -> None:
        self.column, self.row = column, row
        super().__init__(column, row)


@dataclass(frozen=True, slots=True)
class EncodeOneHot:
    """places: of each column, the feature of a category; -1 for the one that is dropped. zeros: what unknown ones give."""

    places: tuple[Mapping[Cell | None, int], ...]
    width: int
    zeros: bool

    @classmethod
    def of(cls, step: OneHot) -> EncodeOneHot:
        places: list[Mapping[Cell | None, int]] = []
        width = 0
        for known, drop in zip(step.categories, step.drop, strict=True):
            kept = [place for place in range(len(known)) if place != drop]
            features = {place: width + index for index, place in enumerate(kept)}
            places.append({cell: features.get(place, -1) for place, cell in enumerate(known)})
            width += len(kept)
        return cls(tuple(places), width, step.unknown == "zeros")

    def numbers(self, columns: Sequence[Column], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """(n, width) of 0 and 1.

        Raises:
            Unknown: under policy `error`.
        """
        codes = np.array(
            [_looked_up(place, known, column, -1 if self.zeros else None)
             for place, (known, column) in enumerate(zip(self.places, columns, strict=True))],
            np.int64,
        )  # fmt: skip
        made = np.zeros((codes.shape[1], self.width), dtype)
        rows = np.broadcast_to(np.arange(codes.shape[1]), codes.shape)
        hit = codes >= 0
        made[rows[hit], codes[hit]] = 1
        return made


@dataclass(frozen=True, slots=True)
class EncodeOrdinal:
    """numbers of each column by category. unknown: the number of an unlisted one; None: that is an error."""

    places: tuple[Mapping[Cell | None, float], ...]
    unknown: float | None

    @classmethod
    def of(cls, step: Ordinal) -> EncodeOrdinal:
        missing = _or_nan(step.missing_value)
        places = tuple(
            {cell: missing if cell is None else float(place) for place, cell in enumerate(known)}
            for known in step.categories
        )
        return cls(places, _or_nan(step.unknown_value) if step.unknown == "value" else None)

    def numbers(self, columns: Sequence[Column], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
        """(n, columns).

        Raises:
            Unknown: under policy `error`.
        """
        made = [
            _looked_up(place, known, column, self.unknown)
            for place, (known, column) in enumerate(zip(self.places, columns, strict=True))
        ]
        codes = np.array(made, np.float64)
        return np.ascontiguousarray(codes.T, dtype)


def _looked_up(
    place: int, known: Mapping[Cell | None, float], column: Column, unknown: float | None
) -> list[float]:
    if unknown is not None:
        return [known.get(cell, unknown) for cell in column]
    try:
        return [known[cell] for cell in column]
    except KeyError:
        row = next(index for index, cell in enumerate(column) if cell not in known)
        raise Unknown(place, row) from None


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number
