"""Progress on a terminal: a bar where the number of items is known, a counter where files are read as they go."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

Item = TypeVar("Item")


class Counted(Generic[Item]):
    """Goes over `items` and counts them on stderr, if that is a terminal. `quiet`: does not."""

    def __init__(self, items: Iterable[Item], total: int | None, *, quiet: bool) -> None:
        self._items, self._total = items, total
        self._bar: Progress | None = None
        self._quiet = quiet or total == 1 or not sys.stderr.isatty()

    def __iter__(self) -> Iterator[Item]:
        if self._quiet:
            yield from self._items
            return
        self._bar = _bar(self._total)
        with self._bar as bar:
            task = bar.add_task("predicting", total=self._total)
            for item in self._items:
                yield item
                bar.advance(task)
        self._bar = None

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Off the terminal while something else is written there."""
        bar = self._bar
        if bar is not None:
            bar.stop()
        yield
        if bar is not None:
            bar.start()


def _bar(total: int | None) -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    known = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    unknown = (TextColumn("{task.completed:,}"), TimeElapsedColumn())
    # Rich would send stdout to its own console, which is stderr: rows that are meant for a file.
    return Progress(
        TextColumn("{task.description}"),
        *(unknown if total is None else known),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
