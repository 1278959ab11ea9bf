"""One cell: what each dtype takes, from values and from text, and what it refuses."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.contract import Column, FeatureBlock, Ordinal, TableInput
from truecopy.errors import InputError
from truecopy.tables import Columns
from truecopy.tables.missing_words import MISSING_WORDS

FLOAT32_TENTH = float(np.float32(0.1))


class NAType:
    """What pandas.NA is called; it refuses to be compared."""

    def __eq__(self, other):
        raise TypeError("boolean value of NA is ambiguous")

    __hash__ = object.__hash__


def columns(dtype):
    chain = (Ordinal(categories=(("x",),), unknown="error", unknown_value=None, missing_value=None),)
    return Columns.of(
        TableInput(
            columns=(Column(name="a", dtype=dtype),),
            features=(FeatureBlock(columns=("a",), dtype="float64", chain=chain if dtype == "text" else ()),),
            missing="pass",
        )
    )


def value(dtype, cell):
    return columns(dtype).of_mapping({"a": cell}, "<row 0>")["a"]


def text(dtype, cell):
    return columns(dtype).of_texts(("a",), (cell,), "rows.csv:2")["a"]


@pytest.mark.parametrize(
    ("dtype", "cell", "wanted"),
    [
        ("float64", 3, 3.0),
        ("float64", np.float32(0.1), FLOAT32_TENTH),
        ("float64", np.int8(-4), -4.0),
        ("float64", True, 1.0),
        ("float32", np.False_, 0.0),
        ("int64", True, 1),
        ("float32", 0.1, FLOAT32_TENTH),
        ("int64", 3.0, 3),
        ("int64", np.uint64(2**63 - 1), 2**63 - 1),
        ("int64", -(2**63), -(2**63)),
        ("bool", np.True_, True),
        ("bool", 0, False),
        ("bool", 1.0, True),
        ("text", "", ""),
        ("text", " x ", " x "),
        ("text", np.str_("7"), "7"),
    ],
)
def test_values_are_read_as_the_dtype_says(dtype, cell, wanted):
    read = value(dtype, cell)
    assert read == wanted
    assert type(read) is type(wanted)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "bool", "text"])
@pytest.mark.parametrize("cell", [None, float("nan"), np.float32("nan"), NAType()])
def test_missing_is_none_in_every_column(dtype, cell):
    assert value(dtype, cell) is None


@pytest.mark.parametrize(
    ("dtype", "cell", "error"),
    [
        ("float64", "1.5", "expected a number, got '1.5' - at <row 0>. Pass it as a number: 1.5, not '1.5'"),
        ("float64", [1.0], "expected a number, got [1.0] - at <row 0>. Pass an int or a float"),
        ("float64", np.float64("inf"), ("expected a finite number, got inf - at <row 0>. Correct it, or leave the "
                                       "cell empty where the model takes missing values")),
        ("float64", 10**400, "expected a number within float64, got 1000"),
        ("float32", 3.5e38, "expected a number within float32, got 3.5e+38 - at <row 0>. Correct it"),
        ("int64", 1.5, ("expected a whole number, got 1.5 - at <row 0>. Correct it, or fit and export the column as "
                       "float64")),
        ("int64", 2.0**60, "expected a whole number within 2**53, where it is a float, got 1.15"),
        ("int64", 2**63, "expected a whole number within int64, got 9223372036854775808"),
        ("bool", 2, "expected True or False (1 or 0), got 2 - at <row 0>. Pass a bool"),
        ("bool", "true", "expected True or False (1 or 0), got 'true'"),
        ("text", 7, "expected text, got 7 - at <row 0>. Pass it as text: '7', not 7"),
        ("text", b"x", "expected text, got b'x' - at <row 0>. Decode it first: cell.decode('utf-8')"),
        ("float64", b"7", "expected a number, got b'7' - at <row 0>. Decode it first: float(cell.decode('utf-8'))"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_an_error_that_names_column_and_row(dtype, cell, error):
    with pytest.raises(InputError, match=re.escape(f"column 'a' has another type: {error}")):
        value(dtype, cell)


@pytest.mark.parametrize(
    ("dtype", "cell", "wanted"),
    [
        ("float64", " -1.5e3 ", -1500.0),
        ("float64", "True", 1.0),
        ("float32", "False", 0.0),
        ("float64", "1e-400", 0.0),
        ("float32", "0.1", FLOAT32_TENTH),
        ("int64", "+9007199254740993", 2**53 + 1),
        ("int64", "3.0", 3),
        ("bool", "True", True),
        ("bool", "0", False),
        ("text", " nan", " nan"),
    ],
)
def test_texts_of_a_file_are_read_as_the_dtype_says(dtype, cell, wanted):
    read = text(dtype, cell)
    assert read == wanted
    assert type(read) is type(wanted)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "bool", "text"])
def test_an_empty_cell_of_a_file_is_missing(dtype):
    assert text(dtype, "") is None


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "bool"])
def test_nan_is_missing_where_numbers_stand(dtype):
    assert text(dtype, "NaN") is None


@pytest.mark.parametrize(
    ("dtype", "cell", "error"),
    [
        ("float64", "1,5", ("expected a number, such as 1.5 or -2e3, got '1,5' - at rows.csv:2. Write the decimal point "
                           "as a point")),
        ("float64", "abc", "got 'abc' - at rows.csv:2. Correct it; a missing number is an empty cell or nan"),
        ("float64", "NA", "got 'NA' - at rows.csv:2. Correct it; a missing number is an empty cell or nan"),
        ("float64", "1_000", "expected a number, such as 1.5 or -2e3, got '1_000'"),
        ("float64", "٣", "expected a number, such as 1.5 or -2e3, got '٣'"),
        ("float64", "1e400", "expected a finite number, got '1e400'"),
        ("float64", "-inf", "expected a finite number, got '-inf'"),
        ("int64", "1.5", "expected a whole number, got '1.5'"),
        ("int64", "9223372036854775808", "expected a whole number within int64"),
        ("int64", "1e17", "expected a whole number within 2**53, where it is a float, got '1e17'"),
        ("int64", "+-3", "expected a number, such as 1.5 or -2e3, got '+-3'"),
        ("float64", "  ", "expected a number, such as 1.5 or -2e3, got '  '"),
        ("bool", "yes", "expected true or false (1 or 0), got 'yes'"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_value_is_an_error_that_names_column_and_line(dtype, cell, error):
    with pytest.raises(InputError) as caught:
        text(dtype, cell)
    assert str(caught.value).startswith("column 'a' has another type: ")
    assert error in str(caught.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_that_python_writes_is_read_back(number):
    assert np.float64(text("float64", repr(number))).view(np.uint64) == np.float64(number).view(np.uint64)


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_integer_is_read_back(number):
    assert text("int64", str(number)) == number
    assert value("int64", number) == number


@given(st.text(min_size=1))
def test_every_text_stands_as_it_is(cell):
    if cell not in MISSING_WORDS:
        assert text("text", cell) == cell
    assert value("text", cell) == cell


@given(
    st.sampled_from(["float64", "float32", "int64", "bool"]), st.text("0123456789+-.eE_ ,naif\t", min_size=1)
)
def test_any_text_is_a_value_or_an_error_that_names_it(dtype, cell):
    refused, read = "", None
    try:
        read = text(dtype, cell)
    except InputError as error:
        refused = str(error)
    assert refused == "" or refused.startswith("column 'a' has another type")
    assert read is None or value(dtype, read) == read
