"""Numbers of a table's document: those that no runtime can hold, and categories that no cell can be."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.contract import decode, encode
from truecopy.contract.column_cells import can_be
from truecopy.contract.float32_constants import fits_float32
from truecopy.errors import ContractError

IMPUTE = {"op": "impute", "strategy": "constant", "missing": None, "fill": [1.5]}
STANDARD = {"op": "standard", "mean": [1.0], "scale": [2.0]}
MIN_MAX = {"op": "min_max", "scale": [1.0], "min": [0.0], "clip": None}
ORDINAL = {
    "op": "ordinal",
    "categories": [[1, 0]],
    "unknown": "value",
    "unknown_value": -1.0,
    "missing_value": None,
}
CHAIN = "$.input.features[0].chain"


@pytest.fixture
def column_document(document):
    """One column through this chain."""

    def made(*chain, dtype="float64", block="float64", features=1):
        plain = document()
        plain["input"] = {
            "kind": "table", "missing": "error", "columns": [{"name": "a", "dtype": dtype}],
            "features": [{"columns": ["a"], "dtype": block, "chain": list(chain)}],
        }  # fmt: skip
        plain["steps"], plain["requires"], plain["proof"]["subject"] = [], "0.3", None
        plain["graph"]["inputs"] = [
            {"name": "x", "dtype": "float32", "layout": "NF", "shape": ["batch", features]}
        ]
        return json.dumps(plain)

    return made


@pytest.fixture
def refusal(column_document):
    def message(*chain, **options):
        with pytest.raises(ContractError) as caught:
            decode(column_document(*chain, **options))
        return str(caught.value)

    return message


@pytest.mark.parametrize("number", [10**400, 2**63, 10**20])
def test_an_integer_beyond_int64_is_refused_wherever_a_cell_stands(refusal, number):
    beyond = "Expected `int` <= 9223372036854775807 - at "
    assert f"{beyond}`{CHAIN}[0].fill[0]`" in refusal({**IMPUTE, "fill": [number]})
    assert f"{beyond}`{CHAIN}[0].missing`" in refusal({**IMPUTE, "missing": number})
    assert f"{beyond}`{CHAIN}[0].categories[0][1]`" in refusal({**ORDINAL, "categories": [[1, number]]})
    assert "Expected `int` >= -9223372036854775808" in refusal({**IMPUTE, "fill": [-number - 1]})


def test_the_ends_of_int64_are_cells(column_document):
    contract = decode(column_document({**ORDINAL, "categories": [[2**63 - 1, -(2**63)]]}, dtype="int64"))
    assert decode(encode(contract)) == contract


@pytest.mark.parametrize(
    ("step", "path"),
    [
        ({**IMPUTE, "fill": [1e39]}, "fill[0]"),
        ({**IMPUTE, "missing": -1e300}, "missing"),
        ({**STANDARD, "mean": [1e39]}, "mean[0]"),
        ({**STANDARD, "scale": [-1e39]}, "scale[0]"),
        ({**MIN_MAX, "scale": [1e39]}, "scale[0]"),
        ({**MIN_MAX, "min": [1e39]}, "min[0]"),
        ({**MIN_MAX, "clip": [0.0, 1e39]}, "clip[1]"),
        ({**ORDINAL, "unknown_value": 1e39}, "unknown_value"),
        ({**ORDINAL, "missing_value": 1e39}, "missing_value"),
    ],
)
def test_a_constant_beyond_float32_is_refused_in_a_block_of_float32_alone(
    refusal, column_document, step, path
):
    message = refusal(step, block="float32")
    assert "the number is beyond float32, the block's dtype: got " in message
    assert message.endswith(f"at `{CHAIN}[0].{path}`")
    assert decode(column_document(step)).input.features[0].dtype == "float64"


def test_a_cell_that_is_imputed_before_an_encoder_is_no_number_of_the_block(column_document):
    chain = ({**IMPUTE, "fill": [1e300]}, {**ORDINAL, "categories": [[1.5, 1e300]]})
    assert decode(column_document(*chain, block="float32")).input.features[0].chain[0].fill == (1e300,)


@given(st.floats(allow_nan=False))
def test_a_number_fits_float32_where_numpy_keeps_it_finite(number):
    with np.errstate(over="ignore"):
        finite = bool(np.isfinite(np.float64(number).astype(np.float32)))
    assert fits_float32(number) == (finite or np.isinf(number))


@pytest.mark.parametrize(
    ("dtype", "cell"),
    [
        ("bool", 5), ("bool", 7.5), ("int64", 1.5), ("int64", 1e19), ("float32", 0.1), ("float32", 1e39),
        ("float64", 2**53 + 1),
    ],
)  # fmt: skip
def test_a_category_that_no_cell_can_be_is_refused_with_its_place(refusal, dtype, cell):
    message = refusal({**ORDINAL, "categories": [[1, cell]]}, dtype=dtype)
    assert message == (
        f"no cell of the column can be this category: expected {dtype}, got {cell!r} - at `{CHAIN}[0].categories[0][1]`"
    )


@pytest.mark.parametrize(
    ("dtype", "cells"),
    [("bool", [True, 0]), ("bool", [1.0]), ("int64", [3.0, -7]), ("float32", [0.5, 3]), ("float64", [0.1, 2**53])],
)  # fmt: skip
def test_a_category_equals_a_cell_whatever_its_type_in_json(column_document, dtype, cells):
    step = {**ORDINAL, "categories": [[*cells, None]]}
    assert decode(column_document(step, dtype=dtype)).input.features[0].chain[0].categories == (
        (*cells, None),
    )


def test_what_is_imputed_may_be_a_category(column_document, refusal):
    chain = ({**IMPUTE, "fill": [2.5]}, {**ORDINAL, "categories": [[1, 2.5]]})
    assert len(decode(column_document(*chain, dtype="int64")).input.features[0].chain) == 2
    assert "no cell of the column" in refusal(chain[0], {**ORDINAL, "categories": [[1, 3.5]]}, dtype="int64")


@given(st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans())
def test_a_cell_of_a_column_is_what_its_type_holds(cell):
    assert can_be(cell, "int64") == (float(cell).is_integer() and -(2**63) <= cell < 2**63)
    assert can_be(cell, "bool") == (cell == bool(cell))
    assert not can_be(cell, "text")


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_every_float32_is_a_cell_of_its_column(number):
    assert can_be(number, "float32")
    assert struct.unpack("<f", struct.pack("<f", number))[0] == number


def test_text_is_a_cell_of_text_alone():
    assert [can_be("1", dtype) for dtype in ("text", "float64", "float32", "int64", "bool")] == [
        True, False, False, False, False,
    ]  # fmt: skip


def test_a_clip_that_ends_below_its_begin_is_refused(refusal, column_document):
    message = refusal({**MIN_MAX, "clip": [5.0, -5.0]})
    assert f"`clip` ends below its begin: 5.0 to -5.0 - at `{CHAIN}[0]`" in message
    assert decode(column_document({**MIN_MAX, "clip": [-5.0, 5.0]})).input.features[0].chain[0].clip == (
        -5.0, 5.0,
    )  # fmt: skip
