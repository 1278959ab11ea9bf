"""OneHotEncoder and OrdinalEncoder.

Source: scikit-learn 1.9.1 `preprocessing/_encoders.py`, `_BaseEncoder._transform` and `transform` of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from truecopy.contract import OneHot, Ordinal
from truecopy.contract.tables import Cell
from truecopy.errors import RecipeError

from .cells import cell, is_nan, kind_of, marker_of
from .tracks import TableReading, Track, Tracks, per_track


def read_one_hot_encoder(part: Any, tracks: Tracks, reading: TableReading) -> Tracks:
    """Without infrequent categories, `ignore`, `warn` and `infrequent_if_exist` all give zeros.

    Raises:
        RecipeError: infrequent categories, or categories that no document holds.
    """
    _check_frequent(part)
    dtype = _made_dtype(part, range(2))
    unknown: Literal["error", "zeros"] = "error" if part.handle_unknown == "error" else "zeros"
    made = []
    for place, (track, known) in enumerate(_categories(part, tracks, reading)):
        drop = None if part.drop_idx_ is None else part.drop_idx_[place]
        drop = None if drop is None else int(drop)
        step = OneHot(categories=(known,), drop=(drop,), unknown=unknown)
        width = len(known) - (drop is not None)
        made.append(
            replace(track.then(step), width=width, dtype=dtype, encoded=True, sparse=part.sparse_output)
        )
    return tuple(made)


def read_ordinal_encoder(part: Any, tracks: Tracks, reading: TableReading) -> Tracks:
    """NaN as a category gets `encoded_missing_value`; None as a category is one like the others.

    Raises:
        RecipeError: infrequent categories, categories that no document holds, or numbers that wrap round in its dtype.
    """
    _check_frequent(part)
    by_value = part.handle_unknown == "use_encoded_value"
    unknown_value = _number_or_nan(part.unknown_value) if by_value else None
    made = []
    for track, known in _categories(part, tracks, reading):
        as_any_other = None in known and reading.markers.get(track.column) == "none"
        missing = float(known.index(None)) if as_any_other else _number_or_nan(part.encoded_missing_value)
        met = [value for value in (unknown_value, missing if None in known else None) if value is not None]
        dtype = _made_dtype(part, (*range(len(known)), *met))
        step = Ordinal(
            categories=(known,),
            unknown="value" if by_value else "error",
            unknown_value=unknown_value,
            missing_value=missing,
        )
        made.append(replace(track.then(step), dtype=dtype, encoded=True, sparse=False))
    return tuple(made)


def _categories(
    part: Any, tracks: Tracks, reading: TableReading
) -> Iterator[tuple[Track, tuple[Cell | None, ...]]]:
    for track in tracks:
        if track.encoded:
            raise RecipeError(
                f"column {reading.names[track.column]!r} is encoded already: a second encoder reads no cells",
                fix="Keep one encoder a column",
            )
        if track.arithmetic is not None:
            raise RecipeError(
                f"column {reading.names[track.column]!r} is scaled before it is encoded, and categories are cells",
                fix="Encode it without the scaler",
            )
    for track, known in per_track(tracks, part.categories_):
        yield track, _known(known[0], track, reading)


def _known(categories: Any, track: Track, reading: TableReading) -> tuple[Cell | None, ...]:
    name = f"column {reading.names[track.column]!r}"
    markers = [marker_of(value) for value in categories]
    found = {marker for marker in markers if marker is not None}
    if len(found) > 1 or len([marker for marker in markers if marker]) > 1:
        raise RecipeError(
            f"{name} has two categories for missing cells, None and NaN",
            expected="one",
            fix="Make them one before fitting, for example X = X.fillna(numpy.nan)",
        )
    for marker in found:
        reading.mark(track, marker)
    known = tuple(
        None if marker else cell(value, f"a category of {name}")
        for value, marker in zip(categories, markers, strict=True)
    )
    kind = kind_of(tuple(value for value in known if value is not None), categories.dtype, name)
    if kind is not None:
        reading.learn(track, kind)
    reading.known[track.column] = known[0]
    return known


def _check_frequent(part: Any) -> None:
    grouped = getattr(
        part, "infrequent_categories_", None
    )  # a property that is there only where they are enabled
    if grouped is not None and any(group is not None for group in grouped):
        raise RecipeError(
            f"{type(part).__name__} groups infrequent categories, which no step does",
            fix="Leave min_frequency and max_categories out, or replace rare categories before fitting",
        )


def _made_dtype(part: Any, values: Any) -> np.dtype[Any]:
    """The dtype of what the encoder makes, if it holds every one of `values`.

    Raises:
        RecipeError: it does not, or is none that a network is fed from.
    """
    dtype: np.dtype[Any] = np.dtype(part.dtype)
    if dtype in (np.float32, np.float64):
        return dtype
    low, high = 0, 1
    if dtype.kind in "iu":
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    elif dtype.kind != "b":
        raise RecipeError(f"{type(part).__name__} makes {dtype}", expected="float64, float32 or integers")
    wrong = [value for value in values if not low <= value <= high]
    if wrong:
        raise RecipeError(
            f"{wrong[0]:g} does not fit into the dtype of {type(part).__name__}", got=str(dtype)
        )
    return dtype


def _number_or_nan(value: Any) -> float | None:
    return None if is_nan(value) else float(value)
