"""What the verbs over labelled items share: their one place on the line, and the items that failed."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .output import complain, one_line

# Enough to see what is wrong; the report and --json have all.
_SHOWN = 5


def one_place(inputs: Sequence[str]) -> str:
    """The folder or CSV file behind the models.

    Raises:
        click.UsageError: none, or several.
    """
    if len(inputs) != 1:
        raise click.UsageError(
            f"expected one place with labelled items after the model, got {len(inputs)}: class folders, or a CSV file"
        )
    return inputs[0]


def say_failed(failed: Sequence[tuple[str, str]], where: str = "") -> None:
    """failed: (name, error). where: put before the number of those that are not shown."""
    for name, error in failed[:_SHOWN]:
        complain(f"{one_line(name)}: {error}")
    if len(failed) > _SHOWN:
        complain(f"{where}{len(failed) - _SHOWN} more failed")
