"""`truecopy tune`."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from truecopy.artifact import write_atomically
from truecopy.config import Asked, Settled, settle
from truecopy.config.written import settings_text
from truecopy.contract.input_words import item_noun
from truecopy.jobs.labelled import find_labelled
from truecopy.jobs.tune import Half, Tuned, with_adaptive
from truecopy.jobs.tune import tune as run_tune
from truecopy.predict import Model, load
from truecopy.predict.strategy.adaptive import MEASURES, Measure

from .new_file import check_new_file
from .output import complain, console, count, note, one_line, print_json
from .progress import Counted
from .strategy_options import members, strategy_options

if TYPE_CHECKING:
    from rich.table import Table

_FAILED = 5
Item = TypeVar("Item")


def _share(_: click.Context, parameter: click.Parameter, value: str) -> float:
    """`0.5%` as 0.005. Without its sign 0.5 could be meant as a half."""
    number = value.strip().removesuffix("%")
    try:
        share = float(number) / 100
    except ValueError:
        share = math.nan
    if number == value.strip() or not 0 < share < 1:
        raise click.BadParameter(
            f"expected a percentage between 0% and 100%, for example 0.5%, got {value!r}", param=parameter
        )
    return share


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="MODEL... LABELLED")
@click.option(
    "--max-disagreement", "budget", metavar="0.5%", default="0.5%", show_default=True, callback=_share,
    help="Decisions that may differ from those of the full strategy.",
)  # fmt: skip
@click.option(
    "--by",
    type=click.Choice(MEASURES),
    default="margin",
    show_default=True,
    help="What is compared with the value.",
)
@click.option("-o", "--output", metavar="FILE.yaml", help="Write the settings, for --config.")
@click.option("--overwrite", is_flag=True, help="Replace FILE.yaml if it is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@strategy_options
def tune(
    arguments: tuple[str, ...],
    asked: Asked,
    budget: float,
    by: Measure,
    output: str | None,
    overwrite: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Find how sure an answer must be for the other views and models to be left out.

    The full strategy is run once on every item. On one half of them the cheapest value is taken whose disagreements are
    within the budget, by an upper 95 % bound; the other half says what comes of it.

    Exit code 1, and no file, if no value saves a pass within the budget, or if the other half goes beyond it. Exit code 1
    too if items could not be answered.
    """
    asked, inputs = members(asked, arguments)
    if len(inputs) != 1:
        raise click.UsageError(
            f"expected one place with labelled items after the model, got {len(inputs)}: class folders, or a CSV file"
        )
    if asked.adaptive is not None:
        raise click.UsageError("--adaptive is what is looked for: leave it out; --by says what is compared")
    if output is not None:
        _check_output(output, overwrite=overwrite)
    settled = settle(asked)
    model = _loaded(settled)
    labelled = find_labelled(inputs[0], model.contract, model.intake)

    def going(outcomes: Iterable[Item]) -> Iterable[Item]:
        return Counted(outcomes, len(labelled.items), quiet=as_json and sys.stdout.isatty())

    tuned = run_tune(model, labelled.items, budget=budget, by=by, going=going)
    written = output if tuned.holds else None
    if written is not None:
        text = settings_text(settled, tuned.adaptive, written, _remark(tuned, item_noun(model.contract)))
        write_atomically(written, text.encode())
    if as_json:
        _print_row(tuned, settled, written)
    else:
        _print(tuned, model, labelled.notes)
        if settled.strategy.adaptive is not None:
            note(f"the file's own early exit, {_adaptive(settled.strategy.adaptive.to_dict())}, was left out")
    _say_failed(tuned)
    if written is not None and not as_json:
        note(f"wrote {written}; next: truecopy predict --config {shlex.quote(written)} INPUT...")
    return 0 if tuned.holds and not tuned.failed else 1


def _loaded(settled: Settled) -> Model:
    return load(
        settled.members,
        device=settled.device,
        strategy=with_adaptive(settled.strategy, None),
        threads=settled.threads,
    )


