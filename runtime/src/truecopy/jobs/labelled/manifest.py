"""A CSV manifest of pictures: `file`, and what is true of it."""

from __future__ import annotations

import os
from pathlib import Path

from truecopy.contract import Contract
from truecopy.errors import InputError
from truecopy.limits import Limits

from .item import Labelled, LabelledItem
from .same_file import SameFiles
from .truth_table import read_rows
from .truths import Truth, TruthRow, truths_of

FILE = "file"


def read_manifest(path: Path, contract: Contract, limits: Limits) -> Labelled:
    """Pictures by the column `file`, with the columns of their truth, in its order; other columns are left alone.

    A path is relative to the manifest's folder, from where it may lead anywhere, or absolute. `label` holds one name, all
    of them labels, or label ids, or indices; several with `|` between them; or a text. A regression has one column for
    each quantity. A picture is opened only when it is answered.

    Raises:
        InputError: names the line: no such file, a file twice, or a truth that is none of the model's.
    """
    truths = truths_of(contract.task)
    rows: list[TruthRow] = []
    sources: list[tuple[str, str]] = []
    seen = SameFiles()
    for row, where in read_rows(path, (FILE, *truths.columns), limits=limits):
        name = row[FILE]
        # The path as it is written: `link/..` is where the system says, not where the text does.
        source = str(path.parent / name)
        if not name.strip() or not os.path.lexists(source):
            raise InputError(
                "the manifest names a file that is not there"
                if name.strip()
                else "the cell of `file` is empty",
                expected=f"a picture's path, absolute or from {path.parent}",
                got=repr(name),
                where=where,
            )
        first = seen.first(source, f"{name!r}, first at {where}")
        if first is not None:
            raise InputError(
                "a file stands twice in the manifest",
                got=f"{name!r}, the file of {first}",
                where=where,
                fix="It would count twice: remove one of them",
            )
        sources.append((source, name))
        rows.append(({column: row[column] for column in truths.columns}, where))
    said: tuple[Truth, ...] = truths.read(rows)
    return Labelled(
        tuple(LabelledItem(source, name, truth) for (source, name), truth in zip(sources, said, strict=True)),
        (),
    )
