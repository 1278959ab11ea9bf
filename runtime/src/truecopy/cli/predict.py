"""`truecopy predict`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from truecopy.errors import TruecopyError
from truecopy.jobs.images import find_images
from truecopy.predict import Failure, Model, Result, load

from .arguments import one_model
from .output import complain, console, note, print_json, printable


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="MODEL IMAGE_OR_FOLDER...", required=True)
@click.option(
    "--top", default=1, show_default=True, type=click.IntRange(1), help="Classes to show for each image."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, provider:NAME.")
@click.option(
    "--threads", type=click.IntRange(1), help="Cores to use; by default all that this process may use."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
@click.option("--probabilities", is_flag=True, help="With --json: all probabilities.")
def predict(
    arguments: tuple[str, ...], top: int, device: str, threads: int | None, as_json: bool, probabilities: bool
) -> int:
    """Answer images. A file that cannot be read is one error row; exit code 1 if there is any."""
    path, inputs = one_model(arguments)
    if not inputs:
        raise click.UsageError("expected images or folders after the model")
    found = find_images(inputs)
    if found.skipped:
        note(f"{found.skipped} files in folders are no images by their name and were left out")
    if not found.paths:
        complain("no images found")
        return 1
    model = load(path, device=device, threads=threads)
    outcomes = _progress(_answers(model, found.paths), len(found.paths))
    failed = _print_rows(outcomes, top, probabilities) if as_json else _print_table(outcomes, top)
    if not as_json or failed:
        note(
            f"{len(found.paths)} images, {failed} failed; {model.precision} on {model.device} "
            f"({model.provider}, onnxruntime {model.runtime_version})"
        )
    return 1 if failed else 0


def _answers(model: Model, paths: tuple[str, ...]) -> Iterator[Result | Failure]:
    if len(paths) > 1:
        return model.stream(paths)
    try:
        return iter([model(paths[0])])
    except TruecopyError as error:
        return iter([Failure(paths[0], error)])


def _progress(outcomes: Iterable[Result | Failure], total: int) -> Iterator[Result | Failure]:
    if total == 1 or not sys.stderr.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(outcomes, "predicting", total, console=Console(stderr=True), transient=True)


def _print_rows(outcomes: Iterable[Result | Failure], top: int, probabilities: bool) -> int:
    failed = 0
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            failed += 1
            row = {"path": outcome.source, "status": "error", **outcome.to_dict()}
        else:
            row = {
                "path": outcome.source,
                "status": "ok",
                **outcome.to_dict(probabilities=probabilities, top=top),
            }
        del row["source"]
        print_json(row)
    return failed


def _print_table(outcomes: Iterable[Result | Failure], top: int) -> int:
    from rich.table import Table

    table = Table("image", "answer", "confidence", "notes")
    table.columns[2].justify = "right"
    failed = 0
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            failed += 1
            table.add_row(printable(outcome.source), "error", "", printable(outcome.error.what), style="red")
            continue
        table.add_row(printable(outcome.source), *_cells(outcome, top))
    console().print(table)
    return failed


def _cells(result: Result, top: int) -> tuple[Any, ...]:
    scores = result.top_k(top)
    notes = [*result.warnings] if result.accepted else ["below the threshold", *result.warnings]
    labels = "\n".join(printable(score.label) for score in scores)
    return labels, "\n".join(f"{score.probability:.4f}" for score in scores), printable("; ".join(notes))