def _check_output(output: str, *, overwrite: bool) -> None:
    """Before anything long begins.

    Raises:
        click.UsageError: the file must not be written.
    """
    if Path(output).suffix.lower() not in {".yaml", ".yml"}:
        raise click.UsageError(
            f"the settings are a YAML file: expected a name that ends in .yaml, got {output}"
        )
    check_new_file(output, overwrite=overwrite)


def _print_row(tuned: Tuned, settled: Settled, written: str | None) -> None:
    paths = [str(path) for path in settled.members]
    row = {"path": paths[0], "models": paths, "status": "ok" if tuned.holds else "error", **tuned.to_dict()}
    print_json(row | ({"output": written} if tuned.holds else {"error": _verdict(tuned), "output": None}))


def _print(tuned: Tuned, model: Model, notes: tuple[str, ...]) -> None:
    if tuned.fit is not None and tuned.report is not None:
        console().print(_table(tuned, tuned.fit, tuned.report, item_noun(model.contract)))
    for sentence in notes:
        note(one_line(sentence))
    (note if tuned.holds else complain)(_verdict(tuned))
    if tuned.holds:
        note(f"use it with --adaptive {_adaptive(tuned.adaptive.adaptive.to_dict())}")  # type: ignore[union-attr]


def _table(tuned: Tuned, fit: Half, report: Half, noun: str) -> Table:
    from rich.table import Table

    table = Table("")
    for half, role in ((fit, "found on"), (report, "reported on")):
        table.add_column(f"{role} {count(half.items, noun)}", justify="right")
    for name, cells in (
        (
            "decisions that differ",
            [f"{half.disagreements} ({_percent(half.share)})" for half in (fit, report)],
        ),
        ("  at most, by 95 %", [_percent(half.bound) for half in (fit, report)]),
        (f"passes of {tuned.passes}", [f"{half.passes:.2f}" for half in (fit, report)]),
        ("stopped early", [_percent(half.early) for half in (fit, report)]),
        ("right, full", [_percent(half.full) for half in (fit, report)]),
        ("right, adaptive", [_percent(half.adaptive) for half in (fit, report)]),
    ):
        table.add_row(name, *cells)
    return table


def _verdict(tuned: Tuned) -> str:
    budget = f"at most {_percent(tuned.budget)} of disagreement"
    if tuned.report is None:
        return f"nothing gained: no {tuned.by} saves a pass with {budget}, so the full strategy stays"
    found = f"{tuned.by} {tuned.value!r}"
    if not tuned.holds:
        return (
            f"{found} does not hold: {_percent(tuned.report.share)} of the decisions of the other half differ, and "
            f"{budget} was asked for. More labelled items find a safer one"
        )
    return f"{found}: {tuned.report.passes:.2f} of {tuned.passes} passes, {_percent(tuned.report.share)} of decisions differ"


def _remark(tuned: Tuned, noun: str) -> str:
    assert tuned.fit is not None  # noqa: S101 - it holds
    assert tuned.report is not None  # noqa: S101
    return (
        f"truecopy tune: at most {_percent(tuned.budget)} of decisions may change. Found on "
        f"{count(tuned.fit.items, noun)}; of {tuned.report.items} others {_percent(tuned.report.share)} changed, with "
        f"{tuned.report.passes:.2f} of {tuned.passes} passes."
    )


def _say_failed(tuned: Tuned) -> None:
    for name, error in tuned.failed[:_FAILED]:
        complain(f"{one_line(name)}: {error}")
    if len(tuned.failed) > _FAILED:
        complain(f"{len(tuned.failed) - _FAILED} more failed")


def _adaptive(measure: dict[str, float]) -> str:
    return ",".join(f"{by}={value!r}" for by, value in measure.items())


def _percent(share: float) -> str:
    """`0.5 %`, `12.3 %`: three digits that count."""
    return f"{100 * share:.3g} %"
