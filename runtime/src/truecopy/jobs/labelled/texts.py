"""Texts or ids with the true answer beside them, in one CSV file."""

from __future__ import annotations

from pathlib import Path

from truecopy.contract import Contract
from truecopy.contract.strict_json import loads
from truecopy.errors import ContractError, InputError
from truecopy.intake.tokens import TokensIntake
from truecopy.tokens import Line

from .item import Labelled, LabelledItem
from .truth_table import read_rows
from .truths import Truth, truths_of

TEXT, IDS = "text", "ids"


def read_labelled_texts(path: Path, contract: Contract, intake: TokensIntake) -> Labelled:
    """Column `text`, or `ids` (a JSON list) of a model that takes no texts, with the columns of the truth.

    Raises:
        InputError: names the line.
    """
    truths = truths_of(contract.task)
    column = IDS if intake.encoder is None else TEXT
    if column in truths.columns:
        raise InputError(
            f"the column {column!r} is what the model reads and the true answer too", where=str(path)
        )
    rows = list(read_rows(path, (column, *truths.columns), limits=intake.limits))
    said: tuple[Truth, ...] = truths.read(rows)
    items = []
    for (row, where), truth in zip(rows, said, strict=True):
        number = int(where.rpartition(":")[2])
        content = row[column] if column == TEXT else _ids(row[column], where, intake)
        items.append(LabelledItem(Line(str(path), number, content), f"{path.name}:{number}", truth))
    return Labelled(tuple(items), ())


def _ids(cell: str, where: str, intake: TokensIntake) -> tuple[int, ...]:
    try:
        found = loads(cell, max_bytes=intake.limits.max_line_bytes, max_depth=2, what="cell of `ids`")
    except ContractError as error:
        raise InputError.of(error, where=where) from error
    if not isinstance(found, list):
        raise InputError("the cell of `ids` is no list", expected="[1, 2]", got=repr(cell[:60]), where=where)
    return tuple(found)
