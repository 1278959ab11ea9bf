"""What the exporter adds where it is installed, by its entry points: `export` and `attach`, a window onto checkpoints."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Protocol

import click


class CheckpointWindow(Protocol):
    def __call__(self, path: str, *, as_json: bool) -> int:
        """Show what is in a checkpoint; returns the exit code."""


def from_exporter(name: str) -> click.Command:
    for entry in entry_points(group="truecopy.commands", name=name):
        command: click.Command = entry.load()
        return command
    return _missing(name)


def checkpoint_window() -> CheckpointWindow | None:
    """None where the exporter is not installed."""
    for entry in entry_points(group="truecopy.windows", name="checkpoint"):
        window: CheckpointWindow = entry.load()
        return window
    return None


def _missing(name: str) -> click.Command:
    # Every argument leads to the same sentence, `--help` too: an empty help page would say that nothing is missing.
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}

    @click.command(name, context_settings=settings, add_help_option=False)
    @click.pass_context
    def command(ctx: click.Context) -> None:  # noqa: ARG001
        raise click.UsageError(
            f"`truecopy {name}` comes with the exporter, which is not installed here: pip install truecopy-export"
        )

    return command
