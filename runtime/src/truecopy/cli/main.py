"""`truecopy VERB MODEL... INPUT...`: the group of commands, errors and exit codes.

Exit: 0 ok, 1 some or all items failed, 2 usage, 3 refused artifact, contract or checkpoint, 4 proof or selftest
failed, 5 device, 130 Ctrl-C.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any

import click

from truecopy import __version__
from truecopy.errors import TruecopyError

from .output import complain, refuse

# Imported when called: `truecopy --help` loads no array library.
_OWN = {
    "predict": "Answer images, rows of a table or texts: a table, or --json.",
    "inspect": "Show what a model file says about itself.",
    "selftest": "Replay the golden samples on this host, stage by stage.",
    "evaluate": "Measure a model, or strategies side by side, on labelled items.",
    "tune": "Find the cheapest early exit that keeps a strategy's answers, on labelled items.",
    "calibrate": "Fit a temperature or thresholds on labelled items, into a new file.",
    "seal": "Seal a file again that a tool rewrote, into a new file.",
    "bench": "Time the stages of a prediction on this host.",
    "diff": "Compare what two model files say, step by step.",
    "explain": "Draw every stage of one photo, and what classic mistakes would have fed.",
}
_EXPORTER = {
    "export": "Turn a checkpoint into a model file (needs truecopy-export).",
    "attach": "Give an ONNX file its contract (needs truecopy-export).",
}


_LATER = ("serve", "batch")


class _Commands(click.Group):
    """Own commands by name; `export` and `attach` from the exporter's entry points."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [*_EXPORTER, *_OWN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name in _OWN:
            command: click.Command = getattr(importlib.import_module(f".{cmd_name}", __package__), cmd_name)
            return command
        if cmd_name in _EXPORTER:
            # Here, because looking up entry points costs as much as importing click.
            from .exporter import from_exporter

            return from_exporter(cmd_name)
        if cmd_name in _LATER:
            raise click.UsageError(f"`truecopy {cmd_name}` is not in this version ({__version__})")
        return None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader (head, less) has seen enough: no error. Python must not complain about stdout at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([*_EXPORTER.items(), *_OWN.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="truecopy")
def truecopy() -> None:
    """A certified true copy of a trained model: one .onnx file, the same pixels, the same answer.

    Exit codes: 0 ok, 1 items failed, 2 usage, 3 refused artifact, contract or checkpoint, 4 proof or selftest
    failed, 5 device, 130 Ctrl-C.
    """


def _words(typed: list[str]) -> list[str]:
    """The command line in our own spelling."""
    if not typed or typed[0] not in _OWN:
        return typed
    from .spellings import rewrite

    return rewrite(typed)


def main() -> None:
    """Entry point of the console script."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A label in any script must not end a run on a terminal that cannot show it.
        sys.stdout.reconfigure(errors="replace")
    try:
        status = truecopy.main(args=_words(sys.argv[1:]), prog_name="truecopy", standalone_mode=False)
    except click.exceptions.Abort:
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except TruecopyError as error:
        from .arguments import is_model

        model = next(filter(is_model, sys.argv[2:]), "")
        status = refuse(model, error, as_json="--json" in sys.argv)
    except KeyboardInterrupt:
        status = 130
    except OSError as error:
        # A full disk, a folder that cannot be written: all that is read has a typed error of its own.
        complain(str(error))
        status = 1
    sys.exit(status or 0)
