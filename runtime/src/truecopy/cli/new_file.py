"""`-o FILE`: a new file, which replaces none unless that is asked for."""

from __future__ import annotations

import os

import click


def check_new_file(output: str, *, overwrite: bool) -> None:
    """Raises:
    click.UsageError: a folder, or a file that is there.
    """
    if os.path.isdir(output):  # noqa: PTH112 - Path raises on names that are too long
        raise click.UsageError(f"{output} is a folder; name the new file")
    if os.path.lexists(output) and not overwrite:
        raise click.UsageError(f"{output} exists; type --overwrite to replace it")
