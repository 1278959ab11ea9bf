"""Rows of a table: read, check, features."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from truecopy.contract import Contract, TableInput
from truecopy.contract.strict_json import dumps, loads
from truecopy.digest import digest
from truecopy.errors import ContractError, Unsupported
from truecopy.limits import Limits
from truecopy.pixels import ChannelOrder
from truecopy.tables import Cells, Columns, FeaturePlan, Row, as_json, golden_rows, name_of, row_of, rows_of

from .item import Item, Traced
from .stored_text import utf8


@dataclass(frozen=True, slots=True)
class TableIntake:
    """columns: what a row's cells are called and hold. plan: the features, compiled. fed: the graph's input."""

    spec: TableInput
    fed: str
    columns: Columns
    plan: FeaturePlan
    limits: Limits

    @classmethod
    def of(cls, contract: Contract, limits: Limits) -> TableIntake:
        assert isinstance(contract.input, TableInput)  # noqa: S101 - told apart by `intake_of`
        graph_input = contract.graph.inputs[0]
        plan = FeaturePlan.of(contract.input, graph_input.dtype)
        return cls(contract.input, graph_input.name, Columns.of(contract.input), plan, limits)

    def row(self, source: Any) -> Row:
        """The typed cells of one source, those of the used columns; None is a missing one.

        Raises:
            InputError: names the column and the row.
        """
        return row_of(source, self.columns, name_of(source))

    def item(self, source: Any, color: ChannelOrder | None = None) -> Item:
        _check_no_color(color, source)
        row = self.row(source)
        names = (row.name,)
        tensor = self.plan.tensor(self.plan.features((row.cells,), names), names)
        return Item(row.name, {self.fed: tensor})

    def traced(self, source: Any) -> Traced:
        """decode: SHA-256 of the typed cells' canonical JSON. canvas: the features before the last cast, (features,)."""
        row = self.row(source)
        names = (row.name,)
        features = self.plan.features((row.cells,), names)
        tensor = self.plan.tensor(features, names)
        item = Item(row.name, {self.fed: tensor})
        decoded = hashlib.sha256(as_json(row.cells)).hexdigest()
        return Traced(item, decoded, digest(features[0]), digest(tensor[0]))

    def encoded(self, source: Any) -> bytes:
        """One source as the bytes that `stored` reads.

        Raises:
            InputError: names the column and the row; or a text that no UTF-8 holds.
        """
        row = self.row(source)
        return utf8(dumps(dict(row.cells)), row.name)

    def stored(self, encoded: bytes) -> Row:
        """Raises:
        ContractError: the bytes are no JSON object.
        """
        cells = loads(encoded, max_bytes=self.limits.max_row_bytes, max_depth=2, what="stored row")
        if not isinstance(cells, Mapping):
            raise ContractError("the stored row is no JSON object", got=type(cells).__name__)
        return Row("<row>", cells)

    def many(self, sources: Any) -> Iterable[Row]:
        """Rows of typed cells; one that is wrong carries its `problem`, which `item` raises."""
        return rows_of(sources, self.columns, self.limits)

    def golden(self) -> tuple[tuple[str, bytes], ...]:
        return golden_rows(self.spec)

    def name(self, source: object) -> str:
        return name_of(source)

    def cells(self, sources: Any) -> list[Cells]:
        """The typed cells of many rows, for an original that takes them all.

        Raises:
            InputError: of the first row that is wrong.
        """
        rows = list(self.many(sources))
        for row in rows:
            if row.problem is not None:
                raise row.problem
        return [row.cells for row in rows]


def _check_no_color(color: ChannelOrder | None, source: object) -> None:
    if color is not None:
        raise Unsupported(
            "`color` is for pictures: a row has no channels",
            got=f"color={color!r}",
            where=name_of(source),
            fix="Leave `color` out",
        )
