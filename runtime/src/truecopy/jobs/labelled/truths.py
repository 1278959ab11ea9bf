"""What is right for an item: one label, a set of labels, numbers, or a text; as a table says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Rows
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeAlias

from truecopy.contract import Binary, Multiclass, Multilabel, Regression, Sequence, Task, names_of
from truecopy.errors import InputError
from truecopy.tables.cell_texts import number
from truecopy.tables.cells import Mistyped

from .called import MANIFEST, Called
from .label_names import LabelNames, Named

Truth: TypeAlias = int | frozenset[int] | tuple[float, ...] | str
TruthRow: TypeAlias = tuple[Mapping[str, str], str]  # cells by column, and the place of the row
SEPARATOR = "|"


class Truths(Protocol):
    """How the rows of a table become truths. columns: those that it must have."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    def read(self, rows: Rows[TruthRow], called: Called = MANIFEST) -> tuple[Truth, ...]:
        """One truth a row; all rows at once, because what a name means shows in the whole column.

        called: what the table is to the reader of a message.

        Raises:
            InputError: a cell says nothing that the model could answer, or the cells do not go together.
        """
        ...


@dataclass(frozen=True)
class OneLabel:
    """Column `label`: labels that stand once, or label ids, or indices."""

    labels: tuple[str, ...]
    label_ids: tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return ("label",)

    @property
    def folders(self) -> LabelNames:
        """What class folders may be called."""
        return LabelNames(self.labels, self.label_ids, indices=False)

    def read(self, rows: Rows[TruthRow], called: Called = MANIFEST) -> tuple[int, ...]:
        column = [(row["label"], where) for row, where in rows]
        return LabelNames(self.labels, self.label_ids).classes(column, called)


@dataclass(frozen=True)
class LabelSet:
    """Column `label`: the labels that hold, separated by `|`; empty where none does."""

    labels: tuple[str, ...]
    label_ids: tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return ("label",)

    def read(self, rows: Rows[TruthRow], called: Called = MANIFEST) -> tuple[frozenset[int], ...]:
        sets = [_names(row["label"], where) for row, where in rows]
        column = [named for names in sets for named in names]
        classes: Iterator[int] = iter(LabelNames(self.labels, self.label_ids).classes(column, called))
        return tuple(frozenset(islice(classes, len(names))) for names in sets)


@dataclass(frozen=True)
class Numbers:
    """One column for each quantity, by its name, in its unit; written as the numbers of a table are."""

    names: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.names

    def read(self, rows: Rows[TruthRow], called: Called = MANIFEST) -> tuple[tuple[float, ...], ...]:  # noqa: ARG002 - a number has no label
        return tuple(tuple(_number(row[name], name, where) for name in self.names) for row, where in rows)


@dataclass(frozen=True)
class Text:
    """Column `label`: the whole text."""

    @property
    def columns(self) -> tuple[str, ...]:
        return ("label",)

    def read(self, rows: Rows[TruthRow], called: Called = MANIFEST) -> tuple[str, ...]:  # noqa: ARG002 - any text may be right
        return tuple(row["label"] for row, _ in rows)


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


def _names(cell: str, where: str) -> list[Named]:
    """The names in a cell, each with its place; none in an empty one."""
    if not cell.strip():
        return []
    names = [name.strip() for name in cell.split(SEPARATOR)]
    if not all(names):
        raise InputError(
            f"a name between `{SEPARATOR}` is empty",
            expected=f"names with one `{SEPARATOR}` between them, or an empty cell where none holds",
            got=repr(cell),
            where=where,
            fix=f"Write {SEPARATOR.join(filter(None, names))}" if any(names) else "Empty the cell",
        )
    return [(name, where) for name in names]


def _number(cell: str, name: str, where: str) -> float:
    try:
        value = number(cell)
    except Mistyped:
        value = None
    if value is not None:
        return value
    what = "is no number" if cell.strip() else "is missing: the cell is empty"
    raise InputError(
        f"the truth of {name!r} {what}",
        got=repr(cell),
        where=where,
        fix="Write a finite number such as 1.5 or -2e3, or remove the row",
    )
