"""StandardScaler and MinMaxScaler.

Source: scikit-learn 1.9.1 `preprocessing/_data.py`, `transform` of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from truecopy.contract import MinMax, OneHot, Standard, TableStep
from truecopy.errors import RecipeError
from truecopy_export.recipes.library import import_library

from .cells import finite
from .tracks import FLOAT32, TableReading, Track, Tracks, computed, float32_met, per_track


def read_standard_scaler(part: Any, tracks: Tracks, reading: TableReading) -> Tracks:
    """Minus mean_, then / scale_, as the flags say: `mean_` is there even with `with_mean=False`.

    Raises:
        RecipeError: statistics that are not finite, or a sparse matrix that is multiplied instead of divided.
    """
    common = computed(tracks)
    # A sparse matrix is multiplied by 1 / scale_, which no version rounds: a 1 becomes 1 / scale_, rounded once.
    sparse = any(track.sparse for track in tracks)
    rounded = common == FLOAT32 and not sparse and _rounds_first()
    if part.with_std:
        _check_sparse(tracks)
    made = []
    for track, places in per_track(tracks, range(part.n_features_in_)):
        what = f"of column {reading.names[track.column]!r}"
        reading.learn(track, "number")
        mean = _numbers(part.mean_, places, f"mean_ {what}", rounded) if part.with_mean else None
        scale = _numbers(part.scale_, places, f"scale_ {what}", rounded) if part.with_std else None
        if scale is not None and 0.0 in scale:
            raise RecipeError(f"scale_ {what} is 0 in float32", fix="Scale the column up before fitting")
        if mean is None and scale is None:
            made.append(replace(track, dtype=common))
        else:
            made.append(_computed(track, Standard(mean=mean, scale=scale), common))
    return tuple(made)


def read_min_max_scaler(part: Any, tracks: Tracks, reading: TableReading) -> Tracks:
    """Times scale_, then + min_, then the clip.

    Raises:
        RecipeError: statistics that are not finite, or fitted on float32 where float64 arrives.
    """
    common = computed(tracks)
    if part.scale_.dtype == FLOAT32 != common and not reading.stated:
        raise float32_met("MinMaxScaler")
    clip = (float(part.feature_range[0]), float(part.feature_range[1])) if part.clip else None
    made = []
    for track, places in per_track(tracks, range(part.n_features_in_)):
        what = f"of column {reading.names[track.column]!r}"
        reading.learn(track, "number")
        scale = _numbers(part.scale_, places, f"scale_ {what}")
        shift = _numbers(part.min_, places, f"min_ {what}")
        made.append(_computed(track, MinMax(scale=scale, min=shift, clip=clip), common))
    return tuple(made)


def _computed(track: Track, step: TableStep, dtype: np.dtype[Any]) -> Track:
    if track.arithmetic not in (None, dtype):
        raise RecipeError(
            "one scaler computes in float32 and a later one in float64, and a block has one dtype",
            fix="Give the encoders dtype=numpy.float32, or fit on float64",
        )
    return replace(track.then(step), dtype=dtype, arithmetic=dtype)


def _numbers(values: Any, places: Sequence[int], what: str, rounded: bool = False) -> tuple[float, ...]:
    return tuple(finite(np.float32(values[place]) if rounded else values[place], what) for place in places)


def _check_sparse(tracks: Tracks) -> None:
    """`inplace_column_scale(X, 1 / scale_)`: the same for a 0 or a 1, not for other numbers."""
    plain = [track for track in tracks if track.sparse and not _is_one_hot(track)]
    if plain:
        raise RecipeError(
            "StandardScaler multiplies a sparse matrix by 1 / scale_ instead of dividing by scale_",
            fix="Set sparse_threshold=0 in ColumnTransformer, or sparse_output=False in OneHotEncoder, and fit again",
        )


def _is_one_hot(track: Track) -> bool:
    return bool(track.chain) and isinstance(track.chain[-1], OneHot)


def _rounds_first() -> bool:
    """Does StandardScaler round mean_ and scale_ to the rows' float32? Source: 1.9.1, `xp.astype(self.mean_, X.dtype)`.

    In older ones `X -= self.mean_` computes in float64 and rounds the result, as the runtime does with what it is given.
    """
    version = import_library("sklearn", RecipeError).__version__
    major, minor = (int(number) for number in version.split(".")[:2])
    return (major, minor) >= (1, 8)
