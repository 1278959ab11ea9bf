"""Rows of typed cells to the features that the graph takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.contract import TableInput
from truecopy.contract.feature_flow import widths
from truecopy.errors import InputError

from .block import Block
from .columns import listed
from .row import Cells

Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class FeaturePlan:
    """The blocks of a contract, compiled once; safe to use from several threads.

    dtype: of all features side by side: float64 where any block is. fed: of the graph's input. names: the column of
    every feature. missing: may a feature be NaN?
    """

    blocks: tuple[Block, ...]
    dtype: np.dtype[Any]
    fed: np.dtype[Any]
    names: tuple[str, ...]
    missing: bool

    @classmethod
    def of(cls, spec: TableInput, fed: str) -> FeaturePlan:
        """Compile; `fed` is the dtype of the graph's input.

        Raises:
            ContractError: the blocks contradict themselves; names the JSON path.
        """
        widths(spec)
        blocks = tuple(Block.of(block) for block in spec.features)
        dtype = np.result_type(*(block.dtype for block in blocks))
        names = tuple(name for block in blocks for name in block.features)
        return cls(blocks, dtype, np.dtype(fed), names, spec.missing == "pass")

    def features(self, rows: Sequence[Cells], names: Sequence[str]) -> Numbers:
        """(n, features) before the last cast. Each row gives the bits that it gives alone.

        names: of the rows, for messages.

        Raises:
            InputError: a category is unknown, or a feature is missing or infinite; names column and row.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            parts = [block.numbers(rows, names) for block in self.blocks]
        made = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1, dtype=self.dtype)
        finite = np.isfinite(made)
        if not finite.all():
            self._check(made, names)
        return made

    def tensor(self, features: Numbers, names: Sequence[str]) -> Numbers:
        """`features` as the graph is fed, rounded to nearest.

        Raises:
            InputError: a feature leaves the range of the graph's dtype.
        """
        if features.dtype == self.fed:
            return features
        with np.errstate(over="ignore"):
            fed = features.astype(self.fed)
        beyond = np.isinf(fed)
        if beyond.any():
            self._refuse_infinite(features, beyond, names, str(self.fed))
        return fed

    def _check(self, made: Numbers, names: Sequence[str]) -> None:
        missing = np.isnan(made)
        if not self.missing and missing.any():
            row = int(missing.any(axis=1).argmax())
            columns = list(dict.fromkeys(self.names[place] for place in missing[row].nonzero()[0]))
            one = len(columns) == 1
            raise InputError(
                f"{'column' if one else 'columns'} {listed(columns)} {'is' if one else 'are'} missing a value, "
                "and nothing fills it",
                expected="a number",
                got="an empty cell (NaN)",
                where=names[row],
                fix="Put a value in, or fit an imputer with the model and export again",
            )
        beyond = np.isinf(made)
        if beyond.any():
            self._refuse_infinite(made, beyond, names, "the arithmetic of its block")

    def _refuse_infinite(self, made: Numbers, beyond: Numbers, names: Sequence[str], what: str) -> None:
        row, place = (int(index) for index in np.argwhere(beyond)[0])
        raise InputError(
            f"column {self.names[place]!r} makes a number beyond {what}",
            got=repr(float(made[row, place])),
            where=names[row],
            fix="Correct the cell: it is far from what the model was trained on",
        )
