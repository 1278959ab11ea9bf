"""Paths that a Python caller names: an object that names no file is refused with what to write instead."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from truecopy.errors import ProofError, RecipeError


def output_path(given: object) -> Path:
    """Raises:
    RecipeError: it names no file.
    """
    if isinstance(given, str | os.PathLike):
        return Path(given)
    raise RecipeError("the output names no file", expected="a path like 'model.onnx'", got=_said(given))


def proof_path(given: object) -> Path | None:
    """None where there is none.

    Raises:
        ProofError: data instead of the path of a folder or file.
    """
    if given is None or isinstance(given, str | os.PathLike):
        return None if given is None else Path(given)
    fix = "Name the folder that holds the files, or ROWS.csv, TEXTS.txt, IDS.jsonl"
    if hasattr(given, "to_csv"):
        fix = "Write its rows into a file, frame.to_csv('rows.csv', index=False), and pass proof='rows.csv'"
    elif isinstance(given, list | tuple):
        fix = (
            "Put the pictures into one folder and pass proof='photos/'; rows of a table go into rows.csv, texts into "
            "texts.txt, ids into ids.jsonl"
        )
    raise ProofError("`proof` is a path", expected="the name of a folder or file", got=_said(given), fix=fix)


def proof_labels_path(given: object) -> Path | None:
    """The same for the table of true answers.

    Raises:
        ProofError: data instead of a path.
    """
    if given is None or isinstance(given, str | os.PathLike):
        return None if given is None else Path(given)
    raise ProofError(
        "`proof_labels` is a path",
        expected="the name of a CSV file",
        got=_said(given),
        fix="Write the true answers into truth.csv, a header `label` and one a line, and pass its name",
    )


def _said(given: object) -> str:
    return "None" if given is None else f"a {type(given).__name__}"


def what_stands(path: Path) -> str:
    """What is at a path, in words."""
    if path.is_dir():
        return "a folder"
    return "a file" if path.exists() else "nothing of that name"


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    if path.is_dir():
        return sum(inner.stat().st_size for inner in path.rglob("*") if inner.is_file())
    return path.stat().st_size


def stored_name(name: str) -> str:
    """Without folders. A file name may hold any bytes; the document is UTF-8, and a name in it at most 200 long."""
    return os.fsencode(Path(name).name or name).decode("utf-8", "replace")[-200:]


def for_a_shell(path: str) -> str:
    """Quoted; a name that begins with a dash would be an option."""
    return shlex.quote(path if not path.startswith("-") else f"./{path}")
