"""SimpleImputer.

Source: scikit-learn 1.9.1 `impute/_base.py`, `SimpleImputer.transform`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from truecopy.contract import Impute
from truecopy.contract.tables import Cell
from truecopy.errors import RecipeError

from .cells import cell, finite, is_nan, marker_of
from .tracks import FLOAT32, OBJECT, TableReading, Track, Tracks, computed, float32_met, per_track


def read_simple_imputer(part: Any, tracks: Tracks, reading: TableReading) -> Tracks:
    """One fill a column; a column that had no value at fit is dropped, as `transform` drops it.

    Raises:
        RecipeError: `add_indicator`, or a fill that no document holds.
    """
    if part.add_indicator:
        raise RecipeError(
            "add_indicator adds columns that say which cells were missing, which no step does",
            fix="Set add_indicator=False; a constant fill outside the range tells the network the same",
        )
    if part.strategy == "constant" and is_nan(part.fill_value):
        raise RecipeError("SimpleImputer fills with NaN", fix="Give it a number as fill_value")
    tracks = _typed(part, tracks, reading)
    made = []
    for track, fills in per_track(tracks, part.statistics_):
        dropped = [not part.keep_empty_features and is_nan(fill) for fill in fills]
        if all(dropped) and track.width:
            name = reading.names[track.column]
            reading.note(f"column {name!r} was empty at training: SimpleImputer drops it")
            continue
        if any(dropped):
            raise RecipeError("SimpleImputer drops some of the categories of one column")
        values = tuple(_fill(fill, track, part, reading) for fill in fills)
        step = Impute(strategy=_strategy(part, reading), missing=_missing(part, track, reading), fill=values)
        made.append(track.then(step))
    return tuple(made)


def _typed(part: Any, tracks: Tracks, reading: TableReading) -> Tracks:
    """What `_validate_input` makes of the array: mean and median take floats, the others what comes."""
    if part.strategy in ("most_frequent", "constant"):
        dtypes = [track.dtype for track in tracks]
        common = OBJECT if OBJECT in dtypes else np.result_type(*dtypes)
    else:
        common = computed(tracks)
    if getattr(part, "_fit_dtype", None) == FLOAT32 != common and not reading.stated:
        raise float32_met("SimpleImputer")
    return tuple(replace(track, dtype=common) for track in tracks)


def _strategy(part: Any, reading: TableReading) -> Any:
    if callable(part.strategy):
        reading.note("the fills of SimpleImputer come from a function of your own; they are written down")
        return "constant"
    return part.strategy


def _fill(fill: Any, track: Track, part: Any, reading: TableReading) -> Cell:
    what = f"the fill of column {reading.names[track.column]!r}"
    if isinstance(fill, str):
        reading.learn(track, "text")
        return str(fill)
    reading.learn(track, "bool" if isinstance(fill, bool | np.bool_) else "number")
    fill_dtype = getattr(part, "_fill_dtype", None)  # it is there since scikit-learn 1.8
    if fill_dtype is not None and fill_dtype.kind in "fiu":
        fill = np.asarray(fill).astype(fill_dtype)[()]
    return finite(np.float32(fill) if track.dtype == FLOAT32 else fill, what)


def _missing(part: Any, track: Track, reading: TableReading) -> Cell | None:
    marker = marker_of(part.missing_values)
    if marker is not None:
        reading.mark(track, marker)
        return None
    value = cell(part.missing_values, "missing_values")
    return float(np.float32(value)) if track.dtype == FLOAT32 and not isinstance(value, str) else value
