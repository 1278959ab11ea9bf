"""Files that are none for the model, and patterns that nothing matches: told by their names, before or after reading."""

from __future__ import annotations

import os

from truecopy.errors import UnreadableInput, Unsupported
from truecopy.predict import Failure, Result

from .globs import is_pattern, only_folders
from .images import SUFFIXES as PICTURES
from .images import is_named_video

_ROWS, _TEXTS = (".csv", ".tsv"), (".txt", ".jsonl")
_INSPECT = "`truecopy inspect MODEL` shows what the model takes"


def check_lines_file(path: str, *, table: bool) -> None:
    """What the name alone tells of a file for a model of tables (`table`) or of texts.

    A folder, a picture, a video, a pattern that nothing matches.

    Raises:
        Unsupported: this is no file of rows or lines. UnreadableInput: nothing is called so.
    """
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122 - a name may hold any bytes and have any length
    if is_pattern(path):
        raise _no_match(path)
    takes, kind = ("rows of a table", "a CSV file") if table else ("sequences", "a .txt or .jsonl file")
    if os.path.isdir(path):  # noqa: PTH112
        raise Unsupported(
            f"this model takes {takes}, and this is a folder",
            expected=kind,
            where=path,
            fix="Name the files one by one, such as folder/*" + (".csv" if table else ".txt"),
        )
    if is_named_video(path) and os.path.lexists(path):
        raise Unsupported(
            f"this model takes {takes}, and by its name this is a video",
            expected=kind,
            where=path,
            fix=_INSPECT,
        )
    if table:
        return
    if suffix in PICTURES:
        raise Unsupported(
            "this model takes sequences, and by its name this is a picture",
            expected=kind,
            where=path,
            fix=_INSPECT,
        )
    if suffix in _ROWS:
        raise Unsupported(
            "this model takes sequences, and by its name this is a table",
            expected=kind,
            where=path,
            fix="Save the texts one a line in a .txt file",
        )
    if suffix not in _TEXTS and not os.path.lexists(path):
        raise Unsupported(
            "there is no such file",
            expected=kind,
            got=repr(path),
            fix='A text itself is given by --text "..."',
        )


def _no_match(path: str) -> UnreadableInput:
    if only_folders(path):
        return UnreadableInput(
            "only folders match the pattern",
            where=path,
            fix=f"For the files in them: {path.rstrip('/')}/*.jpg; a folder that is named itself is gone through",
        )
    return UnreadableInput(
        "no file matches the pattern",
        where=path,
        fix="In sub-folders, too: folder/**/*.jpg; files that begin with a dot are named in full",
    )


def told_by_name(path: str, outcome: Result | Failure) -> Result | Failure:
    """What was no picture is called what it is: a table's or a text's first bytes would tell nobody what to do."""
    if isinstance(outcome, Failure) and is_pattern(path):
        return Failure(path, _no_match(path))
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122
    error = outcome.error if isinstance(outcome, Failure) else None
    if suffix not in (*_ROWS, *_TEXTS) or not isinstance(error, UnreadableInput) or not os.path.isfile(path):  # noqa: PTH113
        return outcome
    kind = "table" if suffix in _ROWS else "file of texts"
    named = Unsupported(
        f"this model takes pictures, and by its name this is a {kind}",
        expected="an image or a folder of images",
        where=path,
        fix=_INSPECT,
    )
    return Failure(path, named)
