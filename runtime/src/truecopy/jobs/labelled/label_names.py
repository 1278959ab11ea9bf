"""Names of classes in one column, or of folders: all of them labels, all label ids, or all indices."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from truecopy.errors import InputError

from .called import Called

Named: TypeAlias = tuple[str, str]  # what stands in the cell, and the place of its row
_LABEL, _ID, _INDEX = "label", "label id", "index"
_MANY = {_LABEL: "labels", _ID: "label ids", _INDEX: "indices"}
_NUMBER = re.compile(r"\s*[+-]?\d+\s*")
_SHOWN = 8


@dataclass(frozen=True)
class LabelNames:
    """labels: in the order of the outputs; they may repeat, and then only an id or an index says which is meant.

    indices: may a name be an index? Not that of a folder: ImageFolder numbers folders in the order 0, 1, 10, 2.
    """

    labels: tuple[str, ...]
    label_ids: tuple[str, ...] | None = None
    indices: bool = True

    @cached_property
    def kinds(self) -> Mapping[str, Mapping[str, int]]:
        """What a name may be, and the class that each such name means.

        An index is none where a label or a label id looks like a number: nobody could tell a wrong label from an index.
        """
        made = {_LABEL: once(self.labels)}
        if self.label_ids:
            made[_ID] = once(self.label_ids)
        if self.indices and not self._numbers:
            made[_INDEX] = {str(index): index for index in range(len(self.labels))}
        return made

    def classes(self, column: Sequence[Named], called: Called) -> tuple[int, ...]:
        """The class of each name of the column.

        Raises:
            InputError: a name that is none of the model's; names of two kinds; or names that mean other classes by label
                than by label id.
        """
        no_such: dict[str, Named] = {}  # kind -> the first name of the column that is not of it
        for name, where in column:
            its = self.kinds_of(name)
            if not its:
                raise self._unknown(name, where, called)
            for kind in self.kinds.keys() - its:
                no_such.setdefault(kind, (name, where))
            if len(no_such) == len(self.kinds):
                raise self._mixed(name, where, no_such, called)
        ways = [known for kind, known in self.kinds.items() if kind not in no_such]
        for name, where in column:
            if len({known[name] for known in ways}) > 1:
                raise self._ambiguous(name, where, called)
        return tuple(ways[0][name] for name, _ in column)

    @cached_property
    def _numbers(self) -> bool:
        """Does any label or label id look like a number?"""
        return any(map(_NUMBER.fullmatch, (*self.labels, *(self.label_ids or ()))))

    def kinds_of(self, name: str) -> list[str]:
        """What `name` may be; nothing where it is none of the model's, or says several classes."""
        return [kind for kind, known in self.kinds.items() if name in known]

    def _unknown(self, name: str, where: str, called: Called) -> InputError:
        if name in self.labels:
            return self._repeated(name, where, called)
        shown = ", ".join(map(repr, self.labels[:_SHOWN])) + ", ..." * (len(self.labels) > _SHOWN)
        near = {known.casefold(): known for known in (*(self.label_ids or ()), *self.labels)}
        close = difflib.get_close_matches(name.casefold(), near, n=1)
        number = _NUMBER.fullmatch(name) and self.indices and self._numbers
        return InputError(
            f"{called.label} is no label of the model" if name.strip() else called.empty,
            expected=self._expected(),
            got=repr(name),
            where=where,
            fix=(f"Did you mean {near[close[0]]!r}? " if close and not number else "")
            + f"The labels are {shown}"
            + (". Numbers stand among the model's names, so a number is no index" if number else ""),
        )

    def _repeated(self, name: str, where: str, called: Called) -> InputError:
        """A label of several classes says none of them."""
        places = [index for index, label in enumerate(self.labels) if label == name]
        fix = "Export the model with labels that stand once, or with label ids"
        if self.label_ids:
            ids = (self.label_ids[index] for index in places)
            fix = f"{called.give} by its label id: {name!r} is {' or '.join(map(repr, ids))}"
        elif not self._numbers:
            fix = f"{called.by_index} by its index: {name!r} is {' or '.join(map(str, places))}"
        return InputError(
            f"the label {name!r} stands for several classes",
            expected=self._expected(),
            got=repr(name),
            where=where,
            fix=fix,
        )

    def _expected(self) -> str:
        ways = ["a label that stands once" if len(set(self.labels)) < len(self.labels) else "a label"]
        ways += ["a label id"] * (_ID in self.kinds)
        ways += [f"an index (0 to {len(self.labels) - 1})"] * (_INDEX in self.kinds)
        return " or ".join(filter(None, (", ".join(ways[:-1]), ways[-1])))

    def _mixed(self, name: str, where: str, no_such: Mapping[str, Named], called: Called) -> InputError:
        """By some name before, this one is of another kind than the column."""
        kind = self.kinds_of(name)[0]
        before, there = no_such[kind]
        other = self.kinds_of(before)[0]
        its = next((n for n, i in self.kinds[other].items() if i == self.kinds[kind][name]), None)
        return InputError(
            f"{called.table} {called.has} {_MANY[other]} and {_MANY[kind]} {called.place}",
            expected=f"all {', or all '.join(_MANY[each] for each in self.kinds)}",
            got=f"{before!r}, {_a(other)}, at {there}, and {name!r}, {_a(kind)}",
            where=where,
            fix="Name all one way" + (f": {name!r} has the {other} {its!r}" if its is not None else ""),
        )

    def _ambiguous(self, name: str, where: str, called: Called) -> InputError:
        label, its_id = self.kinds[_LABEL][name], self.kinds[_ID][name]
        index = f": {name!r} is {label} by its label, {its_id} by its label id"
        return InputError(
            f"{name!r} means two classes, and nothing else {called.place} tells which",
            expected="names that are all labels, or all label ids",
            got=f"{name!r}, the label of class {label} and the label id of class {its_id}",
            where=where,
            fix=f"{called.by_index} by its index{index}"
            if not self._numbers
            else "Export the model with label ids that are no labels of other classes",
        )


def once(names: Sequence[str]) -> Mapping[str, int]:
    """Names that stand once, with their index."""
    counts = Counter(names)
    return {name: index for index, name in enumerate(names) if counts[name] == 1}


def _a(kind: str) -> str:
    return f"an {kind}" if kind == _INDEX else f"a {kind}"
