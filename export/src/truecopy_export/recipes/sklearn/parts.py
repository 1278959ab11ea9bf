"""Which reader reads which part, and the parts that hold parts: Pipeline and ColumnTransformer.

Source: scikit-learn 1.9.1 `pipeline.py`, `compose/_column_transformer.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from truecopy.errors import RecipeError

from .encoders import read_one_hot_encoder, read_ordinal_encoder
from .imputer import read_simple_imputer
from .refusals import refused, unfitted
from .scalers import read_min_max_scaler, read_standard_scaler
from .tracks import TableReading, Track, Tracks, stacked

Reader: TypeAlias = Callable[[Any, Tracks, TableReading], Tracks]


def read_part(part: Any, tracks: Tracks, reading: TableReading, where: str) -> Tracks:
    """What `part` makes of the columns. where: the path of names that leads to it.

    Raises:
        RecipeError: it cannot be expressed exactly, or is not fitted; names it and the path.
    """
    if part is None or (isinstance(part, str) and part == "passthrough"):
        return tracks
    place = f"{where}{type(part).__name__}"
    try:
        return _read(part, tracks, reading, place)
    except RecipeError as error:
        raise RecipeError.of(error, where=error.where or place) from error


def _read(part: Any, tracks: Tracks, reading: TableReading, place: str) -> Tracks:
    name = type(part).__name__
    if type(part).__module__.partition(".")[0] != "sklearn":
        raise refused(part)
    if name == "Pipeline":
        return _read_pipeline(part, tracks, reading, place)
    if name == "ColumnTransformer":
        return _read_column_transformer(part, tracks, reading, place)
    if name not in _READERS:
        raise refused(part)
    attribute, reader = _READERS[name]
    if not hasattr(part, attribute):
        raise unfitted(part)
    return reader(part, tracks, reading)


def _read_pipeline(part: Any, tracks: Tracks, reading: TableReading, where: str) -> Tracks:
    for name, step in part.steps:
        tracks = read_part(step, tracks, reading, f"{where}[{name!r}]: ")
    return tracks


def _read_column_transformer(part: Any, tracks: Tracks, reading: TableReading, where: str) -> Tracks:
    """Blocks in the order of `transformers_`, the remainder last; one without columns was never fitted."""
    if reading.inside_columns:
        raise RecipeError(
            "a ColumnTransformer inside another one",
            fix="List its transformers in the outer one; a Pipeline takes two one after the other",
        )
    if not hasattr(part, "transformers_"):
        raise unfitted(part)
    if part.transformer_weights:
        raise RecipeError("transformer_weights multiply the features", fix="Leave them out and fit again")
    reading.inside_columns = True
    made: list[Track] = []
    for name, inner, _ in part.transformers_:
        # The columns as fitted: names, masks, slices and callables are resolved there.
        places = list(part._transformer_to_input_indices[name])
        if places and not (isinstance(inner, str) and inner == "drop"):
            chosen = _chosen(tracks, places)
            made += read_part(inner, chosen, reading, f"{where}[{name!r}]: ")
    reading.inside_columns = False
    return stacked(tuple(made), sparse=bool(part.sparse_output_)) if made else ()


def _chosen(tracks: Tracks, places: Sequence[int]) -> Tracks:
    """The tracks whose features stand at `places`; the features of one column stay together."""
    starts: dict[int, Track] = {}
    start = 0
    for track in tracks:
        if track.width:
            starts[start] = track
        start += track.width
    chosen = []
    position = 0
    while position < len(places):
        found = starts.get(places[position])
        width = 1 if found is None else found.width
        run = [places[position] + offset for offset in range(width)]
        if found is None or list(places[position : position + width]) != run:
            raise RecipeError(
                "ColumnTransformer takes some of the features that one encoded column has become",
                expected="all of them, in their order",
                fix="Select columns before they are encoded",
            )
        chosen.append(found)
        position += width
    return tuple(chosen)


def _read_function_transformer(part: Any, tracks: Tracks, _reading: TableReading) -> Tracks:
    if part.func is not None:
        name = getattr(part.func, "__name__", type(part.func).__name__)
        raise RecipeError(
            f"the code inside FunctionTransformer({name}) cannot be read",
            fix="Apply it to the table before, in training and in serving, or put it into the network",
        )
    return tracks


# Class -> the attribute that `fit` sets, and the reader.
_READERS: Mapping[str, tuple[str, Reader]] = {
    "FunctionTransformer": ("func", _read_function_transformer),
    "MinMaxScaler": ("scale_", read_min_max_scaler),
    "OneHotEncoder": ("categories_", read_one_hot_encoder),
    "OrdinalEncoder": ("categories_", read_ordinal_encoder),
    "SimpleImputer": ("statistics_", read_simple_imputer),
    "StandardScaler": ("n_features_in_", read_standard_scaler),
}
