"""A fitted scikit-learn object to a recipe for tables: symbols of its columns go through its parts."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from truecopy.contract import Column, TableInput
from truecopy.contract.codec import convert
from truecopy.contract.feature_flow import widths
from truecopy.errors import ContractError, RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.recipe import Recipe

from .blocks import blocks
from .original import original_of
from .parts import read_part
from .refusals import unfitted
from .tracks import FLOAT32, FLOAT64, TableReading, Track

# --recipe-arg dtype=...: of the arrays that training fed; missing=...: what a feature is that is still missing.
OPTIONS = ("dtype", "missing")


def read_fitted(transform: Any, source: str, circumstances: Circumstances) -> Recipe:
    """A fitted transformer, a Pipeline of them, or a ColumnTransformer.

    Raises:
        RecipeError: not fitted, or not expressible exactly; names the part and the way to it.
    """
    circumstances.only(*OPTIONS)
    reading = _reading(transform, circumstances)
    tracks = tuple(Track(column, reading.number) for column in range(len(reading.names)))
    tracks = read_part(transform, tracks, reading, "")
    dtypes = reading.columns
    if reading.number == FLOAT32 and not reading.named and "text" in dtypes.values():
        raise RecipeError(
            "an array that holds text holds no float32",
            got="--recipe-arg dtype=float32",
            where=source,
            fix="Leave it out, or fit on a data frame",
        )
    features = blocks(tracks, reading)
    used = frozenset(name for block in features for name in block.columns)
    columns = tuple(
        Column(name=name, dtype=dtypes[column] if name in used or not reading.named else "text")
        for column, name in enumerate(reading.names)
    )
    missing: Literal["error", "pass"] = "pass" if circumstances.options.get("missing") == "pass" else "error"
    table = _checked(TableInput(columns=columns, features=features, missing=missing))
    original = original_of(transform, reading, used, sum(widths(table)))
    return Recipe(table, (), original, source, tuple(reading.notes))


def _reading(transform: Any, circumstances: Circumstances) -> TableReading:
    circumstances.choose("missing", ("error", "pass"))
    stated = circumstances.choose("dtype", ("float32", "float64"))
    number = FLOAT32 if stated == "float32" else FLOAT64
    first = _first(transform)
    names = getattr(first, "feature_names_in_", None)
    if names is not None:
        _check_once([str(name) for name in names])
        return TableReading(
            [str(name) for name in names], named=True, number=number, stated=stated is not None
        )
    if not hasattr(first, "n_features_in_"):
        # The walk says in its own words what is wrong; an object that passes it has nothing fitted.
        read_part(transform, (), TableReading((), named=False, number=number, stated=False), "")
        raise unfitted(first)
    count = int(first.n_features_in_)
    reading = TableReading(
        [f"x{place}" for place in range(count)], named=False, number=number, stated=stated is not None
    )
    reading.note(
        f"the object was fitted without column names: they are x0 to x{count - 1}, as get_feature_names_out says"
    )
    return reading


def _check_once(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RecipeError(
            f"two columns are called {twice[0]!r}", fix="Rename one, fit again, and serve them by these names"
        )


def _first(transform: Any) -> Any:
    """The part that saw the table itself: the first one of a Pipeline that does something."""
    while type(transform).__name__ == "Pipeline":
        doing = [step for _, step in transform.steps if step is not None and not isinstance(step, str)]
        if not doing:
            raise RecipeError("the Pipeline has no parts that do something")
        transform = doing[0]
    return transform


def _checked(table: TableInput) -> TableInput:
    """`table`, if a contract may hold it.

    Raises:
        RecipeError: names the JSON path.
    """
    try:
        checked: TableInput = convert(msgspec.to_builtins(table), TableInput, "recipe", "$.input")
        widths(checked)
    except ContractError as error:
        raise RecipeError.of(error) from error
    return checked
