"""The columns that a contract names, and the cells of one row for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from truecopy.contract.tables import TEXT, Cell, TableInput
from truecopy.errors import InputError

from .cell_texts import TEXT_READERS
from .cells import READERS, Mistyped, Reader, mistyped
from .missing_words import known_texts, refusing_words

_LISTED = 8


@dataclass(frozen=True, slots=True)
class Columns:
    """names: all, in the order of arrays without names. values, texts: how a cell of each used column is read."""

    names: tuple[str, ...]
    known: frozenset[str]
    values: Mapping[str, Reader]
    texts: Mapping[str, Reader]

    @classmethod
    def of(cls, spec: TableInput) -> Columns:
        used = [column for column in spec.columns if column.name in spec.used]
        known = known_texts(spec)
        texts = {column.name: TEXT_READERS[column.dtype] for column in used}
        for column in used:
            if column.dtype == TEXT:
                texts[column.name] = refusing_words(texts[column.name], known[column.name])
        return cls(
            spec.names,
            frozenset(spec.names),
            {column.name: READERS[column.dtype] for column in used},
            texts,
        )

    @classmethod
    def all_of(cls, several: Sequence[Columns]) -> Columns:
        """One reading for several models over the same columns: the columns that any of them uses, each as strict as the
        strictest of them.
        """
        first = several[0]
        return cls(
            first.names,
            first.known,
            _strictest([one.values for one in several]),
            _strictest([one.texts for one in several]),
        )

    def of_mapping(self, cells: Mapping[Any, Any], row: str) -> dict[str, Cell | None]:
        """The cells of the used columns; the order of the keys says nothing.

        Raises:
            InputError: a column is missing, unknown, or holds another type.
        """
        if not (self.known.issuperset(cells) and all(name in cells for name in self.values)):
            self.check_names(cells, row)
        return _read(self.values, cells, row)

    def of_ordered(self, cells: Sequence[Any], row: str) -> dict[str, Cell | None]:
        """The same of cells in the order of `names`.

        Raises:
            InputError: another number of cells, or one of another type.
        """
        if len(cells) != len(self.names):
            raise InputError(
                "a row without names has a cell for every column, in their order",
                expected=f"{len(self.names)} ({listed(self.names)})",
                got=f"{len(cells)}",
                where=row,
                fix="Pass a dict, {column: value}, to name the cells",
            )
        return _read(self.values, dict(zip(self.names, cells, strict=True)), row)

    def of_texts(self, header: Sequence[str], cells: Sequence[str], row: str) -> dict[str, Cell | None]:
        """The same of the texts of a CSV file, under a header that was checked.

        Raises:
            InputError: a cell that is no value of its column.
        """
        return _read(self.texts, dict(zip(header, cells, strict=True)), row)

    def check_names(self, names: Iterable[Any], where: str) -> None:
        """Every used column is there, and no other than the contract's.

        Raises:
            InputError: names the columns.
        """
        given = dict.fromkeys(names)
        missing = [name for name in self.values if name not in given]
        extra = [name for name in given if name not in self.known]
        if missing:
            also = f" and with {listed(extra)}, which it does not know" if extra else ""
            raise InputError(
                f"{_columns(missing)} missing",
                expected=f"the columns {listed(self.names)}",
                got=f"a row without {listed(missing)}{also}",
                where=where,
                fix="Name the columns as the model does; a missing value is an empty cell (None), not an absent column",
            )
        if extra:
            raise InputError(
                f"{_columns(extra)} unknown to the model",
                expected=f"the columns {listed(self.names)}",
                got=f"also {listed(extra)}",
                where=where,
                fix="Leave out what the model was not trained on, such as the column of answers",
            )


def _read(readers: Mapping[str, Reader], cells: Mapping[str, Any], row: str) -> dict[str, Cell | None]:
    made: dict[str, Cell | None] = {}
    for name, reader in readers.items():
        try:
            made[name] = reader(cells[name])
        except Mistyped as error:
            raise mistyped(error, name, cells[name], row) from error
    return made


def _strictest(several: Sequence[Mapping[str, Reader]]) -> dict[str, Reader]:
    """For each column a reader that refuses what any of its readers does; they read the same value."""
    names = dict.fromkeys(name for readers in several for name in readers)
    return {name: _agreed([readers[name] for readers in several if name in readers]) for name in names}


def _agreed(readers: Sequence[Reader]) -> Reader:
    first, *others = readers

    def read(cell: Any) -> Cell | None:
        for other in others:
            other(cell)
        return first(cell)

    return read if others else first


def listed(names: Iterable[Any]) -> str:
    """`'a', 'b', 'c'`, the first of many."""
    every = list(names)
    text = ", ".join(map(repr, every[:_LISTED]))
    return f"{text}, ... ({len(every)} in all)" if len(every) > _LISTED else text


def _columns(names: Sequence[Any]) -> str:
    return f"column {names[0]!r} is" if len(names) == 1 else f"columns {listed(names)} are"
