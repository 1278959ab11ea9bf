"""A new file, which replaces none unless that is asked for; asked before anything long whose result goes there."""

from __future__ import annotations

import os
import shlex

from truecopy.errors import TruecopyError

from .atomic import try_to_write

REPLACE = "Type --overwrite to replace it"


def check_new_file(
    output: str, what: str, endings: tuple[str, ...], *, overwrite: bool, replace: str = REPLACE
) -> None:
    """what: is written, `the report is an HTML file`. endings: of its name; the first is the usual one.

    replace: what to do about a file that is there.

    Raises:
        TruecopyError: a folder, another ending, a file or link that is there, or a place where nothing can be written.
            Callers give it the class of their own errors.
    """
    # os.path, because Path raises on names that are too long.
    if os.path.isdir(output):  # noqa: PTH112
        raise TruecopyError(f"{output} is a folder", fix="Name the new file")
    if not output.lower().endswith(endings):
        raise TruecopyError(what, expected=f"a name that ends in {endings[0]}", got=output)
    if os.path.lexists(output) and not overwrite:
        raise TruecopyError(f"{output} exists", fix=replace)
    folder = os.path.dirname(output) or "."  # noqa: PTH120
    if not os.path.lexists(folder):
        raise TruecopyError(
            f"cannot write {output}: there is no folder {folder}",
            fix=f"Make it first: mkdir -p {shlex.quote(folder)}",
        )
    try:
        try_to_write(output)
    except OSError as error:
        raise TruecopyError(
            f"cannot write {output}: no such file can be made in {folder} ({error.strerror or error})",
            fix="Name another place",
        ) from error
