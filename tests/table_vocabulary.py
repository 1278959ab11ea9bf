"""Hypothesis strategies over table inputs: any blocks that a contract may hold, and rows that they take."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from truecopy.contract import Column, FeatureBlock, Impute, MinMax, OneHot, Ordinal, Standard, TableInput

NUMBER_DTYPES = ("float64", "float32", "int64", "bool")
WORDS = ("red", "green", "blue", "", "Grün", "nan", "7")
NUMBER = st.floats(-1e6, 1e6, allow_subnormal=False)
DIVISOR = NUMBER.filter(lambda x: abs(x) > 1e-3)


def cells_of(dtype):
    """Any typed cell of a column, as the runtime reads it."""
    return {
        "float64": NUMBER,
        "float32": st.floats(-1e6, 1e6, width=32, allow_subnormal=False),
        "int64": st.integers(-1000, 1000) | st.sampled_from([2**53, 2**53 + 1, -(2**63)]),
        "bool": st.booleans(),
        "text": st.sampled_from(WORDS),
    }[dtype]


def per_column(width, element):
    return st.tuples(*[element] * width)


@st.composite
def scalings(draw, width):
    if draw(st.booleans()):
        return Standard(
            mean=draw(st.none() | per_column(width, NUMBER)),
            scale=draw(st.none() | per_column(width, DIVISOR)),
        )
    clip = draw(st.none() | st.tuples(st.floats(-2, 0), st.floats(0.1, 2)))
    return MinMax(scale=draw(per_column(width, DIVISOR)), min=draw(per_column(width, NUMBER)), clip=clip)


@st.composite
def encoders(draw, dtypes):
    """One of either kind that knows missing cells and takes unknown ones, or neither."""
    known = []
    for dtype in dtypes:
        cells = draw(st.lists(cells_of(dtype), min_size=1, max_size=4, unique=True))
        known.append(tuple(cells) + ((None,) if draw(st.booleans()) else ()))
    if draw(st.booleans()):
        drop = [draw(st.none() | st.integers(0, len(cells) - 1)) for cells in known]
        if all(place is not None and len(cells) == 1 for place, cells in zip(drop, known, strict=True)):
            drop[0] = None
        return OneHot(categories=tuple(known), drop=tuple(drop), unknown="zeros")
    number = draw(st.none() | st.sampled_from([-1.0, 99.0]))
    return Ordinal(
        categories=tuple(known), unknown="value", unknown_value=number,
        missing_value=draw(st.none() | st.just(-2.0)),
    )  # fmt: skip


@st.composite
def blocks(draw, columns):
    text = columns[0].dtype == "text"
    width = len(columns)
    chain = []
    if draw(st.booleans()):
        fill = tuple(draw(cells_of(column.dtype)) for column in columns)
        chain.append(Impute(strategy="constant", missing=None, fill=fill))
    if text or draw(st.integers(0, 2)) == 0:
        chain.append(draw(encoders([column.dtype for column in columns])))
        if isinstance(chain[-1], OneHot):
            width = sum(
                len(known) - (drop is not None)
                for known, drop in zip(chain[-1].categories, chain[-1].drop, strict=True)
            )
    chain.extend(draw(st.lists(scalings(width), max_size=2)))
    return FeatureBlock(
        columns=tuple(column.name for column in columns),
        dtype=draw(st.sampled_from(["float64", "float32"])),
        chain=tuple(chain),
    )


@st.composite
def table_inputs(draw):
    """Every column may be empty: `missing` is "pass"."""
    dtypes = draw(st.lists(st.sampled_from([*NUMBER_DTYPES, "text", "text"]), min_size=1, max_size=5))
    columns = tuple(Column(name=f"column {place}", dtype=dtype) for place, dtype in enumerate(dtypes))
    groups = [[c for c in columns if c.dtype == "text"], [c for c in columns if c.dtype != "text"]]
    features = tuple(draw(blocks(group)) for group in groups if group)
    return TableInput(columns=columns, features=features, missing="pass")


@st.composite
def rows_for(draw, table, max_size=5):
    one = st.fixed_dictionaries({column.name: st.none() | cells_of(column.dtype) for column in table.columns})
    return draw(st.lists(one, max_size=max_size))


def expected_features(table, row):
    """One row, cell by cell in NumPy scalars: the independent oracle of the vectorised plan."""
    made = []
    for block in table.features:
        made.extend(_block(block, [row[name] for name in block.columns]))
    return made


def _block(block, cells):
    dtype = np.dtype(block.dtype).type
    values = list(cells)
    for step in block.chain:
        values = _step(step, values, dtype)
    return [dtype(np.nan) if value is None else dtype(value) for value in values]


def _step(step, values, dtype):
    match step:
        case Impute():
            return [fill if value is None else value for value, fill in zip(values, step.fill, strict=True)]
        case OneHot():
            made = []
            for value, known, drop in zip(values, step.categories, step.drop, strict=True):
                made += [
                    float(value == category and (value is None) == (category is None))
                    for place, category in enumerate(known)
                    if place != drop
                ]
            return made
        case Ordinal():
            return [
                _ordinal(step, value, known) for value, known in zip(values, step.categories, strict=True)
            ]
        case Standard():
            values = _each(np.subtract, values, step.mean, dtype)
            return _each(np.divide, values, step.scale, dtype)
        case MinMax():
            values = _each(np.add, _each(np.multiply, values, step.scale, dtype), step.min, dtype)
            if step.clip is None:
                return values
            low, high = dtype(step.clip[0]), dtype(step.clip[1])
            return [value if np.isnan(value) else min(max(value, low), high) for value in values]


def _ordinal(step, value, known):
    if value not in known:
        return np.nan if step.unknown_value is None else step.unknown_value
    if value is None:
        return np.nan if step.missing_value is None else step.missing_value
    return float(known.index(value))


def _each(operation, values, constants, dtype):
    """One operation: float64 on what `dtype` holds, rounded to `dtype`."""
    numbers = [dtype(np.nan) if value is None else dtype(value) for value in values]
    if constants is None:
        return numbers
    return [
        dtype(operation(np.float64(number), np.float64(constant)))
        for number, constant in zip(numbers, constants, strict=True)
    ]
