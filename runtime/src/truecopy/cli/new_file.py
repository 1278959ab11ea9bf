"""`-o FILE`: a new file, which replaces none unless that is asked for; asked before anything long begins."""

from __future__ import annotations

import os
import shlex

import click

from truecopy.artifact import try_to_write

MODEL = ".onnx"


def check_new_model(output: str, *, overwrite: bool) -> None:
    """Raises:
    click.UsageError: as `check_new_file`; or a name by which no command would take the file for a model.
    """
    check_new_file(output, "the new file is a model", (MODEL,), overwrite=overwrite)


def check_new_file(output: str, what: str, endings: tuple[str, ...], *, overwrite: bool) -> None:
    """what: is written, `the report is an HTML file`. endings: of its name; the first is the usual one.

    Raises:
        click.UsageError: a folder, another ending, a file that is there, or a place where nothing can be written.
    """
    # os.path, because Path raises on names that are too long.
    if os.path.isdir(output):  # noqa: PTH112
        raise click.UsageError(f"{output} is a folder; name the new file")
    if not output.lower().endswith(endings):
        raise click.UsageError(f"{what}: expected a name that ends in {endings[0]}, got {output}")
    if os.path.lexists(output) and not overwrite:
        raise click.UsageError(f"{output} exists; type --overwrite to replace it")
    _check_folder(output)


def _check_folder(output: str) -> None:
    """Raises:
    click.UsageError: the folder of `output` is not there, or no file can be made in it.
    """
    folder = os.path.dirname(output) or "."  # noqa: PTH120
    if not os.path.lexists(folder):
        raise click.UsageError(
            f"cannot write {output}: there is no folder {folder}; make it first: mkdir -p {shlex.quote(folder)}"
        )
    try:
        try_to_write(output)
    except OSError as error:
        raise click.UsageError(
            f"cannot write {output}: no such file can be made in {folder} ({error.strerror}); name another place"
        ) from error
