"""A CSV manifest of pictures: `file`, and what is true of it."""

from __future__ import annotations

import os
from pathlib import Path

from truecopy.contract import Contract
from truecopy.errors import InputError

from .item import Labelled, LabelledItem
from .truth_table import read_rows
from .truths import truths_of

FILE = "file"


def read_manifest(path: Path, contract: Contract) -> Labelled:
    """Pictures by the column `file`, relative to the manifest's folder, with the columns of their truth, in its order.

    `label` holds a label that stands once, a label id or an index, several with `|` between them, or a text; a regression
    has one column for each quantity. Other columns are left alone. A picture is opened only when it is answered.

    Raises:
        InputError: names the line: no such file, a file twice, or a truth that is none of the model's.
    """
    truths = truths_of(contract.task)
    items: dict[str, tuple[LabelledItem, str]] = {}
    for row, where in read_rows(path, (FILE, *truths.columns)):
        name = row[FILE]
        source = os.path.normpath(path.parent / name)
        if not name.strip() or not os.path.lexists(source):
            raise InputError(
                "the manifest names a file that is not there"
                if name.strip()
                else "the cell of `file` is empty",
                expected=f"a picture's path inside {path.parent}",
                got=repr(name),
                where=where,
            )
        if source in items:
            raise InputError(
                "a file stands twice in the manifest",
                got=f"{name!r}, first at {items[source][1]}",
                where=where,
                fix="It would count twice: remove one of them",
            )
        items[source] = (LabelledItem(source, name, truths.read(row, where)), where)
    return Labelled(tuple(item for item, _ in items.values()), ())
