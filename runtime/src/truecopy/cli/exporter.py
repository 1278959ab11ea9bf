"""`export` and `attach`: the exporter's commands by its entry points, or what to install."""

from __future__ import annotations

from importlib.metadata import entry_points

import click


def from_exporter(name: str) -> click.Command:
    for entry in entry_points(group="truecopy.commands", name=name):
        command: click.Command = entry.load()
        return command
    return _missing(name)


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
