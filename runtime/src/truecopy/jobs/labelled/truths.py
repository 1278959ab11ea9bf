"""What is right for an item: one label, a set of labels, numbers, or a text; as a table says it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from truecopy.contract import Binary, Multiclass, Multilabel, Regression, Sequence, Task, names_of
from truecopy.errors import InputError

from .called import MANIFEST, Called

Truth: TypeAlias = int | frozenset[int] | tuple[float, ...] | str
SEPARATOR = "|"
_SHOWN = 8


class Truths(Protocol):
    """How a row of a table becomes a truth. columns: those that it must have."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    def read(self, row: Mapping[str, str], where: str, called: Called = MANIFEST) -> Truth:
        """where: of the row, for messages; called: what the table is to the reader of the message.

        Raises:
            InputError: the cell says nothing that the model could answer.
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

    def read(self, row: Mapping[str, str], where: str, called: Called = MANIFEST) -> int:
        return _place(self.known(), row["label"], self.labels, where, called)


@dataclass(frozen=True)
class LabelSet:
    """Column `label`: the labels that hold, separated by `|`; empty where none does."""

    labels: tuple[str, ...]
    label_ids: tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return ("label",)

    def read(self, row: Mapping[str, str], where: str, called: Called = MANIFEST) -> frozenset[int]:
        known = OneLabel(self.labels, self.label_ids).known()
        names = [name.strip() for name in row["label"].split(SEPARATOR)] if row["label"].strip() else []
        return frozenset(_place(known, name, self.labels, where, called) for name in names)


@dataclass(frozen=True)
class Numbers:
    """One column for each quantity, by its name, in its unit."""

    names: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.names

    def read(self, row: Mapping[str, str], where: str, called: Called = MANIFEST) -> tuple[float, ...]:  # noqa: ARG002 - a number has no label
        return tuple(_number(row[name], name, where) for name in self.names)


@dataclass(frozen=True)
class Text:
    """Column `label`: the whole text."""

    @property
    def columns(self) -> tuple[str, ...]:
        return ("label",)

    def read(self, row: Mapping[str, str], where: str, called: Called = MANIFEST) -> str:  # noqa: ARG002 - any text may be right
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


def _place(known: Mapping[str, int], name: str, labels: tuple[str, ...], where: str, called: Called) -> int:
    if name in known:
        return known[name]
    shown = ", ".join(map(repr, labels[:_SHOWN])) + (", ..." if len(labels) > _SHOWN else "")
    close = difflib.get_close_matches(name, labels, n=1)
    raise InputError(
        f"{called.label} is no label of the model" if name.strip() else "the cell of `label` is empty",
        expected="a label that stands once, a label id or an index",
        got=repr(name),
        where=where,
        fix=f"{f'Did you mean {close[0]!r}? ' if close else ''}The labels are {shown}",
    )


def _number(cell: str, name: str, where: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        what = "is no number" if cell.strip() else "is missing: the cell is empty"
        raise InputError(f"the truth of {name!r} {what}", got=repr(cell), where=where)
    return number
