"""Random tables with a scikit-learn object fitted on them, made by code from a number; and rows to transform.

Cells are those of the contract: float, int, bool, str, None. Works with scikit-learn 1.5 and later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

Random = np.random.Generator
Rows = list[dict[str, Any]]
WORDS = ("red", "green", "blue", "", "Zürich", "a, b", "7", "nan", "red ")


@dataclass(frozen=True)
class Case:
    """number: it is made from. shape: of the object, in words. options: what --recipe-arg has to say."""

    number: int
    shape: str
    fitted: Any
    rows: Rows
    options: Mapping[str, str] = field(default_factory=dict)


def case(number: int) -> Case:
    """The same object and rows for the same number, in every version of NumPy's generator that keeps its stream."""
    random = np.random.default_rng(number)
    shape, build = SHAPES[number % len(SHAPES)]
    fitted, rows, options = build(random)
    return Case(number, shape, fitted, rows, options)


def numbers(random: Random, count: int, columns: int, *, empty: bool = True) -> np.ndarray:
    """(count, columns) of float64, each column another kind: wide, constant, whole, nearly constant, tiny."""
    kinds: Sequence[Callable[[], np.ndarray]] = (
        lambda: random.normal(random.normal() * 100, random.random() * 50 + 0.1, count),
        lambda: np.full(count, random.normal() * 7),
        lambda: random.integers(-5, 6, count).astype(np.float64) + 0.0,
        lambda: 1e8 + random.normal(size=count),
        lambda: random.normal(size=count) * 1e-12,
        lambda: np.exp(random.normal(size=count) * 4),
    )
    made = np.stack([kinds[random.integers(len(kinds))]() for _ in range(columns)], axis=1)
    if empty:
        made[random.random(made.shape) < 0.15] = np.nan
        made[0] = np.where(np.isnan(made[0]), 1.0, made[0])  # no column is empty by chance
    return made


def categories(random: Random, count: int, kind: str) -> list[Any]:
    if kind == "text":
        return [str(word) for word in random.choice(WORDS[: random.integers(1, len(WORDS) + 1)], count)]
    if kind == "bool":
        return [bool(value) for value in random.random(count) < 0.5]
    if kind == "int":
        return [int(value) for value in random.integers(-3, 4, count)]
    return [float(value) for value in random.choice([0.1, 0.5, -2.25, 1e9], count)]


def scaler(random: Random) -> Any:
    choice = random.integers(5)
    if choice == 0:
        return MinMaxScaler(clip=bool(random.integers(2)))
    if choice == 1:
        return MinMaxScaler(feature_range=(-1.5, 0.3), clip=True)
    return StandardScaler(with_mean=choice != 3, with_std=choice != 4)


def imputer(random: Random) -> SimpleImputer:
    strategy = ("mean", "median", "most_frequent", "constant")[random.integers(4)]
    return SimpleImputer(strategy=strategy, fill_value=-7.3 if strategy == "constant" else None)


def encoder(random: Random, *, lenient: bool) -> Any:
    dtype = (np.float64, np.float32, np.int64)[random.integers(3)]
    if random.integers(3):
        unknown = ("ignore", "infrequent_if_exist")[random.integers(2)] if lenient else "error"
        drop = (None, "first", "if_binary")[random.integers(3)]
        return OneHotEncoder(
            drop=drop, handle_unknown=unknown, dtype=dtype, sparse_output=bool(random.integers(2))
        )
    if lenient:
        value = np.nan if random.integers(2) else -1
        return OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=value, encoded_missing_value=-2
        )
    return OrdinalEncoder()


def rows_of(columns: Mapping[str, Sequence[Any]], count: int) -> Rows:
    return [{name: _cell(values[place]) for name, values in columns.items()} for place in range(count)]


