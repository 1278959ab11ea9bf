"""Random tables through live scikit-learn objects and through the runtime: the same bits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from tools.tables.cases import SHAPES, case
from tools.tables.compare import differing, features

from truecopy.errors import InputError, RecipeError
from truecopy_export.recipes.importer import import_recipe

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
EACH = 16  # cases of every shape in the quick run
MANY = 200
SIDES = st.integers(1, 6)
# scikit-learn squares what it fits on: beyond 1e150 its scale_ is infinite, which is refused.
REAL = st.floats(-1e100, 1e100) | st.floats(-10, 10)
CELLS = st.text(max_size=3) | st.none()


def read(fitted, **options):
    return import_recipe(
        fitted, module=None, architecture=None, arguments=None, pass_order="horizontal", options=options
    )


def rows_of(array):
    return [
        {f"x{place}": None if cell != cell else cell for place, cell in enumerate(row)}  # noqa: PLR0124 - NaN
        for row in array.tolist()
    ]


def counted(fitted, rows, **options):
    """(values compared, values that differ)."""
    recipe = read(fitted, **options)
    expected = recipe.original(rows)
    return expected.size, differing(expected, features(recipe.input, rows))


def swept(shape, count):
    compared = wrong = 0
    for number in range(shape, len(SHAPES) * count, len(SHAPES)):
        made = case(number)
        size, different = counted(made.fitted, made.rows, **made.options)
        compared, wrong = compared + size, wrong + different
    return compared, wrong


@pytest.mark.parametrize("shape", range(len(SHAPES)), ids=[name for name, _ in SHAPES])
def test_random_objects_on_random_tables_make_the_same_bits(shape):
    compared, wrong = swept(shape, EACH)
    assert wrong == 0
    assert compared > 300


@pytest.mark.slow
@pytest.mark.parametrize("shape", range(len(SHAPES)), ids=[name for name, _ in SHAPES])
def test_many_more_of_them_make_the_same_bits(shape):
    compared, wrong = swept(shape, MANY)
    assert wrong == 0
    assert compared > 5000


@settings(max_examples=60, deadline=None)
@given(data=st.data(), columns=SIDES, dtype=st.sampled_from([np.float64, np.float32]))
def test_any_numbers_through_imputer_and_scalers_make_the_same_bits(data, columns, dtype):
    width = 32 if dtype is np.float32 else 64
    number = st.floats(-1e6, 1e6, width=width) if dtype is np.float32 else REAL
    train = data.draw(arrays(dtype, st.tuples(SIDES, st.just(columns)), elements=number))
    serve = data.draw(
        arrays(dtype, st.tuples(SIDES, st.just(columns)), elements=number | st.just(float("nan")))
    )
    scaler = data.draw(
        st.sampled_from(
            [StandardScaler(), StandardScaler(with_std=False), MinMaxScaler(clip=True), MinMaxScaler()]
        )
    )
    fitted = make_pipeline(SimpleImputer(), scaler).fit(train)
    stated = {"dtype": "float32"} if dtype is np.float32 else {}
    scale = getattr(fitted[-1], "scale_", None)
    if stated and scale is not None and not np.float32(scale).all():
        # Numbers that hardly differ: what they are divided by would be 0.
        with pytest.raises(RecipeError, match="is 0 in float32"):
            counted(fitted, rows_of(serve), **stated)
        return
    _, wrong = counted(fitted, rows_of(serve), **stated)
    assert wrong == 0


@settings(max_examples=60, deadline=None)
@given(
    train=st.lists(CELLS, min_size=1, max_size=8).filter(any),  # of None alone nobody can tell the type
    serve=st.lists(CELLS, min_size=1, max_size=8),
    encoder=st.sampled_from(
        [
            OneHotEncoder(handle_unknown="ignore"),
            OneHotEncoder(handle_unknown="ignore", drop="if_binary"),
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        ]
    ),
)
def test_any_texts_with_none_through_an_encoder_make_the_same_bits(train, serve, encoder):
    fitted = encoder.fit(np.array(train, object)[:, np.newaxis])
    _, wrong = counted(fitted, [{"x0": cell} for cell in serve])
    assert wrong == 0


@pytest.mark.parametrize("known", [[[1], [2]], [[1.5], [2.5]], [[True], [False]], [["a"], ["b"]]], ids=str)
def test_an_empty_cell_that_is_no_category_is_zeros_under_ignore(known):
    fitted = OneHotEncoder(handle_unknown="ignore").fit(pd.DataFrame(known, columns=["c"]))
    given = [{"c": known[0][0]}, {"c": None}, {"c": known[1][0]}]
    compared, wrong = counted(fitted, given)
    assert (compared, wrong) == (6, 0)
    assert not read(fitted).original(given)[1].any()


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_one_row_and_no_row_make_what_many_make(number):
    made = case(number)
    recipe = read(made.fitted, **made.options)
    whole = recipe.original(made.rows)
    single = [features(recipe.input, [row]) for row in made.rows]
    assert differing(whole, np.concatenate(single)) == 0
    assert recipe.original([]).shape == features(recipe.input, []).shape == (0, whole.shape[1])


@pytest.mark.parametrize("encoder", [OneHotEncoder(), OrdinalEncoder()])
def test_a_category_that_training_never_saw_is_refused_by_both(encoder):
    recipe = read(encoder.fit(np.array([["a"], ["b"]], object)))
    with pytest.raises(ValueError, match="unknown categories"):
        recipe.original([{"x0": "c"}])
    with pytest.raises(InputError, match="column 'x0' holds a category that the model does not know"):
        features(recipe.input, [{"x0": "c"}])


def test_infinity_is_refused_by_both():
    recipe = read(StandardScaler().fit([[1.0], [2.0]]))
    with pytest.raises(ValueError, match="infinity"):
        recipe.original([{"x0": float("inf")}])
    with pytest.raises(InputError, match="x0"):
        features(recipe.input, [{"x0": float("inf")}])
