"""One row of a table, with its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from truecopy.contract.tables import Cell
from truecopy.errors import InputError

Cells = Mapping[str, Cell | None]


@dataclass(frozen=True, slots=True)
class Row:
    """Cells by the name of their column; None is a missing one.

    name: how messages and results call the row: "rows.csv:2" of a file (the header is line 1), "<row 0>" elsewhere.
    path, line: of a row of a file, the line where it begins. problem: why the row cannot be used; then `cells` is empty.
    """

    name: str
    cells: Cells
    path: str | None = None
    line: int | None = None
    problem: InputError | None = None
