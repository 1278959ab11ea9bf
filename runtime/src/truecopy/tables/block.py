"""One block of features, compiled: cells of its columns to numbers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from truecopy.contract import FeatureBlock, Impute, MinMax, OneHot, Ordinal, Standard, TableStep
from truecopy.errors import InputError

from .cells import shown
from .columns import listed
from .encode import EncodeOneHot, EncodeOrdinal, Unknown
from .impute import Empty, ImputeNumbers, impute_cells
from .row import Cells
from .scale import ScaleMinMax, ScaleStandard

Operation: TypeAlias = ImputeNumbers | ScaleStandard | ScaleMinMax
Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Block:
    """imputes, then `encoder`: on cells; categories need their own types. operations: on numbers.

    Without an encoder all steps are operations. features: for every feature the column that it is made of.
    """

    columns: tuple[str, ...]
    dtype: np.dtype[Any]
    imputes: tuple[Impute, ...]
    encoder: EncodeOneHot | EncodeOrdinal | None
    operations: tuple[Operation, ...]
    features: tuple[str, ...]

    @classmethod
    def of(cls, block: FeatureBlock) -> Block:
        dtype = np.dtype(block.dtype)
        imputes = tuple(itertools.takewhile(lambda step: isinstance(step, Impute), block.chain))
        rest = block.chain[len(imputes) :]
        encoding = rest[0] if rest and isinstance(rest[0], OneHot | Ordinal) else None
        numeric = block.chain if encoding is None else rest[1:]
        return cls(
            block.columns,
            dtype,
            () if encoding is None else tuple(step for step in imputes if isinstance(step, Impute)),
            None if encoding is None else _encoder(encoding),
            tuple(_operation(step, dtype) for step in numeric),
            _features(block.columns, encoding),
        )

    def numbers(self, rows: Sequence[Cells], names: Sequence[str]) -> Numbers:
        """(n, features) of the block's dtype; NaN is missing.

        names: of the rows, for messages.

        Raises:
            InputError: an unknown category, or an empty cell where the chain takes none.
        """
        try:
            x = self._start(rows)
        except Unknown as error:
            raise self._unknown(error, rows, names) from error
        except Empty as error:
            raise _empty(self.columns[error.column], names[error.row]) from error
        for operation in self.operations:
            try:
                operation.apply(x)
            except Empty as error:
                raise _empty(self.features[error.column], names[error.row]) from error
        return x

    def _start(self, rows: Sequence[Cells]) -> Numbers:
        if self.encoder is None:
            cells = [[row[name] for name in self.columns] for row in rows]
            return np.array(cells, self.dtype).reshape(len(rows), len(self.columns))
        columns: list[Any] = [[row[name] for row in rows] for name in self.columns]
        for step in self.imputes:
            columns = list(impute_cells(step, columns))
        return self.encoder.numbers(columns, self.dtype)

    def _unknown(self, error: Unknown, rows: Sequence[Cells], names: Sequence[str]) -> InputError:
        assert self.encoder is not None  # noqa: S101 - only an encoder raises it
        column = self.columns[error.column]
        cell = rows[error.row][column]
        let_in = "to let unknown categories in, fit the encoder so (handle_unknown) and export again"
        if cell is None:
            let_in = (
                "to let empty cells in, fit an imputer before the encoder (SimpleImputer) and export again"
            )
        return InputError(
            f"column {column!r} holds a category that the model does not know",
            expected=f"one of {listed(self.encoder.places[error.column])}",
            got="an empty cell" if cell is None else shown(cell),
            where=names[error.row],
            fix=f"Correct the cell; {let_in}",
        )


def _encoder(step: OneHot | Ordinal) -> EncodeOneHot | EncodeOrdinal:
    return EncodeOneHot.of(step) if isinstance(step, OneHot) else EncodeOrdinal.of(step)


def _operation(step: TableStep, dtype: np.dtype[Any]) -> Operation:
    match step:
        case Impute():
            return ImputeNumbers.of(step, dtype)
        case Standard():
            return ScaleStandard.of(step)
        case MinMax():
            return ScaleMinMax.of(step, dtype)
        case OneHot() | Ordinal():
            # `widths` has refused it: categories are read from cells.
            raise AssertionError("an encoder behind numbers")


def _features(columns: tuple[str, ...], encoding: TableStep | None) -> tuple[str, ...]:
    if not isinstance(encoding, OneHot):
        return columns
    kept = zip(columns, encoding.categories, encoding.drop, strict=True)
    return tuple(
        name for name, known, drop in kept for _ in range(len(known) - (drop is not None))
    )  # fmt: skip


def _empty(column: str, row: str) -> InputError:
    return InputError(
        f"column {column!r} may not be empty",
        expected="a value, or the one that stood for a missing value in training",
        got="an empty cell",
        where=row,
        fix="Put that value in",
    )
