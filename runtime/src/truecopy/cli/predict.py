"""`truecopy predict`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import click

from truecopy import __version__
from truecopy.errors import TruecopyError
from truecopy.jobs.images import find_images
from truecopy.predict import Failure, Model, Result, load

from .arguments import one_model
from .output import complain, console, count, note, one_line, print_json, printable


def _not_yet(_: click.Context, parameter: click.Parameter, value: object) -> None:
    if value is not None:
        raise click.UsageError(
            f"views, ensembles and their configuration are not run by this version ({__version__}): "
            f"leave out {' / '.join(parameter.opts)}"
        )


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
@click.option(
    "--tta",
    "--tta-augmentations",
    "--ensemble",
    "--config",
    hidden=True,
    expose_value=False,
    callback=_not_yet,
)
@click.option("--probabilities", is_flag=True, help="With --json: all probabilities.")
def predict(
    arguments: tuple[str, ...], top: int, device: str, threads: int | None, as_json: bool, probabilities: bool
) -> int:
    """Answer images. A file that cannot be read is one error row; exit code 1 if there is any."""
    path, inputs = one_model(arguments)
    if not inputs:
        raise click.UsageError("expected images or folders after the model")
    if probabilities and not as_json:
        raise click.UsageError("--probabilities goes with --json")
    found = find_images(inputs)
    if found.skipped:
        note(f"left out of folders, no images by their names: {count(found.skipped, 'file')}")
    for folder in found.unreadable:
        complain(f"the folder cannot be listed: {folder}")
    if not found.paths:
        complain("no images found")
        return 1
    model = load(path, device=device, threads=threads)
    outcomes = _progress(_answers(model, found.paths), len(found.paths))
    failed = _print_rows(outcomes, top, probabilities) if as_json else _print_table(outcomes, top)
    if not as_json or failed:
        note(
            f"{count(len(found.paths), 'image')}, {failed} failed; {model.precision} on {model.device} "
            f"({model.provider}, onnxruntime {model.runtime_version})"
        )
    return 1 if failed or found.unreadable else 0


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

    table = Table()
    # Folded, never cut: a name with an ellipsis names no file.
    table.add_column("image", overflow="fold")
    table.add_column("answer", overflow="fold")
    table.add_column("confidence", justify="right", no_wrap=True)
    table.add_column("notes", overflow="fold")
    failed = 0
    for outcome in outcomes:
        if isinstance(outcome, Failure):
            failed += 1
            table.add_row(one_line(outcome.source), "error", "", _reason(outcome.error), style="red")
        else:
            for row in _rows(outcome, top):
                table.add_row(*row)
        if top > 1:
            table.add_section()
    console().print(table)
    return failed


def _rows(result: Result, top: int) -> Iterator[tuple[str, str, str, str]]:
    """One row a class, so that a label of several lines keeps its number beside it; the first row names the image."""
    notes = [*result.warnings] if result.accepted else ["below the threshold", *result.warnings]
    name, remarks = one_line(result.source), printable("; ".join(notes))
    for score in result.top_k(top):
        yield name, one_line(score.label), f"{score.probability:.4f}", remarks
        name = remarks = ""


def _reason(error: TruecopyError) -> str:
    """The whole message but for the place: the image stands in the row."""
    return one_line(str(TruecopyError(error.what, expected=error.expected, got=error.got, fix=error.fix)))
