"""`truecopy bench`."""

from __future__ import annotations

import click

from truecopy.artifact import read
from truecopy.contract import ImageInput
from truecopy.jobs.bench import bench as run_bench
from truecopy.jobs.images import find_images

from .arguments import one_model
from .output import complain, console, count, note, print_json


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="MODEL INPUT...", required=True)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, provider:NAME.")
@click.option(
    "--repeats", default=3, show_default=True, type=click.IntRange(1), help="Rounds over the items."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def bench(arguments: tuple[str, ...], device: str, repeats: int, as_json: bool) -> int:
    """Time the stages of a prediction on this host, as ratios to the bare `session.run`.

    INPUT: images and folders, or files of rows or texts, of which the first 256 lines are measured.
    """
    path, inputs = one_model(arguments)
    files = _files(path, inputs)
    measured = run_bench(path, files, device=device, repeats=repeats)
    if as_json:
        stages = {row.stage: {"ms": row.milliseconds, "ratio": row.ratio} for row in measured.timings}
        print_json({"path": path, "status": "ok", f"{measured.noun}s": measured.items, "stages": stages})
        return 0
    from rich.table import Table

    table = Table("stage", f"ms per {measured.noun}", "ratio to session.run")
    for row in measured.timings:
        table.add_row(row.stage, _milliseconds(row.milliseconds), f"{row.ratio:.2f}")
    console().print(table)
    note(f"{count(measured.items, measured.noun)}, {count(repeats, 'round')}")
    return 0


def _milliseconds(number: float) -> str:
    """Microseconds matter where an item is a row."""
    return f"{number:.2f}" if number >= 1 else f"{number:.4f}"


def _files(path: str, inputs: list[str]) -> tuple[str, ...]:
    """What is measured: folders of images expanded, other files as they were named.

    Raises:
        click.UsageError: nothing.
    """
    if inputs and not isinstance(read(path).contract.input, ImageInput):
        return tuple(inputs)
    found = find_images(inputs)
    for folder in found.unreadable:
        complain(f"the folder cannot be listed: {folder}")
    if not found.paths:
        raise click.UsageError("expected images or folders after the model")
    return found.paths
