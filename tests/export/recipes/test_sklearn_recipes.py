"""Live scikit-learn objects: what becomes which step, and the original that is fed as training fed it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)
from tools.tables.compare import differing, features

from truecopy.contract import Column, FeatureBlock, Impute, MinMax, OneHot, Ordinal, Standard
from truecopy_export.recipes import Recipe
from truecopy_export.recipes.importer import import_recipe

NAN = float("nan")
FRAME = pd.DataFrame(
    {
        "age": [20.0, 40.0, NAN, 60.0],
        "city": ["Bern", "Aarau", "Bern", "Chur"],
        "rooms": [2, 3, 3, 2],
        "sold": [True, False, True, True],
        "name": ["a", "b", "c", "d"],
    }
)
NUMBERS = np.array([[1.0, 10.0, 5.0], [3.0, 30.0, 5.0], [5.0, 80.0, 5.0]])


def read(fitted: object, **options: str) -> Recipe:
    return import_recipe(
        fitted, module=None, architecture=None, arguments=None, pass_order="horizontal", options=options
    )


def blocks(fitted: object, **options: str) -> tuple[FeatureBlock, ...]:
    return read(fitted, **options).input.features


def chain(fitted: object, **options: str) -> tuple[object, ...]:
    (block,) = blocks(fitted, **options)
    return block.chain


def dtypes(recipe: Recipe) -> dict[str, str]:
    return {column.name: column.dtype for column in recipe.input.columns}


def rows(frame: pd.DataFrame = FRAME) -> list[dict[str, object]]:
    return [
        {name: None if pd.isna(cell) else cell for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def array_rows(array: np.ndarray) -> list[dict[str, object]]:
    return [{f"x{place}": cell for place, cell in enumerate(row)} for row in array.tolist()]


def wrong(fitted: object, given: list[dict[str, object]], **options: str) -> int:
    """How many values the runtime and `transform` have differently."""
    recipe = read(fitted, **options)
    return differing(recipe.original(given), features(recipe.input, given))


def test_an_imputer_is_its_statistics():
    assert chain(SimpleImputer(strategy="median").fit([[1.0, NAN], [3.0, 7.0]])) == (
        Impute(strategy="median", missing=None, fill=(2.0, 7.0)),
    )


def test_another_marker_of_missing_cells_is_written_down():
    fitted = SimpleImputer(missing_values=-1, strategy="constant", fill_value=9).fit([[-1], [3]])
    assert chain(fitted) == (Impute(strategy="constant", missing=-1, fill=(9.0,)),)
    assert wrong(fitted, [{"x0": -1.0}, {"x0": 2.0}]) == 0


def test_a_column_that_was_empty_at_training_is_dropped_and_said():
    fitted = SimpleImputer().fit([[NAN, 1.0], [NAN, 5.0]])
    recipe = read(fitted)
    assert recipe.input.features[0].columns == ("x1",)
    assert "column 'x0' was empty at training: SimpleImputer drops it" in recipe.notes
    assert wrong(fitted, [{"x0": 3.0, "x1": None}]) == 0


def test_an_empty_column_that_is_kept_is_filled():
    fitted = SimpleImputer(keep_empty_features=True).fit([[NAN, 1.0], [NAN, 5.0]])
    assert chain(fitted)[0].fill == (0.0, 3.0)
    assert wrong(fitted, [{"x0": None, "x1": None}]) == 0


def test_fills_of_an_own_function_are_written_down_and_said():
    recipe = read(SimpleImputer(strategy=np.max).fit([[1.0], [5.0]]))
    assert recipe.input.features[0].chain[0].fill == (5.0,)
    assert "a function of your own" in recipe.notes[-1]


def test_the_flags_of_a_standard_scaler_are_read_not_its_statistics():
    assert chain(StandardScaler(with_mean=False).fit(NUMBERS[:, :1]))[0].mean is None
    assert chain(StandardScaler(with_std=False).fit(NUMBERS[:, :1])) == (Standard(mean=(3.0,), scale=None),)
    assert chain(StandardScaler(with_mean=False, with_std=False).fit(NUMBERS)) == ()


def test_a_constant_column_is_divided_by_one():
    assert chain(StandardScaler().fit(NUMBERS))[0].scale[2] == 1.0


def test_a_min_max_scaler_clips_only_where_it_was_told_to():
    fitted = MinMaxScaler((-1, 3)).fit([[0.0], [2.0]])
    assert chain(fitted) == (MinMax(scale=(2.0,), min=(-1.0,), clip=None),)
    assert chain(MinMaxScaler((-1, 3), clip=True).fit([[0.0], [2.0]]))[0].clip == (-1.0, 3.0)


def test_a_one_hot_encoder_is_its_categories():
    fitted = OneHotEncoder(drop="if_binary", handle_unknown="ignore").fit(FRAME[["city", "name"]])
    (block,) = blocks(fitted)
    assert block.columns == ("city", "name")
    assert block.chain == (
        OneHot(
            categories=(("Aarau", "Bern", "Chur"), ("a", "b", "c", "d")), drop=(None, None), unknown="zeros"
        ),
    )


@pytest.mark.parametrize("policy", ["ignore", "infrequent_if_exist", "warn"])
def test_policies_without_infrequent_categories_give_zeros(policy: str):
    if policy == "warn" and not hasattr(OneHotEncoder, "__sklearn_tags__"):
        pytest.skip("handle_unknown='warn' came with scikit-learn 1.6")
    fitted = OneHotEncoder(handle_unknown=policy, min_frequency=1).fit(FRAME[["city"]])
    assert chain(fitted)[0].unknown == "zeros"
    assert wrong(fitted, [{"city": "Genf"}, {"city": "Chur"}]) == 0


def test_a_dropped_category_is_its_place():
    assert chain(OneHotEncoder(drop=["Bern"]).fit(FRAME[["city"]]))[0].drop == (1,)
    assert chain(OneHotEncoder(drop="first").fit(FRAME[["city"]]))[0].drop == (0,)


def test_a_column_with_one_category_that_is_dropped_makes_no_feature():
    fitted = make_column_transformer((OneHotEncoder(drop="first"), [0]), (StandardScaler(), [1])).fit(
        np.array([[7.0, 1.0], [7.0, 3.0]])
    )
    recipe = read(fitted)
    assert [block.columns for block in recipe.input.features] == [("x1",)]
    assert "it makes no feature" in recipe.notes[-1]
    assert wrong(fitted, [{"x0": 7.0, "x1": 2.5}]) == 0


def test_an_ordinal_encoder_is_its_categories_and_both_its_values():
    fitted = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    words = pd.DataFrame({"word": pd.Series(["b", NAN, "a"], dtype=object)})
    assert chain(fitted.fit(words)) == (
        Ordinal(categories=(("a", "b", None),), unknown="value", unknown_value=-1.0, missing_value=-2.0),
    )
    assert wrong(fitted, [{"word": None}, {"word": "z"}, {"word": "b"}]) == 0


def test_none_as_a_category_is_numbered_like_the_others_and_nan_is_not():
    by_none = OrdinalEncoder().fit(np.array([["b"], [None], ["a"]], object))
    by_nan = OrdinalEncoder().fit(np.array([["b"], [NAN], ["a"]], object))
    assert chain(by_none)[0].missing_value == 2.0
    assert chain(by_nan)[0].missing_value is None
    given = [{"x0": None}, {"x0": "b"}]
    assert wrong(by_none, given) == 0
    assert wrong(by_nan, given, missing="pass") == 0


@pytest.mark.parametrize(
    ("column", "dtype", "categories"),
    [
        ("city", "text", ("Aarau", "Bern", "Chur")),
        ("rooms", "int64", (2, 3)),
        ("sold", "bool", (False, True)),
        ("age", "float64", (20.0, 40.0, 60.0, None)),
    ],
)
def test_the_type_of_the_categories_is_the_type_of_the_column(column: str, dtype: str, categories: tuple):
    fitted = OneHotEncoder().fit(FRAME[[column]])
    recipe = read(fitted)
    assert dtypes(recipe) == {column: dtype}
    (known,) = recipe.input.features[0].chain[0].categories
    assert known == categories
    assert [type(cell) for cell in known] == [type(cell) for cell in categories]
    assert wrong(fitted, rows(FRAME[[column]])) == 0


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_every_dtype_that_pandas_has_for_text_is_text(dtype: str):
    frame = FRAME[["city"]].astype(dtype)
    fitted = OneHotEncoder().fit(frame)
    assert dtypes(read(fitted)) == {"city": "text"}
    assert wrong(fitted, rows(frame)) == 0


def test_missing_text_of_pandas_3_is_nan_and_becomes_the_category_null():
    frame = pd.DataFrame({"word": ["b", None, "a"]})
    fitted = OneHotEncoder().fit(frame)
    assert chain(fitted)[0].categories == (("a", "b", None),)
    assert wrong(fitted, rows(frame)) == 0


@pytest.mark.parametrize("marker", [NAN, None])
def test_text_is_filled_whatever_marker_the_imputer_looks_for(marker: object):
    frame = pd.DataFrame({"word": pd.Series(["b", marker, "b"], dtype=object)})
    fitted = make_pipeline(
        SimpleImputer(strategy="most_frequent", missing_values=marker), OneHotEncoder()
    ).fit(frame)
    assert chain(fitted)[0] == Impute(strategy="most_frequent", missing=None, fill=("b",))
    assert wrong(fitted, rows(frame)) == 0


def test_nullable_columns_of_pandas_are_filled():
    frame = pd.DataFrame({"n": pd.Series([1, None, 3], dtype="Int64")})
    fitted = SimpleImputer(missing_values=pd.NA, strategy="most_frequent").fit(frame)
    assert chain(fitted) == (Impute(strategy="most_frequent", missing=None, fill=(1.0,)),)
    assert wrong(fitted, rows(frame)) == 0


@pytest.mark.parametrize(
    "selection",
    [
        ["age", "rooms"],
        [0, 2],
        [-5, -3],
        np.array([True, False, True, False, False]),
        lambda frame: ["age", "rooms"],
    ],
    ids=["names", "places", "places from the end", "mask", "function"],
)
def test_every_way_to_select_columns_is_resolved_by_the_fit(selection: object):
    fitted = ColumnTransformer([("scale", MinMaxScaler(), selection)]).fit(FRAME)
    assert blocks(fitted)[0].columns == ("age", "rooms")
    assert wrong(fitted, rows(), missing="pass") == 0


def test_slices_and_selectors_select():
    assert blocks(ColumnTransformer([("s", OneHotEncoder(), slice("city", "rooms"))]).fit(FRAME))[
        0
    ].columns == ("city",)
    by_type = make_column_transformer((StandardScaler(), make_column_selector(dtype_include=float)))
    assert blocks(by_type.fit(FRAME))[0].columns == ("age",)
    assert blocks(ColumnTransformer([("s", StandardScaler(), slice(1, 3))]).fit(NUMBERS))[0].columns == (
        "x1",
        "x2",
    )


def test_blocks_stand_in_the_order_of_the_transformers_the_remainder_last():
    fitted = ColumnTransformer(
        [("c", OneHotEncoder(), ["city"]), ("d", "drop", ["name", "sold"]), ("a", StandardScaler(), ["age"])],
        remainder="passthrough",
    ).fit(FRAME)
    assert [block.columns for block in blocks(fitted)] == [("city",), ("age",), ("rooms",)]
    assert wrong(fitted, rows(), missing="pass") == 0


def test_a_remainder_may_be_an_object():
    fitted = ColumnTransformer([("a", "passthrough", [1])], remainder=MinMaxScaler()).fit(NUMBERS)
    (first, second) = blocks(fitted)
    assert (first.columns, first.chain, second.columns) == (("x1",), (), ("x0", "x2"))
    assert wrong(fitted, array_rows(NUMBERS)) == 0


def test_a_column_may_be_taken_twice_and_an_empty_selection_is_nothing():
    fitted = ColumnTransformer(
        [
            ("none", StandardScaler(), []),
            ("code", OneHotEncoder(), ["rooms"]),
            ("scale", StandardScaler(), ["rooms"]),
        ]
    ).fit(FRAME)
    recipe = read(fitted)
    assert [block.columns for block in recipe.input.features] == [("rooms",), ("rooms",)]
    assert dtypes(recipe)["rooms"] == "float64"
    assert wrong(fitted, rows()) == 0


def test_parameters_before_and_behind_a_column_transformer_are_sliced_by_column():
    columns = ColumnTransformer(
        [("code", OneHotEncoder(sparse_output=False), [2]), ("rest", "passthrough", [1, 0])]
    )
    table = np.array([[NAN, 4.0, 1.0], [2.0, 8.0, 0.0], [4.0, NAN, 1.0]])
    fitted = make_pipeline(SimpleImputer(), columns, StandardScaler()).fit(table)
    coded, rest = blocks(fitted)
    assert coded.columns == ("x2",)
    assert len(coded.chain[-1].mean) == 2
    assert rest.columns == ("x1", "x0")
    assert rest.chain == (
        Impute(strategy="mean", missing=None, fill=(6.0, 3.0)),
        Standard(mean=(6.0, 3.0), scale=tuple(fitted[-1].scale_[2:].tolist())),
    )
    assert wrong(fitted, [{"x0": None, "x1": 5.0, "x2": 1.0}]) == 0


def test_identities_and_passthroughs_are_nothing():
    fitted = Pipeline(
        [("a", "passthrough"), ("b", FunctionTransformer()), ("c", None), ("d", StandardScaler())]
    )
    fitted.fit(FRAME[["rooms"]])
    assert [type(step) for step in chain(fitted)] == [Standard]
    assert wrong(fitted, rows(FRAME[["rooms"]])) == 0


def test_the_output_container_changes_nothing():
    fitted = ColumnTransformer([("a", SimpleImputer(), ["age"]), ("b", OrdinalEncoder(), ["city"])])
    fitted.set_output(transform="pandas").fit(FRAME)
    assert wrong(fitted, rows()) == 0


def test_without_names_the_columns_are_called_as_scikit_learn_calls_them():
    fitted = StandardScaler().fit(NUMBERS)
    recipe = read(fitted)
    assert recipe.input.columns == tuple(Column(name=f"x{place}", dtype="float64") for place in range(3))
    assert list(fitted.get_feature_names_out()) == list(recipe.input.names)
    assert recipe.notes == (
        "the object was fitted without column names: they are x0 to x2, as get_feature_names_out says",
    )


def test_an_array_of_text_and_numbers_is_read_by_its_elements():
    table = np.array([["a", 1, True], ["b", 3, False]], object)
    fitted = ColumnTransformer([("code", OneHotEncoder(), [0, 2]), ("scale", StandardScaler(), [1])]).fit(
        table
    )
    recipe = read(fitted)
    assert dtypes(recipe) == {"x0": "text", "x1": "float64", "x2": "bool"}
    assert wrong(fitted, [{"x0": "b", "x1": 2.0, "x2": True}]) == 0


def test_float32_training_makes_float32_columns_and_blocks():
    table = np.random.default_rng(0).normal(1e3, 1, (20, 2)).astype(np.float32)
    fitted = make_pipeline(SimpleImputer(), StandardScaler()).fit(table)
    recipe = read(fitted, dtype="float32")
    assert dtypes(recipe) == {"x0": "float32", "x1": "float32"}
    assert recipe.input.features[0].dtype == "float32"
    assert recipe.original(array_rows(table)).dtype == np.float32
    assert wrong(fitted, array_rows(table), dtype="float32") == 0


def test_a_missing_number_may_pass_where_that_is_stated():
    fitted = StandardScaler().fit(NUMBERS)
    assert read(fitted).input.missing == "error"
    assert read(fitted, missing="pass").input.missing == "pass"


def test_a_sparse_result_is_made_dense():
    fitted = ColumnTransformer([("c", OneHotEncoder(), ["city"])], sparse_threshold=1.0).fit(FRAME)
    assert fitted.sparse_output_
    assert isinstance(read(fitted).original(rows()), np.ndarray)
    assert wrong(fitted, rows()) == 0


def test_a_scaler_of_sparse_ones_divides_as_it_multiplies():
    fitted = make_pipeline(OneHotEncoder(), StandardScaler(with_mean=False)).fit(FRAME[["city"]])
    assert wrong(fitted, rows(FRAME[["city"]])) == 0


def test_a_scaler_of_sparse_float32_ones_divides_by_what_is_not_rounded():
    letters = np.array([["a"], ["b"], ["c"], ["a"], ["b"], ["a"]] * 6, object)
    fitted = make_pipeline(OneHotEncoder(dtype=np.float32), StandardScaler(with_mean=False)).fit(letters)
    (block,) = blocks(fitted)
    assert block.dtype == "float32"
    assert block.chain[1].scale == tuple(fitted[1].scale_.tolist())
    assert wrong(fitted, [{"x0": letter} for letter in "abc"]) == 0


@pytest.mark.parametrize("seed", range(8))
def test_random_sparse_float32_ones_are_scaled_to_the_same_bits(seed: int):
    letters = np.random.default_rng(seed).choice(list("abcdefg"), size=(9 + seed, 2)).astype(object)
    fitted = make_pipeline(OneHotEncoder(dtype=np.float32), StandardScaler(with_mean=False)).fit(letters)
    assert wrong(fitted, [{"x0": one, "x1": other} for one, other in letters]) == 0


def test_neighbours_that_differ_in_more_than_numbers_stay_two_blocks():
    fitted = ColumnTransformer(
        [("a", MinMaxScaler(clip=True), [0]), ("b", MinMaxScaler(), [1]), ("c", MinMaxScaler(), [2])]
    ).fit(NUMBERS)
    assert [block.columns for block in blocks(fitted)] == [("x0",), ("x1", "x2")]


def test_no_row_makes_no_features():
    assert read(OneHotEncoder().fit(FRAME[["city"]])).original([]).shape == (0, 3)


def test_a_column_that_nobody_reads_may_be_absent_from_the_rows():
    fitted = ColumnTransformer([("a", SimpleImputer(), ["age"])]).fit(FRAME)
    recipe = read(fitted)
    assert recipe.input.used == {"age"}
    assert recipe.input.names == ("age", "city", "rooms", "sold", "name")
    assert recipe.original([{"age": 7.0}]).tolist() == [[7.0]]
