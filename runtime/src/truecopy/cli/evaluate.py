"""`truecopy evaluate`."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
from collections.abc import Iterable
from typing import TypeVar

import click

from truecopy.config import Asked, Settled, open_settled
from truecopy.contract import ImageInput, Multiclass, TableInput
from truecopy.contract.input_words import item_noun
from truecopy.jobs.contenders import NAMES, Contender, contender_of, contenders
from truecopy.jobs.evaluate import evaluate as run_evaluate
from truecopy.jobs.evaluation import Evaluation
from truecopy.jobs.labelled import find_labelled
from truecopy.predict import Model

from .labelled import one_place, say_failed
from .new_file import check_new_file
from .output import count, note, one_line, print_json
from .progress import Counted
from .strategy_options import members, names, settled_of, strategy_options

Item = TypeVar("Item")


def _counts(_: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    counts = [one.strip() for one in value.split(",")]
    if not all(one.isdecimal() and int(one) > 0 for one in counts):
        raise click.BadParameter(
            f"expected whole numbers from 1, for example 1,5, got {value!r}", param=parameter
        )
    return tuple(dict.fromkeys(map(int, counts)))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="MODEL... LABELLED")
@click.option(
    "--compare",
    metavar="NAMES",
    callback=names,
    help=f"Strategies side by side, the first is what the others gain over: {','.join(NAMES)}.",
)
@click.option(
    "--top",
    metavar="1,5",
    callback=_counts,
    help="Of classes: is the true one among so many? [default: 1,3,5]",
)
@click.option("--html", metavar="FILE.html", help="Write a report with plots, one file that needs no other.")
@click.option("--overwrite", is_flag=True, help="Replace FILE.html if it is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document with everything.")
@strategy_options
def evaluate(
    arguments: tuple[str, ...],
    asked: Asked,
    compare: tuple[str, ...] | None,
    top: tuple[int, ...] | None,
    html: str | None,
    overwrite: bool,
    as_json: bool,
) -> int:  # fmt: skip
    """Measure a model, or several, on items whose truth is known.

    LABELLED: class folders named by the model's labels or label ids, or a CSV file: `file,label` of pictures (several
    labels with | between them, one column for each quantity of a regression), rows of a table or `text` with the same
    columns beside.

    In a CSV file `file` is relative to that file, or absolute. `label` holds labels, or label ids, or indices from 0: one
    kind in the whole column, and indices only where no label or label id of the model looks like a number.

    Exit code 1 if an item could not be answered, which counts nowhere, or if LABELLED cannot be read.
    """
    asked, inputs = members(asked, arguments)
    data = one_place(inputs)
    if html is not None:
        check_new_file(html, "the report is an HTML file", (".html", ".htm"), overwrite=overwrite)
    settled = settled_of(asked)
    compared = _compared(compare, settled)
    model = open_settled(settled)
    found = _evaluated(model, data, compared, settled, top, quiet=as_json and sys.stdout.isatty())
    # First, so that a disk that is full now takes no result with it.
    _print(found, model, html, as_json=as_json)
    if html is not None:
        _write_html(html, found, model)
        if not as_json:
            note(f"wrote {html}")
    return 1 if found.failed else 0


def _evaluated(
    model: Model,
    data: str,
    compared: tuple[Contender, ...],
    settled: Settled,
    top: tuple[int, ...] | None,
    *,
    quiet: bool,
) -> Evaluation:
    """quiet: no progress on the terminal.

    Raises:
        click.UsageError: top-k of a task without classes.
        InputError: the labelled items cannot be read, or none of them be answered.
    """
    if top is not None and not isinstance(model.contract.task, Multiclass):
        raise click.UsageError("--top is for models that answer one of several classes: leave it out")
    labelled = find_labelled(data, model.contract, model.intake)

    def going(outcomes: Iterable[Item]) -> Iterable[Item]:
        return Counted(outcomes, len(labelled.items), quiet=quiet)

    return run_evaluate(
        model,
        labelled.items,
        compared,
        paths=[str(path) for path in settled.members],
        workers=_workers(settled, model, compared),
        top=top,
        data=data,
        notes=labelled.notes,
        going=going,
    )


def _compared(names: tuple[str, ...] | None, settled: Settled) -> tuple[Contender, ...]:
    """Raises:
    StrategyError: an unknown strategy, or one that takes what is not given.
    """
    if names is None:
        return (contender_of(settled.strategy, len(settled.members)),)
    return contenders(names, settled.strategy, len(settled.members))


def _workers(settled: Settled, model: Model, compared: tuple[Contender, ...]) -> int:
    """Items in work at a time: those of a stream on a CPU, whose workers rows are too small for.

    Strategies are compared one item at a time: workers wait for one another inside Python, which the clock would count.
    """
    rows = isinstance(model.contract.input, TableInput)
    return settled.threads if len(compared) == 1 and model.device == "cpu" and not rows else 1


def _write_html(html: str, found: Evaluation, model: Model) -> None:
    from truecopy.artifact import write_atomically
    from truecopy.jobs.evaluation_page import evaluation_page

    given = model.contract.input
    page = evaluation_page(
        found,
        when=dt.datetime.now().astimezone().date().isoformat(),
        command=shlex.join(["truecopy", *sys.argv[1:]]),
        image=given if isinstance(given, ImageInput) else None,
    )
    # A file name may hold bytes that are no text.
    write_atomically(html, page.encode("utf-8", "replace"))


def _print(found: Evaluation, model: Model, html: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"path": found.models[0], "status": "ok", **found.to_dict(), "html": html})
    else:
        from .evaluate_tables import print_tables

        print_tables(found)
    say_failed(found.failed)
    if as_json:
        return
    for sentence in found.notes:
        note(one_line(sentence))
    for sentence in found.cautions():
        note(one_line(sentence))
    several = len(found.scores) > 1
    if several:
        note(f"wall-clock: {count(found.timed, 'item')}, evenly spread, each strategy warm")
    note(
        f"{count(found.items, item_noun(model.contract))} of {found.data}, {len(found.failed)} failed; "
        f"{found.throughput:.4g} a second{' under all strategies' if several else ''}; "
        f"{model.precision} on {model.device} ({model.provider}, onnxruntime {model.runtime_version})"
    )
