"""What `export` and `attach` say where the exporter is not installed."""

from __future__ import annotations

import click


def missing(name: str) -> click.Command:
    @click.command(name, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
    @click.pass_context
    def command(ctx: click.Context) -> None:  # noqa: ARG001
        raise click.UsageError(
            f"`truecopy {name}` comes with the exporter, which is not installed here: pip install truecopy-export"
        )

    return command
