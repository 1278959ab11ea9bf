"""The worst row of a table, or the worst text: its cells or ids, and where the two sides differ."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from truecopy.intake import intake_of
from truecopy.intake.table import TableIntake
from truecopy.limits import DEFAULT_LIMITS
from truecopy.report import Block, Folded, Table, Text
from truecopy.report.numbers import count
from truecopy.tokens import given_ids
from truecopy_export.proof.parity import ItemParity
from truecopy_export.proof.worst_case import WorstCase

from .account import Account

_MOST = 40
_LONGEST = 600


def worst_row(item: ItemParity, case: WorstCase, account: Account) -> Iterator[Block]:
    """Cells by column; features that differ."""
    intake = intake_of(account.contract, DEFAULT_LIMITS)
    assert isinstance(intake, TableIntake)  # noqa: S101 - asked before
    cells = intake.row(item.source).cells
    rows = [(name, "empty" if cell is None else str(cell)) for name, cell in cells.items()]
    yield _folded(Table(f"The cells of {item.name}", ["column", "cell"], rows[:_MOST]), len(rows))
    yield from _apart(case, "feature")


def worst_ids(item: ItemParity, case: WorstCase) -> Iterator[Block]:
    """The text, and ids that differ."""
    content = given_ids(item.source).content
    if isinstance(content, str):
        yield Text(f"The text: {_cut(content)!r}")
    else:
        yield Text(f"The ids: {_cut(', '.join(map(str, content)))}")
    yield from _apart(case, "place")


def _apart(case: WorstCase, place: str) -> Iterator[Block]:
    """Places of every feed at which the two sides hold something else."""
    for name, ours in case.copy.items():
        mine, other = ours.reshape(-1), case.original[name].reshape(-1)
        shared = min(len(mine), len(other))
        differ = np.flatnonzero(mine[:shared] != other[:shared])
        if not len(differ):
            continue
        rows = [(str(at), f"{other[at]:.9g}", f"{mine[at]:.9g}") for at in differ[:_MOST].tolist()]
        caption = f"Where input {name} differs: {count(len(differ))} of {count(shared)}"
        yield Table(caption, [place, "original", "Truecopy"], rows, frozenset({0, 1, 2}))


def _folded(table: Table, rows: int) -> Block:
    return table if rows <= 12 else Folded(f"{table.caption} ({count(rows)})", [table])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
