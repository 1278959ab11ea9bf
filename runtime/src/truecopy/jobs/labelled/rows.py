"""Rows of a table with the true answer beside the features."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from truecopy.contract import Contract
from truecopy.errors import InputError
from truecopy.intake.table import TableIntake
from truecopy.tables import Columns, Row
from truecopy.tables.csv_file import csv_rows

from .item import Labelled, LabelledItem
from .truths import Truth, TruthRow, truths_of


def read_labelled_rows(path: Path, contract: Contract, intake: TableIntake) -> Labelled:
    """The rows of a CSV file that has the model's columns and those of the truth, in any order.

    Raises:
        InputError: names the line: a cell, a truth, a missing or an unknown column.
    """
    truths = truths_of(contract.task)
    taken = [name for name in truths.columns if name in intake.columns.values]
    if taken:
        raise InputError(
            f"the column {taken[0]!r} is a feature of the model and the true answer too",
            where=str(path),
            fix="Two columns of one name cannot be told apart: the model was trained to see its own answer",
        )
    rows: list[TruthRow] = []
    sources: list[Row] = []
    for row in csv_rows(str(path), _with_truths(intake.columns, truths.columns), intake.limits):
        if row.problem is not None:
            raise row.problem
        cells = dict(row.cells)
        rows.append(({name: str(cells.pop(name)) for name in truths.columns}, row.name))
        sources.append(Row(row.name, cells, row.path, row.line))
    if not rows:
        raise InputError("the table has a header and no rows", expected="one row an item", where=str(path))
    said: tuple[Truth, ...] = truths.read(rows)
    return Labelled(
        tuple(
            LabelledItem(source, f"{path.name}:{source.line}", truth)
            for source, truth in zip(sources, said, strict=True)
        ),
        (),
    )


def _with_truths(columns: Columns, truths: tuple[str, ...]) -> Columns:
    """The same columns and those of the truth, whose cells are read as the texts that they are."""
    as_text: Mapping[str, type[str]] = dict.fromkeys(truths, str)
    return dataclasses.replace(
        columns,
        names=tuple(dict.fromkeys((*columns.names, *truths))),
        known=columns.known.union(truths),
        values={**columns.values, **as_text},
        texts={**columns.texts, **as_text},
    )
