"""`truecopy predict`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

import click

from truecopy.config import Asked, open_settled
from truecopy.contract import ImageInput, Regression, TokensInput
from truecopy.contract.input_words import item_noun
from truecopy.errors import InputError, TruecopyError
from truecopy.jobs.answers import Answered, answer_lines, answer_pictures, answer_texts, takes
from truecopy.jobs.video import quiet_ffmpeg
from truecopy.predict import Failure, Model

from .answers import Heading, cells, headings, json_row
from .inputs import check_stdin, found_pictures, known_total
from .output import complain, console, count, note, one_line, print_json, printable
from .progress import Counted
from .strategy_options import members, settled_of, strategy_options
from .tally import Tally

if TYPE_CHECKING:
    from rich.table import Table

# A table is printed as soon as it has these items: a file may have any number of rows.
_TABLE = 1000
_SHORT = 16


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="MODEL INPUT...")
@click.option(
    "--top",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Classes or labels to show for each item; of a text the tokens of each step.",
)
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="A text itself; may be repeated.")
@click.option(
    "--every", type=click.IntRange(1), metavar="N", help="Of a video frames 0, N, 2N, ...; by default all."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
@strategy_options
@click.option(
    "--probabilities", is_flag=True, help="With --json: all probabilities, and what each pass said."
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="NAME",
    help="With --json: another output of the graph; may be repeated.",
)
def predict(
    arguments: tuple[str, ...],
    top: int,
    texts: tuple[str, ...],
    every: int | None,
    asked: Asked,
    as_json: bool,
    probabilities: bool,
    outputs: tuple[str, ...],
) -> int:
    """Answer images, videos and folders, the rows of CSV files, or texts: what the model takes.

    INPUT may be a quoted pattern ("photos/**/*.jpg"), or - for standard input: one image, CSV rows, or texts.

    What cannot be read is one error row; exit code 1 if there is any. A row or line is named by its number:
    `rows.csv:2`; a video's frame by its number from 0 and its time: `clip.mp4:120 (4.00 s)`.
    """
    asked, inputs = members(asked, arguments)
    for option, given in (("--probabilities", probabilities), ("--output", outputs)):
        if given and not as_json:
            raise click.UsageError(f"{option} goes with --json")
    check_stdin(inputs)
    settled = settled_of(asked)
    model = open_settled(settled)
    _check_usage(model, inputs, texts, outputs)
    if probabilities and isinstance(model.contract.task, Regression) and len(model.lineup.passes) == 1:
        raise click.UsageError("a regression has no probabilities: leave out --probabilities")
    if isinstance(model.contract.input, ImageInput):
        found = found_pictures(inputs, every)
        if not found.paths:
            complain("no images found")
            return 1
        answers: Iterator[Answered] = answer_pictures(model, found.paths, outputs, every or 1)
        total = known_total(found)
        quiet_ffmpeg()
        unread = bool(found.unreadable)
    else:
        if every is not None:
            raise click.UsageError(f"--every goes with videos; this model takes {takes(model)}")
        answers = chain(answer_texts(model, texts, outputs), answer_lines(model, inputs, outputs))
        # Nobody knows how many lines a file has that is read as it goes.
        total, unread = None if inputs else len(texts), False
    counted = Counted(answers, total, quiet=as_json and sys.stdout.isatty())
    tally = _print_rows(counted, top, probabilities) if as_json else _print_tables(model, counted, top)
    if not as_json or tally.failed:
        noun = item_noun(model.contract)
        note(
            f"{count(tally.items, noun)}, {tally.failed} failed; {tally.looks(model, settled.name, noun)}"
            f"{model.precision} on {model.device} ({model.provider}, onnxruntime {model.runtime_version})"
        )
    return 1 if tally.failed or unread else 0


def _check_usage(model: Model, inputs: list[str], texts: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    """What was typed fits what the model takes and gives.

    Raises:
        click.UsageError: it does not.
    """
    if texts and not isinstance(model.contract.input, TokensInput):
        raise click.UsageError(f"--text is for models of texts; this one takes {takes(model)}")
    if not inputs and not texts:
        raise click.UsageError(f"expected {takes(model)} after the model")
    known = [output.name for output in model.contract.graph.outputs]
    for name in outputs:
        if name not in known:
            raise click.UsageError(f"the graph has no output {name!r}, it has {', '.join(known)}")
    try:
        model.lineup.check_outputs(outputs)
    except InputError as error:
        raise click.UsageError(str(error)) from error


def _print_rows(answers: Counted[Answered], top: int, probabilities: bool) -> Tally:
    tally = Tally()
    for answered in answers:
        tally.add(answered.outcome)
        print_json(json_row(answered, top=top, probabilities=probabilities))
    return tally


def _print_tables(model: Model, answers: Counted[Answered], top: int) -> Tally:
    """A long file is several tables: none is held in memory as a whole."""
    tally = Tally()
    going = iter(answers)
    while part := list(islice(going, _TABLE)):
        for answered in part:
            tally.add(answered.outcome)
        with answers.aside():
            console().print(_table(model, part, top))
    return tally


def _table(model: Model, part: Iterable[Answered], top: int) -> Table:
    from rich.table import Table

    between = headings(model.contract.task)
    table = Table()
    # Folded, never cut: a name with an ellipsis names no file.
    table.add_column(item_noun(model.contract), overflow="fold")
    for heading in between:
        _add_column(table, heading)
    table.add_column("notes", overflow="fold")
    printed = [(answered, list(_rows(answered, len(between), top))) for answered in part]
    # A rule between items helps where an item has several rows.
    ruled = any(len(rows) > 1 for _, rows in printed)
    for answered, rows in printed:
        for row in rows:
            table.add_row(*row, style="red" if isinstance(answered.outcome, Failure) else None)
        if ruled:
            table.add_section()
    return table


def _add_column(table: Table, heading: Heading) -> None:
    """Numbers stay on one line; a heading that leaves no room for others is folded, since no_wrap would cut it."""
    title = one_line(heading.title)
    if heading.number and len(title) <= _SHORT:
        table.add_column(title, justify="right", no_wrap=True)
    elif heading.number:
        table.add_column(title, justify="right", overflow="fold", min_width=_SHORT)
    else:
        table.add_column(title, overflow="fold")


def _rows(answered: Answered, width: int, top: int) -> Iterator[tuple[str, ...]]:
    """The rows of one item; the first one names it."""
    outcome, name = answered.outcome, one_line(answered.name)
    if isinstance(outcome, Failure):
        yield (name, "error", *[""] * (width - 1), _reason(outcome.error))
        return
    warnings = outcome.warnings
    for row, notes in cells(outcome, top):
        yield (name, *map(one_line, row), printable("; ".join((*notes, *warnings))))
        name, warnings = "", ()


def _reason(error: TruecopyError) -> str:
    """The whole message but for the place: the item stands in the row."""
    return one_line(str(TruecopyError(error.what, expected=error.expected, got=error.got, fix=error.fix)))
