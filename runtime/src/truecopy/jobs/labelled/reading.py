"""One path to labelled items, whatever the model takes."""

from __future__ import annotations

import os
from pathlib import Path

from truecopy.contract import Contract, ImageInput
from truecopy.errors import InputError, UnreadableInput, Unsupported
from truecopy.intake import Intake

from .class_folders import read_class_folders
from .item import Labelled, LabelledItem
from .manifest import read_manifest

_TABLES = (".csv", ".tsv")


def read_labelled(
    path: str | os.PathLike[str], model_contract: Contract, intake: Intake
) -> tuple[LabelledItem, ...]:
    """The items at `path` with their truths, in an order that is the same every time.

    Of a model of pictures class folders or a CSV manifest; of a table a CSV file of rows with the truth's columns; of
    tokens a CSV file with the column `text` or `ids` and those of the truth.

    Raises:
        InputError: nothing there, or something in it that the model does not know; names the folder or the line.
    """
    return find_labelled(path, model_contract, intake).items


def find_labelled(path: str | os.PathLike[str], model_contract: Contract, intake: Intake) -> Labelled:
    """The same, with notes for people about what was left out.

    Raises:
        InputError: as `read_labelled`.
    """
    name = os.fspath(path)
    if not os.path.lexists(name):
        raise UnreadableInput("there are no labelled items", got="no such file or folder", where=name)
    pictures = isinstance(model_contract.input, ImageInput)
    if os.path.isdir(name):  # noqa: PTH112 - a name may hold any bytes and have any length
        if pictures:
            return read_class_folders(name, model_contract)
        raise _no_folder(name, intake)
    if not name.lower().endswith(_TABLES):
        raise Unsupported(
            "the labelled items stand in a file of no kind that is read",
            expected="class folders, or a CSV file (.csv, .tsv)" if pictures else "a CSV file (.csv, .tsv)",
            where=name,
        )
    if pictures:
        return read_manifest(Path(name), model_contract, intake.limits)
    return _of_lines(Path(name), model_contract, intake)


def _of_lines(path: Path, contract: Contract, intake: Intake) -> Labelled:
    # What reads tables and tokens is loaded with the first model that takes them.
    from truecopy.intake.table import TableIntake
    from truecopy.intake.tokens import TokensIntake

    if isinstance(intake, TableIntake):
        from .rows import read_labelled_rows

        return read_labelled_rows(path, contract, intake)
    from .texts import read_labelled_texts

    assert isinstance(intake, TokensIntake)  # noqa: S101 - a third kind of intake is none of pictures
    return read_labelled_texts(path, contract, intake)


def _no_folder(name: str, intake: Intake) -> InputError:
    from truecopy.intake.table import TableIntake

    what = "rows" if isinstance(intake, TableIntake) else "sequences"
    return Unsupported(
        f"this model takes {what}, and this is a folder",
        expected="a CSV file with the columns of the model and of the truth",
        where=name,
    )
