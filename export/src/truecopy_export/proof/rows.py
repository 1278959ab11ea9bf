"""Rows of a table through both preprocessings: the fitted object's `transform`, and the contract's steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.errors import InputError, ProofError
from truecopy.intake import Item
from truecopy.intake.table import TableIntake
from truecopy.tables import Row

from .original import Original
from .tensors import Fed


@dataclass(frozen=True)
class Rows:
    """Sources are rows of a file, mappings, or cells in the order of the columns."""

    original: Original
    intake: TableIntake

    def feed(self, source: Any) -> Fed:
        row = self.intake.row(source)
        ours = self.intake.item(source)
        if self.original.transform is None:
            return Fed(ours, ours, compared=False)
        return Fed(ours, self._made(row, ours.feeds[self.intake.fed]), compared=True)

    def refused(self, source: Any, error: InputError) -> None:
        """A row whose cells can be read, and of which only the original makes features, is a difference."""
        if self.original.transform is None:
            return
        try:
            row = self.intake.row(source)
        except InputError:
            return
        try:
            made = np.asarray(self.original.transform([row.cells]))
        except Exception:  # neither takes it: whatever the user's own object raises
            return
        if np.isnan(made.astype(np.float64)).any():
            return  # the original lets a missing value through; the copy says that the graph takes none
        raise ProofError(
            f"the original transforms {row.name}, the copy refuses it: {error}",
            where="stage decode",
            fix="If no such row will be met where the model runs, take it out of the proof",
        ) from error

    def _made(self, row: Row, ours: np.ndarray) -> Item:
        """The original's features of one row, cast to what the graph takes, as the copy casts its own."""
        assert self.original.transform is not None  # noqa: S101 - asked before
        try:
            features = np.asarray(self.original.transform([row.cells]))
        except Exception as error:  # the fitted object is the user's own
            raise ProofError(
                f"the original transform fails on {row.name}: {type(error).__name__}: {error}",
                where="stage tensor",
            ) from error
        if features.shape != ours.shape:
            raise ProofError(
                f"the transform makes another number of features of {row.name} than the contract's steps",
                expected=str(features.shape),
                got=str(ours.shape),
                where="stage tensor",
            )
        with np.errstate(over="ignore"):
            return Item(row.name, {self.intake.fed: np.ascontiguousarray(features, dtype=ours.dtype)})
