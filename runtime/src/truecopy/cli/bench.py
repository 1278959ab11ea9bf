"""`truecopy bench`."""

from __future__ import annotations

import click

from truecopy.jobs.bench import bench as run_bench
from truecopy.jobs.images import find_images

from .arguments import one_model
from .output import complain, console, print_json


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="MODEL IMAGE_OR_FOLDER...", required=True)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, provider:NAME.")
@click.option(
    "--repeats", default=3, show_default=True, type=click.IntRange(1), help="Rounds over the images."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def bench(arguments: tuple[str, ...], device: str, repeats: int, as_json: bool) -> int:
    """Time the stages of a prediction on this host, as ratios to the bare `session.run`."""
    path, inputs = one_model(arguments)
    found = find_images(inputs)
    for folder in found.unreadable:
        complain(f"the folder cannot be listed: {folder}")
    images = found.paths
    if not images:
        raise click.UsageError("expected images or folders after the model")
    timings = run_bench(path, images, device=device, repeats=repeats)
    if as_json:
        stages = {row.stage: {"ms": row.milliseconds, "ratio": row.ratio} for row in timings}
        print_json({"path": path, "status": "ok", "images": len(images), "stages": stages})
        return 0
    from rich.table import Table

    table = Table("stage", "ms per image", "ratio to session.run")
    for row in timings:
        table.add_row(row.stage, f"{row.milliseconds:.2f}", f"{row.ratio:.2f}")
    console().print(table)
    return 0
