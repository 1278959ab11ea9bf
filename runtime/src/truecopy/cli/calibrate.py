"""`truecopy calibrate`."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from truecopy.artifact import check_other_file
from truecopy.contract import Binary, Multiclass, Multilabel
from truecopy.jobs.calibrate import TEMPERATURE, Calibration, Goal, read_thresholds
from truecopy.jobs.calibrate import calibrate as run_calibrate
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict import open_artifact
from truecopy.proof import Derived, with_task

from .arguments import artifact_named, split
from .labelled import say_failed
from .new_file import check_new_model
from .output import complain, console, count, note, one_line, print_json
from .progress import Counted

if TYPE_CHECKING:
    from rich.table import Table

Change: TypeAlias = tuple[str, str, str]  # name, before, after


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="MODEL FIT REPORT")
@click.option("-o", "--output", required=True, metavar="FILE", help="The new file.")
@click.option(
    "--temperature",
    is_flag=True,
    help="Fit the temperature; of one of n classes it is the default.",
)
@click.option("--thresholds", metavar="TARGET", help="Fit thresholds for f1, precision=0.95 or recall=0.99.")
@click.option("--device", default="cpu", show_default=True, help="auto, cpu, cuda, cuda:1, provider:NAME.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def calibrate(
    arguments: tuple[str, ...],
    output: str,
    temperature: bool,
    thresholds: str | None,
    device: str,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Fit a temperature or thresholds on the labelled items FIT, and say on others, REPORT, what they change.

    Both are class folders or a CSV manifest. The result is a new file with the fitted numbers, its golden samples run
    again on this host's CPU; its parent is MODEL, which stays as it is. The file is written, and a warning printed, also
    where REPORT says that it became worse, or is short of the target. Exit code 1 if items could not be read.
    """
    if temperature and thresholds is not None:
        raise click.UsageError("--temperature and --thresholds: one at a time; the second on the new file")
    model, fit, report = _named(arguments)
    check_new_model(output, overwrite=overwrite)
    path = artifact_named(model)
    check_other_file(path, output)
    goal: Goal | None = TEMPERATURE if temperature else None
    if thresholds is not None:
        goal = read_thresholds(thresholds)

    def counting(outcomes: Iterable[Any], total: int) -> Iterable[Any]:
        return Counted(outcomes, total, quiet=as_json and sys.stdout.isatty())

    opened = open_artifact(path, DEFAULT_LIMITS)
    made = run_calibrate(opened, fit, report, goal=goal, device=device, counting=counting)
    if not as_json:
        # First, so that a file that cannot be written takes no result with it.
        console().print(_table(made))
    derived = with_task(opened, made.task, output)
    if as_json:
        parent = derived.contract.provenance.parent
        print_json({"path": output, "status": "ok", "parent": parent, **made.to_dict(),
                    "dropped": list(derived.dropped)})  # fmt: skip
    _say(path, made, derived)
    return 1 if made.fit.failed or made.report.failed else 0


def _named(arguments: tuple[str, ...]) -> tuple[str, str, str]:
    """MODEL, FIT, REPORT.

    Raises:
        click.UsageError: one of them is missing, or there are more.
    """
    models, places = split(arguments)
    if len(models) > 1:
        raise click.UsageError(
            f"calibrate takes one model, got {', '.join(models)}: calibrate each into a file of its own, then name the "
            "new files together: truecopy predict NEW_A.onnx NEW_B.onnx INPUT..."
        )
    if len(places) < 2:
        missing = ("FIT", "REPORT")[len(places)]
        raise click.UsageError(f"Missing argument '{missing}': a folder or CSV file with labelled items")
    if len(places) > 2:
        raise click.UsageError(
            f"expected two places with labelled items, FIT and REPORT, got {', '.join(places)}"
        )
    return models[0], places[0], places[1]


def _say(path: str, made: Calibration, derived: Derived) -> None:
    for side in (made.fit, made.report):
        say_failed(side.failed, f"{side.path}: ")
    for sentence in made.notes:
        note(one_line(sentence))
    for sentence in made.worse:
        complain(f"WORSE on {made.report.path}: {sentence}")
    for sentence in made.short:
        complain(f"short of the target on {made.report.path}: {sentence}")
    if derived.dropped:
        left_out = ", ".join(derived.dropped)
        note(f"compared under the old numbers or on another host, and left out of the new proof: {left_out}")
    note(f"wrote {derived.path}; next: {shlex.join(['truecopy', 'diff', path, derived.path])}")


def _table(made: Calibration) -> Table:
    from rich.table import Table

    table = Table()
    table.add_column("", overflow="fold")
    table.add_column("before", justify="right", no_wrap=True)
    table.add_column("after", justify="right", no_wrap=True)
    for change in _fitted(made):
        table.add_row(*change)
    for side in (made.fit, made.report):
        table.add_section()
        role = "fitted on" if side is made.fit else "reported on"
        table.add_row(f"{role} {one_line(side.path)}, {count(side.items, 'item')}", "", "")
        for figure in side.figures:
            style = "red" if side is made.report and figure.worse else None
            table.add_row(f"  {figure.name}", _shown(figure.before), _shown(figure.after), style=style)
    return table


def _fitted(made: Calibration) -> Iterator[Change]:
    """The numbers that were fitted."""
    match made.old, made.task:
        case (Multiclass() as old, Multiclass() as new) if made.goal == TEMPERATURE:
            yield "temperature", f"{old.temperature:.6g}", f"{new.temperature:.6g}"
        case (Multiclass() | Binary() as old, Multiclass() | Binary() as new):
            yield "threshold", _number(old.threshold), _number(new.threshold)
        case (Multilabel() as old, Multilabel() as new):
            for label, before, after in zip(new.labels, old.thresholds, new.thresholds, strict=True):
                yield f"threshold of {one_line(label)}", f"{before:.6g}", f"{after:.6g}"


def _number(threshold: float | None) -> str:
    return "none" if threshold is None else f"{threshold:.6g}"


def _shown(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.4f}"
