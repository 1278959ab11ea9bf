"""A column of the table on its way through scikit-learn's parts, and what the parts tell about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np

from truecopy.contract import TableStep
from truecopy.contract.tables import Cell, ColumnDtype
from truecopy.errors import RecipeError

# What a part that read a column says about its cells; `number`: any number will do.
Kind: TypeAlias = Literal["text", "bool", "int64", "float64", "float32", "number"]
Marker: TypeAlias = Literal["nan", "none"]
Value = TypeVar("Value")

FLOAT32, FLOAT64, OBJECT = np.dtype(np.float32), np.dtype(np.float64), np.dtype(object)


@dataclass(frozen=True)
class Track:
    """One column, as far as it has come.

    column: its place in the table. dtype: of the array that it stands in. width: how many features it has become.
    arithmetic: what its numbers were computed in; None: nothing was computed. encoded: no longer the cells themselves.
    sparse: it stands in a sparse matrix.
    """

    column: int
    dtype: np.dtype[Any]
    width: int = 1
    chain: tuple[TableStep, ...] = ()
    arithmetic: np.dtype[Any] | None = None
    encoded: bool = False
    sparse: bool = False

    def then(self, step: TableStep) -> Track:
        return replace(self, chain=(*self.chain, step))


Tracks: TypeAlias = tuple[Track, ...]


class TableReading:
    """names: of the columns, in order. named: the objects were fitted on names. number: dtype of the numbers that
    training fed. stated: a person stated it. notes: sentences for people. markers: of missing cells, by column.
    known: a cell that the encoder of a column knows.
    """

    def __init__(self, names: Sequence[str], *, named: bool, number: np.dtype[Any], stated: bool) -> None:
        self.names = tuple(names)
        self.named = named
        self.number = number
        self.stated = stated
        self.notes: list[str] = []
        self.markers: dict[int, Marker] = {}
        self.known: dict[int, Cell | None] = {}
        self.inside_columns = False
        self._kinds: dict[int, set[Kind]] = {}

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def learn(self, track: Track, kind: Kind) -> None:
        """A part reads the cells of this column as `kind`."""
        if not track.encoded:
            self._kinds.setdefault(track.column, set()).add(kind)

    def mark(self, track: Track, marker: Marker) -> None:
        """What stands for a missing cell of this column in Python.

        Raises:
            RecipeError: another part takes the other one.
        """
        if not track.encoded and self.markers.setdefault(track.column, marker) != marker:
            raise RecipeError(
                f"column {self.names[track.column]!r} has missing cells as None for one part and as NaN for another",
                fix="Fit both on the same marker, for example X = X.fillna(numpy.nan)",
            )

    def dtype(self, column: int) -> ColumnDtype:
        """What all parts together say about a column.

        Raises:
            RecipeError: they contradict each other.
        """
        kinds = self._kinds.get(column, set())
        name = self.names[column]
        if "text" in kinds:
            if len(kinds) > 1:
                raise RecipeError(f"column {name!r} is text for one part and a number for another")
            return "text"
        self._check_precision(name, kinds)
        if "bool" in kinds:
            return "bool"
        if kinds == {"int64"}:
            return "int64"
        return "float32" if "float32" in kinds or self.number == FLOAT32 else "float64"

    def _check_precision(self, name: str, kinds: set[Kind]) -> None:
        if "float64" in kinds and (self.number == FLOAT32 or "float32" in kinds):
            raise RecipeError(
                f"column {name!r} was float64 when its encoder was fitted, and float32 is stated or read elsewhere",
                fix="Fit every part on one dtype",
            )
        if "float32" in kinds and "number" in kinds and self.number != FLOAT32:
            raise float32_met("its encoder")

    @property
    def columns(self) -> dict[int, ColumnDtype]:
        return {column: self.dtype(column) for column in range(len(self.names))}


def float32_met(what: str) -> RecipeError:
    return RecipeError(
        f"{what} was fitted on float32, and numbers are read as float64",
        fix="Type --recipe-arg dtype=float32, or dtype=float64 if serving is to feed float64 after all",
    )


def computed(tracks: Tracks) -> np.dtype[Any]:
    """The dtype in which a scaler computes: `check_array(dtype=FLOAT_DTYPES)` keeps floats, all else is float64."""
    return np.result_type(*(track.dtype if track.dtype.kind == "f" else FLOAT64 for track in tracks))


def stacked(tracks: Tracks, *, sparse: bool) -> Tracks:
    """Side by side in one array, as `numpy.hstack` types it."""
    dtypes = [track.dtype for track in tracks]
    common = OBJECT if OBJECT in dtypes else np.result_type(*dtypes)
    return tuple(replace(track, dtype=common, sparse=sparse) for track in tracks)


def per_track(tracks: Tracks, values: Sequence[Value]) -> Iterator[tuple[Track, Sequence[Value]]]:
    """Each track with its own ones of `values`, one a feature.

    Raises:
        RecipeError: the part was fitted on another number of features.
    """
    width = sum(track.width for track in tracks)
    if len(values) != width:
        raise RecipeError(
            "the part was fitted on another number of columns",
            expected=str(width),
            got=str(len(values)),
            fix="Fit the whole object at once",
        )
    start = 0
    for track in tracks:
        yield track, values[start : start + track.width]
        start += track.width
