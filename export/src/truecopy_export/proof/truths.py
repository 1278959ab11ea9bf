"""What is right for an item: one label, a set of labels, numbers, or a text; as a table says it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from truecopy.contract import Binary, Multiclass, Multilabel, Regression, Sequence, Task, names_of
from truecopy.errors import ProofError

Truth: TypeAlias = int | frozenset[int] | tuple[float, ...] | str
SEPARATOR = "|"


class Truths(Protocol):
    """How a row of a table becomes a truth. columns: those that it must have."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    def read(self, row: Mapping[str, str], where: str) -> Truth:
        """Raises:
        ProofError: the cell says nothing that the model could answer.
        """
        ...


@dataclass(frozen=True)
class OneLabel:
    """Column `label`: a label that stands once, a label id, or an index."""

    labels: tuple[str, ...]
    label_ids: tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return ("label",)

    def names(self) -> Mapping[str, int]:
        """Names that say one index: labels that stand once, and label ids. A name that could say two says neither."""
        places: dict[str, set[int]] = {}
        for names in (self.labels, self.label_ids or ()):
            for index, name in enumerate(names):
                places.setdefault(name, set()).add(index)
        return {name: index for name, (index, *others) in places.items() if not others}

    def known(self) -> Mapping[str, int]:
        """The same and, where a number is nobody's name, the indices."""
        named = {*self.labels, *(self.label_ids or ())}
        numbers = {str(i): i for i in range(len(self.labels)) if str(i) not in named}
        return {**numbers, **self.names()}

    def read(self, row: Mapping[str, str], where: str) -> int:
        return _place(self.known(), row["label"], where)


@dataclass(frozen=True)
class LabelSet:
    """Column `label`: the labels that hold, separated by `|`; empty where none does."""

    labels: tuple[str, ...]
    label_ids: tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return ("label",)

    def read(self, row: Mapping[str, str], where: str) -> frozenset[int]:
        known = OneLabel(self.labels, self.label_ids).known()
        names = [name.strip() for name in row["label"].split(SEPARATOR)] if row["label"].strip() else []
        return frozenset(_place(known, name, where) for name in names)


@dataclass(frozen=True)
class Numbers:
    """One column for each quantity, by its name, in its unit."""

    names: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.names

    def read(self, row: Mapping[str, str], where: str) -> tuple[float, ...]:
        return tuple(_number(row[name], name, where) for name in self.names)


@dataclass(frozen=True)
class Text:
    """Column `label`: the whole text."""

    @property
    def columns(self) -> tuple[str, ...]:
        return ("label",)

    def read(self, row: Mapping[str, str], where: str) -> str:  # noqa: ARG002 - any text may be right
        return row["label"]


def truths_of(task: Task) -> OneLabel | LabelSet | Numbers | Text:
    match task:
        case Multiclass():
            return OneLabel(task.labels, task.label_ids)
        case Binary():
            return OneLabel(task.labels)
        case Multilabel():
            return LabelSet(task.labels, task.label_ids)
        case Regression():
            return Numbers(names_of(task))
        case Sequence():
            return Text()


def _place(known: Mapping[str, int], name: str, where: str) -> int:
    if name not in known:
        raise ProofError(
            "a proof label is no label of the model",
            expected="a label that stands once, a label id or an index",
            got=repr(name),
            where=where,
        )
    return known[name]


def _number(cell: str, name: str, where: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ProofError(f"the truth of {name!r} is no number", got=repr(cell), where=where)
    return number


def read_rows(table: Path, columns: tuple[str, ...]) -> Iterator[tuple[Mapping[str, str], str]]:
    """The rows of a CSV or TSV file with the columns `columns` among others, each with its place `file:line`.

    Raises:
        ProofError: not readable, or a column is not there.
    """
    try:
        text = table.read_text(encoding="utf-8-sig")
        delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        lines = [(reader.line_num, cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ProofError(f"cannot read the proof labels: {error}", where=str(table)) from error
    header = lines[0][1] if lines else []
    if len(lines) < 2 or not set(columns) <= set(header):
        named = " and ".join(f"`{name}`" for name in columns)
        raise ProofError(
            f"the proof labels have no column{'s' * (len(columns) > 1)} {named}", where=str(table)
        )
    for line, cells in lines[1:]:
        # A line of nothing is an empty cell where there is one column, and no row where there are several.
        if cells or len(header) == 1:
            filled = [*cells, *[""] * (len(header) - len(cells))]
            yield dict(zip(header, filled, strict=False)), f"{table}:{line}"
