"""Features against an independent oracle, bit for bit, and the laws of the plan."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.table_vocabulary import expected_features, rows_for, table_inputs

from truecopy.contract import (
    Column,
    FeatureBlock,
    Impute,
    MinMax,
    OneHot,
    Ordinal,
    Standard,
    TableInput,
)
from truecopy.errors import InputError
from truecopy.tables import FeaturePlan


def one_column(dtype, *chain, block="float64", missing="error"):
    return TableInput(
        columns=(Column(name="a", dtype=dtype),),
        features=(FeatureBlock(columns=("a",), dtype=block, chain=chain),),
        missing=missing,
    )


def features(spec, *cells, fed="float64"):
    plan = FeaturePlan.of(spec, fed)
    rows = [{"a": cell} for cell in cells]
    names = [f"<row {index}>" for index in range(len(rows))]
    return plan.tensor(plan.features(rows, names), names)


def bits(array):
    # A NaN has many bit patterns and means one thing.
    plain = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
    return plain.view({8: np.uint64, 4: np.uint32, 2: np.uint16}[array.dtype.itemsize]).tolist()


@given(st.data())
def test_features_are_those_of_one_operation_after_another_in_scalars(data):
    spec = data.draw(table_inputs())
    rows = data.draw(rows_for(spec))
    plan = FeaturePlan.of(spec, "float64")
    made = plan.features(rows, [str(index) for index in range(len(rows))])
    assert made.shape == (len(rows), len(plan.names))
    wanted = np.array([expected_features(spec, row) for row in rows], made.dtype).reshape(made.shape)
    assert bits(made) == bits(wanted)


@given(st.data())
def test_a_row_gives_the_same_bits_alone_and_among_others_in_any_order_of_its_keys(data):
    spec = data.draw(table_inputs())
    rows = data.draw(rows_for(spec))
    plan = FeaturePlan.of(spec, "float32")
    together = plan.features(rows, [""] * len(rows))
    for row, among in zip(rows, together, strict=True):
        turned = dict(reversed(row.items()))
        assert bits(plan.features([turned], [""])[0]) == bits(among)


def test_standard_rounds_after_every_operation_to_the_dtype_of_its_block():
    spec = one_column("float64", Standard(mean=(0.1,), scale=(0.3,)), block="float32")
    made = features(spec, 1.7)
    once = np.float32(np.float64(np.float32(1.7)) - 0.1)
    assert made[0, 0] == np.float32(np.float64(once) / 0.3)


def test_constants_that_are_rounded_already_give_float32_arithmetic():
    draw = np.random.default_rng(5)
    x = draw.normal(50, 20, 4000).astype(np.float32)
    mean, scale = np.float32(49.7), np.float32(3.3)
    spec = one_column("float32", Standard(mean=(float(mean),), scale=(float(scale),)), block="float32")
    made = features(spec, *map(float, x), fed="float32")
    assert bits(made[:, 0]) == bits((x - mean) / scale)


def test_min_max_scales_shifts_and_clips():
    spec = one_column("float64", MinMax(scale=(0.5,), min=(-1.0,), clip=(-1.0, 1.0)))
    assert features(spec, 0.0, 3.0, 100.0, -100.0)[:, 0].tolist() == [-1.0, 0.5, 1.0, -1.0]


def test_impute_fills_what_is_empty_and_leaves_the_rest():
    spec = one_column("float64", Impute(strategy="mean", missing=None, fill=(2.5,)))
    assert features(spec, None, 7.0)[:, 0].tolist() == [2.5, 7.0]


def test_impute_replaces_the_value_that_stands_for_a_missing_cell():
    spec = one_column("int64", Impute(strategy="median", missing=-1, fill=(4,)))
    assert features(spec, -1, 7)[:, 0].tolist() == [4.0, 7.0]


def test_an_empty_cell_is_refused_where_another_value_stands_for_it():
    spec = one_column("int64", Impute(strategy="median", missing=-1, fill=(4,)))
    with pytest.raises(InputError, match=r"column 'a' may not be empty: .* - at <row 1>"):
        features(spec, 3, None)


def test_an_empty_text_is_refused_where_another_value_stands_for_it():
    known = OneHot(categories=(("x", "y"),), drop=(None,), unknown="error")
    spec = one_column("text", Impute(strategy="constant", missing="?", fill=("x",)), known)
    assert features(spec, "?", "y").tolist() == [[1.0, 0.0], [0.0, 1.0]]
    with pytest.raises(InputError, match="column 'a' may not be empty"):
        features(spec, None)


def test_one_hot_leaves_out_the_dropped_category_and_gives_zeros_for_an_unknown_one():
    spec = one_column("text", OneHot(categories=(("x", "y", "z"),), drop=(1,), unknown="zeros"))
    assert features(spec, "x", "y", "z", "w", None).tolist() == [[1, 0], [0, 0], [0, 1], [0, 0], [0, 0]]


def test_an_empty_cell_is_a_category_where_null_is_listed():
    spec = one_column("text", OneHot(categories=(("x", None),), drop=(None,), unknown="error"))
    assert features(spec, None, "x").tolist() == [[0, 1], [1, 0]]


def test_ordinal_gives_places_and_the_numbers_for_unknown_and_missing():
    step = Ordinal(categories=(("lo", "hi", None),), unknown="value", unknown_value=-1.0, missing_value=9.0)
    assert features(one_column("text", step), "hi", "lo", None, "other")[:, 0].tolist() == [1, 0, 9, -1]


def test_integers_beyond_float64_stay_apart_as_categories():
    known = (2**53, 2**53 + 1, -(2**63))
    spec = one_column("int64", OneHot(categories=(known,), drop=(None,), unknown="zeros"))
    assert features(spec, *known, 2**53 + 2).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]


def test_numbers_are_the_same_category_whatever_their_type():
    spec = one_column("float64", OneHot(categories=((0, 3),), drop=(None,), unknown="error"))
    assert features(spec, 3.0, -0.0).tolist() == [[0, 1], [1, 0]]


def test_an_unknown_category_is_an_error_that_names_all_there_is_to_know():
    spec = one_column("text", OneHot(categories=(("red", "green"),), drop=(None,), unknown="error"))
    with pytest.raises(InputError) as caught:
        features(spec, "red", "blue")
    assert str(caught.value) == (
        "column 'a' holds a category that the model does not know: expected one of 'red', 'green', got 'blue' - at "
        "<row 1>. Correct the cell; to let unknown categories in, fit the encoder so (handle_unknown) and export again"
    )


def test_an_empty_cell_where_a_category_is_wanted_names_the_imputer():
    spec = one_column("text", OneHot(categories=(("red", "green"),), drop=(None,), unknown="error"))
    with pytest.raises(InputError) as caught:
        features(spec, "red", None)
    assert str(caught.value) == (
        "column 'a' holds a category that the model does not know: expected one of 'red', 'green', got an empty cell - at "
        "<row 1>. Correct the cell; to let empty cells in, fit an imputer before the encoder (SimpleImputer) and export "
        "again"
    )


def test_few_of_many_known_categories_are_listed():
    spec = one_column("int64", Ordinal(categories=(tuple(range(50)),), unknown="error",
                                       unknown_value=None, missing_value=None))  # fmt: skip
    with pytest.raises(
        InputError, match=r"one of 0, 1, 2, 3, 4, 5, 6, 7, \.\.\. \(50 in all\), got an empty cell"
    ):
        features(spec, None)


def test_a_feature_that_stays_missing_is_an_error_under_error_and_passes_under_pass():
    with pytest.raises(InputError) as caught:
        features(one_column("float64"), 1.0, None)
    assert str(caught.value) == (
        "column 'a' is missing a value, and nothing fills it: expected a number, got an empty cell (NaN) - at <row 1>. "
        "Put a value in, or fit an imputer with the model and export again"
    )
    assert np.isnan(features(one_column("float64", missing="pass"), None, fed="float32")[0, 0])


def test_all_missing_columns_of_a_row_are_named():
    spec = TableInput(
        columns=tuple(Column(name=name, dtype="float64") for name in "abc"),
        features=(FeatureBlock(columns=("c", "b", "a"), dtype="float64", chain=()),),
        missing="error",
    )
    with pytest.raises(InputError, match="columns 'c', 'a' are missing a value"):
        FeaturePlan.of(spec, "float32").features([{"a": None, "b": 1.0, "c": None}], ["r"])


def test_an_ordinal_that_says_nan_for_unknown_is_an_error_under_error():
    step = Ordinal(categories=(("x",),), unknown="value", unknown_value=None, missing_value=None)
    with pytest.raises(InputError, match="column 'a' is missing a value"):
        features(one_column("text", step), "y")


@pytest.mark.parametrize(("fed", "cell"), [("float32", 1e39), ("float16", 65520.0), ("float16", -1e30)])
def test_a_number_beyond_what_the_graph_takes_is_an_error(fed, cell):
    with pytest.raises(
        InputError, match=re.escape(f"'a' makes a number beyond {fed}: got {cell!r} - at <row 1>")
    ):
        features(one_column("float64"), 1.0, cell, fed=fed)


def test_a_number_beyond_the_arithmetic_of_its_block_is_an_error():
    spec = one_column("float64", Standard(mean=None, scale=(1e-300,)))
    with pytest.raises(InputError, match="column 'a' makes a number beyond the arithmetic of its block"):
        features(spec, 1e300)
    with pytest.raises(InputError, match="beyond the arithmetic"):
        features(one_column("float64", block="float32"), 1e39)


def test_the_last_cast_rounds_once_to_nearest():
    # A float32 in between would round this to 1: float16 has 1 and 1 + 2**-10, and this lies just above the middle.
    assert features(one_column("float64"), 1 + 2**-11 + 2**-40, fed="float16")[0, 0] == np.float16(1 + 2**-10)


@pytest.mark.parametrize(
    "step",
    [
        Standard(mean=(1.0,), scale=(2.0,)),
        OneHot(categories=((1, 2),), drop=(None,), unknown="error"),
        Ordinal(categories=((1, 2),), unknown="error", unknown_value=None, missing_value=None),
    ],
)
def test_no_rows_make_no_features(step):
    width = 2 if isinstance(step, OneHot) else 1
    assert features(one_column("int64", step)).shape == (0, width)


def test_blocks_stand_side_by_side_in_the_wider_dtype():
    spec = TableInput(
        columns=(Column(name="a", dtype="float32"), Column(name="b", dtype="float64")),
        features=(
            FeatureBlock(columns=("b",), dtype="float64", chain=()),
            FeatureBlock(columns=("a",), dtype="float32", chain=()),
        ),
        missing="error",
    )
    made = FeaturePlan.of(spec, "float32").features([{"a": float(np.float32(0.1)), "b": 0.1}], ["r"])
    assert made.dtype == np.float64
    assert made.tolist() == [[0.1, float(np.float32(0.1))]]
