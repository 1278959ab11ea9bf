"""Tables that fit the terminal: columns that have no room beside the others go into a table below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from .output import console, one_line

if TYPE_CHECKING:
    from rich.table import Table

Cells: TypeAlias = list[tuple[str, str]]  # heading, cell

# Longer names, and longer words of a heading, are folded before columns have to go elsewhere.
_SHORT = 24


def fitting(heading: str, names: Sequence[str], rows: Sequence[Cells], title: str = "") -> Iterator[Table]:
    """Rows under their names: headings break between words only, cells never.

    rows: one for each of `names`, all with the same headings; without a cell there is no table.
    """
    from rich.cells import cell_len

    names = [one_line(name) for name in names]
    longest = max(cell_len(name) for name in (heading, *names))
    room, most = console().width - 1, min(longest, _SHORT)
    places, chunk = [*range(len(rows[0]))], list[int]()
    wide = [max(cell_len(part) for row in rows for part in row[place]) for place in places]
    least = [_least([row[place] for row in rows]) for place in places]
    while places:
        chunk = []
        while places and (not chunk or _needs([most, *(least[one] for one in (*chunk, places[0]))]) <= room):
            chunk.append(places.pop(0))
        natural = [longest, *(wide[place] for place in chunk)]
        tight = [least[place] for place in chunk]
        left = max(room - _needs([0, *tight]), 1)
        widths = natural if _needs(natural) <= room else [min(longest, left), *tight]
        yield _table([heading, *(rows[0][place][0] for place in chunk)], names,
                     [[row[place][1] for place in chunk] for row in rows], widths, title)  # fmt: skip


def fits(table: Table) -> bool:
    """Whether all of it can be read as it is."""
    from rich.measure import Measurement

    # Asked as of an endless line: of the terminal's no table says that it needs more.
    out = console()
    return Measurement.get(out, out.options.update(max_width=100_000), table).maximum <= out.width


def _least(column: Sequence[tuple[str, str]]) -> int:
    """The width of the longest word of the heading, or the longest cell."""
    from rich.cells import cell_len

    words = [word for heading, _ in column for word in heading.split()]
    return max(min(max(map(cell_len, words), default=1), _SHORT), *(cell_len(cell) for _, cell in column))


def _needs(widths: Sequence[int]) -> int:
    """With the lines between columns, less the last one."""
    return sum(width + 3 for width in widths)


def _table(
    headings: Sequence[str],
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    title: str,
) -> Table:
    from rich.table import Table

    table = Table(title=title or None, title_justify="left")
    for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        table.add_column(heading, width=width, overflow="fold", justify="right" if place else "left")
    for name, row in zip(names, rows, strict=True):
        table.add_row(name, *row)
    return table