def _cell(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124 - NaN


def _plain(random: Random) -> tuple[Any, Rows, Mapping[str, str]]:
    """One scaler or imputer and scaler, on an array, float64 or float32."""
    single = bool(random.integers(2))
    width = int(random.integers(1, 5))
    dtype = (np.float64, np.float32)[random.integers(2)]
    train = numbers(random, 25, width).astype(dtype)
    serve = numbers(random, 12, width).astype(dtype)
    steps = [("scale", scaler(random))] if single else [("fill", imputer(random)), ("scale", scaler(random))]
    made = steps[0][1] if single else Pipeline(steps)
    options = {"missing": "pass"} | ({"dtype": "float32"} if dtype == np.float32 else {})
    return made.fit(train), rows_of({f"x{i}": serve[:, i] for i in range(width)}, 12), options


def _mixed(random: Random) -> tuple[ColumnTransformer, Mapping[str, Any], Mapping[str, Any], str]:
    """A ColumnTransformer, and the columns to fit it on and to serve."""
    count, served = 40, 15
    width = int(random.integers(1, 4))
    lenient = bool(random.integers(2))
    train: dict[str, Any] = {}
    serve: dict[str, Any] = {}
    for name, values in (("train", train), ("serve", serve)):
        block = numbers(random, count if name == "train" else served, width)
        values.update({f"n{i}": block[:, i] for i in range(width)})
    kinds = [("text", "int", "bool", "float")[random.integers(4)] for _ in range(random.integers(1, 4))]
    for place, kind in enumerate(kinds):
        train[f"{kind}{place}"] = categories(random, count, kind)
        known = sorted(set(train[f"{kind}{place}"]))
        cells = [known[random.integers(len(known))] for _ in range(served)]
        if lenient and kind != "bool":
            unseen = {"text": "unseen", "int": 99, "float": 3.75}[kind]
            cells = [unseen if random.random() < 0.2 else cell for cell in cells]
        serve[f"{kind}{place}"] = cells
    names = list(train)
    numeric, coded = names[:width], names[width:]
    numbers_part = Pipeline([("fill", imputer(random)), ("scale", scaler(random))])
    parts = [("num", numbers_part, numeric)] + [
        (name, encoder(random, lenient=lenient), [name]) for name in coded
    ]
    order = random.permutation(len(parts))
    remainder = ("drop", "passthrough")[random.integers(2)]
    train["extra"], serve["extra"] = numbers(random, count, 1, empty=False)[:, 0], np.arange(served) - 3.5
    whole = ColumnTransformer(
        [parts[i] for i in order],
        remainder=remainder,
        sparse_threshold=(0, 0.3, 1.0)[random.integers(3)],
    )
    return whole, train, serve, remainder


def _columns(random: Random) -> tuple[Any, Rows, Mapping[str, str]]:
    """One ColumnTransformer on a data frame."""
    whole, train, serve, _ = _mixed(random)
    return whole.fit(pd.DataFrame(train)), rows_of(serve, 15), {"missing": "pass"}


def _columns_then_scaler(random: Random) -> tuple[Any, Rows, Mapping[str, str]]:
    """Scalers behind the ColumnTransformer take the features of every encoded column."""
    whole, train, serve, _ = _mixed(random)
    whole.set_params(sparse_threshold=0)
    last = (StandardScaler(), MinMaxScaler(clip=True))[random.integers(2)]
    fitted = Pipeline([("columns", whole), ("fill", SimpleImputer()), ("scale", last)])
    return fitted.fit(pd.DataFrame(train)), rows_of(serve, 15), {"missing": "pass"}


def _filled_categories(random: Random) -> tuple[Any, Rows, Mapping[str, str]]:
    """Text with missing cells: filled, or a category of their own, NaN or None."""
    marker = (np.nan, None)[random.integers(2)]
    train, serve = (
        [marker if random.random() < 0.2 else str(word) for word in random.choice(WORDS[:4], count)]
        for count in (40, 15)
    )
    train[:4], train[4] = WORDS[:4], marker
    fill = SimpleImputer(
        missing_values=marker,
        strategy=("most_frequent", "constant")[random.integers(2)],
        fill_value=("none", "red")[random.integers(2)],
    )
    chosen = encoder(random, lenient=bool(random.integers(2)))
    fitted = chosen if random.integers(2) else Pipeline([("fill", fill), ("encode", chosen)])
    frame = pd.DataFrame({"word": pd.Series(train, dtype=object)})
    return fitted.fit(frame), rows_of({"word": serve}, 15), {"missing": "pass"}


def _fill_first(random: Random) -> tuple[Any, Rows, Mapping[str, str]]:
    """An imputer before the ColumnTransformer, which selects by place, slice and mask."""
    train, serve = numbers(random, 30, 4), numbers(random, 12, 4)
    train[:, 2], serve[:, 2] = random.integers(0, 3, 30), random.integers(0, 5, 12)
    selection = ([0, 3], slice(0, 2), np.array([True, False, False, True]))[random.integers(3)]
    columns = ColumnTransformer(
        [("code", OneHotEncoder(handle_unknown="ignore"), [2]), ("scale", scaler(random), selection)],
        remainder=("drop", "passthrough")[random.integers(2)],
    )
    fitted = Pipeline([("fill", SimpleImputer(strategy="median")), ("columns", columns)]).fit(train)
    return fitted, rows_of({f"x{i}": serve[:, i] for i in range(4)}, 12), {}


SHAPES: Sequence[tuple[str, Callable[[Random], tuple[Any, Rows, Mapping[str, str]]]]] = (
    ("scalers on an array", _plain),
    ("one ColumnTransformer", _columns),
    ("ColumnTransformer, imputer, scaler", _columns_then_scaler),
    ("text with missing cells", _filled_categories),
    ("imputer, ColumnTransformer", _fill_first),
)
