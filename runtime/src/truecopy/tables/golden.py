"""Four rows made from the contract alone: golden samples that give nothing private away.

Typical values are means and fills, low and high ones lie a scale away, a different part of it for every column; of
categories the first, the last and others between. The last row is empty wherever the model lets a cell be empty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from truecopy.contract.strict_json import dumps
from truecopy.contract.tables import (
    Cell,
    Column,
    FeatureBlock,
    Impute,
    MinMax,
    OneHot,
    Ordinal,
    Standard,
    TableInput,
)

from .cells import READERS, Mistyped
from .row import Cells

_LEVELS = {"typical": 0.0, "low": -1.0, "high": 1.0, "empty": 0.5}
_DIGITS = 6


def golden_rows(spec: TableInput) -> tuple[tuple[str, bytes], ...]:
    """(name, the row as `stored_row` bytes), always the same ones."""
    used = [column for column in spec.columns if column.name in spec.used]
    rows = []
    for index, (name, level) in enumerate(_LEVELS.items()):
        cells: dict[str, Cell | None] = {}
        for place, column in enumerate(used):
            empty = name == "empty" and _may_be_empty(column.name, spec)
            cells[column.name] = None if empty else _cell(column, place, index, level, spec)
        rows.append((name, as_json(cells)))
    return tuple(rows)


def as_json(cells: Cells) -> bytes:
    """Canonical JSON of typed cells; a missing one is null."""
    return dumps(dict(cells)).encode("utf-8", "surrogatepass")


def _cell(column: Column, place: int, index: int, level: float, spec: TableInput) -> Cell:
    chains = _chains(column.name, spec)
    known = _categories(column, chains)
    if known:
        return known[{0: 0, 1: -1}.get(index, (index + place) % len(known))]
    if column.dtype == "bool":
        return (index + place) % 2 == 1
    if column.dtype == "text":
        return ""
    return _number(column, place, level, chains)


def _number(column: Column, place: int, level: float, chains: Sequence[tuple[FeatureBlock, int]]) -> Cell:
    """Center + level * spread, where the part of the spread differs from column to column."""
    center, spread = _center(chains)
    number = center + level * spread * (1 - (place % 7) / 8)
    number = float(f"{number:.{_DIGITS}g}") if math.isfinite(number) else center
    try:
        read = READERS[column.dtype](round(number) if column.dtype == "int64" else number)
    except Mistyped:
        read = None
    return 0 if read is None else read


def _center(chains: Sequence[tuple[FeatureBlock, int]]) -> tuple[float, float]:
    center, spread = 0.5, 0.5
    for block, place in chains:
        for step in block.chain:
            match step:
                case Impute(fill=fill) if not isinstance(fill[place], str):
                    center, spread = float(fill[place]), 1.0
                case Standard(mean=mean, scale=scale):
                    center = center if mean is None else mean[place]
                    return center, 1.0 if scale is None else abs(scale[place])
                case MinMax(scale=scale, min=minimum) if scale[place] != 0:
                    return (0.5 - minimum[place]) / scale[place], 0.6 / abs(scale[place])
    return center, spread


def _chains(name: str, spec: TableInput) -> list[tuple[FeatureBlock, int]]:
    """The blocks that take the column, and its place in each."""
    return [(block, block.columns.index(name)) for block in spec.features if name in block.columns]


def _categories(column: Column, chains: Sequence[tuple[FeatureBlock, int]]) -> list[Cell]:
    """What the column may hold: categories that every encoder of it knows, if any does."""
    lists = [
        step.categories[place]
        for block, place in chains
        for step in block.chain
        if isinstance(step, OneHot | Ordinal)
    ]
    if not lists:
        return []
    return [
        cell
        for cell in lists[0]
        if cell is not None and _is_cell(column, cell) and all(cell in other for other in lists)
    ]


def _is_cell(column: Column, cell: Cell) -> bool:
    try:
        return bool(READERS[column.dtype](cell) == cell)
    except Mistyped:
        return False


def _may_be_empty(name: str, spec: TableInput) -> bool:
    return all(_takes_empty(block, place, spec) for block, place in _chains(name, spec))


def _takes_empty(block: FeatureBlock, place: int, spec: TableInput) -> bool:
    for step in block.chain:
        match step:
            case Impute(missing=missing):
                return missing is None
            case OneHot(categories=categories, unknown=unknown):
                return None in categories[place] or unknown == "zeros"
            case Ordinal(categories=categories, unknown=unknown):
                if None in categories[place]:
                    number = step.missing_value
                elif unknown == "error":
                    return False
                else:
                    number = step.unknown_value
                if number is not None:
                    return True
            case Standard() | MinMax():
                pass
    return spec.missing == "pass"
