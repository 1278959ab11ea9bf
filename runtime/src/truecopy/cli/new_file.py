"""`-o FILE`: a new file; what is wrong with its name is an error of usage."""

from __future__ import annotations

import click

from truecopy import artifact
from truecopy.errors import TruecopyError

MODEL = ".onnx"


def check_new_model(output: str, *, overwrite: bool) -> None:
    """Raises:
    click.UsageError: as `check_new_file`; or a name by which no command would take the file for a model.
    """
    check_new_file(output, "the new file is a model", (MODEL,), overwrite=overwrite)


def check_new_file(output: str, what: str, endings: tuple[str, ...], *, overwrite: bool) -> None:
    """Raises:
    click.UsageError: as `truecopy.artifact.check_new_file`, as one sentence.
    """
    try:
        artifact.check_new_file(output, what, endings, overwrite=overwrite)
    except TruecopyError as error:
        if error.fix is None:
            raise click.UsageError(str(error)) from error
        raise click.UsageError(f"{error.what}; {error.fix[0].lower()}{error.fix[1:]}") from error
