"""Which cells a column can hold, by its dtype: a category that no cell can be is a mistake in the document."""

from __future__ import annotations

import struct

from .float32_constants import fits_float32
from .tables import Cell, ColumnDtype


def can_be(cell: Cell, dtype: ColumnDtype) -> bool:
    """Is there a cell of such a column that equals `cell`? Compared as Python compares: 3 is 3.0, True is 1."""
    match dtype:
        case "text":
            return isinstance(cell, str)
        case _ if isinstance(cell, str):
            return False
        case "bool":
            return cell in (0, 1)
        case "int64":
            return cell % 1 == 0 and -(2**63) <= cell < 2**63
        case "float64":
            return float(cell) == cell
        case "float32":
            return fits_float32(cell) and struct.unpack("<f", struct.pack("<f", cell))[0] == cell
