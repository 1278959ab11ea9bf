"""`truecopy tune`."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

import click

from truecopy.config import Asked, Settled, open_settled
from truecopy.config.written import write_settings
from truecopy.contract.input_words import item_noun
from truecopy.jobs.labelled import find_labelled
from truecopy.jobs.tune import tune as run_tune
from truecopy.jobs.tuned import Tuned, with_adaptive
from truecopy.predict import Model
from truecopy.predict.strategy.adaptive import MEASURES, Measure

from .labelled import one_place, say_failed
from .new_file import check_new_file
from .output import complain, console, note, one_line, print_json
from .progress import Counted
from .strategy_options import members, settled_of, strategy_options
from .tune_words import remark, table, typed, verdict

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

    Exit code 1, and no file, if no value saves a pass within the budget, or if on the other half more decisions differ
    than that. These are counted: the bound of the other half is told, not promised, and with few items chance has a part
    in either answer. Exit code 1 too if items could not be answered.
    """
    asked, inputs = members(asked, arguments)
    data = one_place(inputs)
    if asked.adaptive is not None:
        raise click.UsageError("--adaptive is what is looked for: leave it out; --by says what is compared")
    if output is not None:
        check_new_file(output, "the settings are a YAML file", (".yaml", ".yml"), overwrite=overwrite)
    settled = settled_of(asked)
    model = open_settled(replace(settled, strategy=with_adaptive(settled.strategy, None)))
    labelled = find_labelled(data, model.contract, model.intake)

    def going(outcomes: Iterable[Item]) -> Iterable[Item]:
        return Counted(outcomes, len(labelled.items), quiet=as_json and sys.stdout.isatty())

    tuned = run_tune(model, labelled.items, budget=budget, by=by, going=going)
    written = output if tuned.holds else None
    # First, so that a file that cannot be written takes no result with it.
    if as_json:
        _print_row(tuned, settled, written)
    else:
        _print_table(tuned, model)
    _say_left_out(labelled.notes, settled)
    if not as_json:
        _say_verdict(tuned)
    say_failed(tuned.failed)
    if written is not None:
        write_settings(settled, tuned.adaptive, written, remark(tuned, item_noun(model.contract)))
        if not as_json:
            note(f"wrote {written}; next: truecopy predict --config {shlex.quote(written)} INPUT...")
    return 0 if tuned.holds and not tuned.failed else 1


def _print_row(tuned: Tuned, settled: Settled, written: str | None) -> None:
    paths = [str(path) for path in settled.members]
    row = {"path": paths[0], "models": paths, "status": "ok" if tuned.holds else "error", **tuned.to_dict()}
    print_json(row | ({"output": written} if tuned.holds else {"error": verdict(tuned), "output": None}))


def _print_table(tuned: Tuned, model: Model) -> None:
    if tuned.fit is not None and tuned.report is not None:
        console().print(table(tuned, tuned.fit, tuned.report, item_noun(model.contract)))


def _say_left_out(notes: tuple[str, ...], settled: Settled) -> None:
    """Also beside JSON: who reads the row alone would not know of it."""
    for sentence in notes:
        note(one_line(sentence))
    if settled.strategy.adaptive is not None:
        note(f"the file's own early exit, {typed(settled.strategy.adaptive.to_dict())}, was left out")


def _say_verdict(tuned: Tuned) -> None:
    (note if tuned.holds else complain)(verdict(tuned))
    if tuned.holds:
        note(f"use it with --adaptive {typed(tuned.adaptive.adaptive.to_dict())}")  # type: ignore[union-attr]
