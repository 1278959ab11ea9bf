"""Progress and reports in a terminal: stages and bars to stderr, the table to stdout."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from rich.progress import Progress as Bars
from rich.progress import TaskID

from truecopy.cli.output import console, note, print_json, printable
from truecopy.contract import ImageInput, TableInput, TokensInput
from truecopy_export.paths import for_a_shell
from truecopy_export.progress import Stopwatch
from truecopy_export.report import Report

_EXAMPLES = {ImageInput: "IMAGE_OR_FOLDER", TableInput: "ROWS.csv", TokensInput: "TEXTS.txt"}


class Terminal:
    """`Progress` on stderr: a line for each stage, and a bar where one looks at a terminal."""

    def __init__(self, bars: Bars | None) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, name: str) -> None:
        self._line(f"- {name}")

    def say(self, line: str) -> None:
        self._line(f"  {line}")

    def _line(self, text: str) -> None:
        if self._bars is None:
            note(text)
        else:
            # Through the bar's own console, which moves the bar out of the way.
            self._bars.console.print(printable(text), markup=False, highlight=False, soft_wrap=True)

    def advance(self, done: int, total: int) -> None:
        if self._bars is None:
            return
        if self._task is None:
            self._task = self._bars.add_task("", total=total)
        self._bars.update(self._task, completed=done, total=total)
        if done == total:
            self._bars.remove_task(self._task)
            self._task = None


@contextlib.contextmanager
def terminal() -> Iterator[Stopwatch]:
    """Progress on stderr, whose stages are timed for the report."""
    if not sys.stderr.isatty():
        yield Stopwatch(Terminal(None))
        return
    from rich.console import Console

    with Bars(console=Console(stderr=True), transient=True) as bars:
        yield Stopwatch(Terminal(bars))


def show(report: Report, *, as_json: bool) -> None:
    """The report as a table and next steps, or as JSON."""
    for line in report.notes:
        note(f"note: {line}")
    if as_json:
        print_json(report.to_dict())
        return
    from rich.table import Table

    console().print(f"{printable(report.path)}, {report.bytes:,} bytes")
    table = Table("proof", "")
    for what, found in report.rows():
        table.add_row(what, found)
    console().print(table)
    example = _EXAMPLES[type(report.contract.input)]
    if report.html is not None:
        note(f"report: {report.html}")
    model = for_a_shell(report.path)
    note(f"next: truecopy selftest {model}\n      truecopy predict {model} {example}")
