"""scikit-learn objects that no document can hold: which part, where it stands, and what comes nearest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

from truecopy.errors import RecipeError
from truecopy_export.recipes.importer import import_recipe

NAN = float("nan")
NUMBERS = np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 80.0]])
WORDS = np.array([["a"], ["b"], ["b"]], object)


class Own(TransformerMixin, BaseEstimator):
    n_features_in_ = 2

    def fit(self, table, _target=None):
        return self

    def transform(self, table):
        return table * 2


def refusal(fitted: object, *, takes: str = "pil", **options: str) -> str:
    with pytest.raises(RecipeError) as caught:
        import_recipe(
            fitted, module=None, architecture=None, arguments=None, pass_order="horizontal",
            recipe_input=takes, options=options,
        )  # fmt: skip
    return str(caught.value)


@pytest.mark.parametrize(
    "unfitted",
    [SimpleImputer(), StandardScaler(), MinMaxScaler(), OneHotEncoder(), OrdinalEncoder(),
     ColumnTransformer([("a", StandardScaler(), [0])])],
    ids=lambda part: type(part).__name__,
)  # fmt: skip
def test_an_unfitted_object_is_refused(unfitted: object):
    assert refusal(unfitted).startswith(f"{type(unfitted).__name__} is not fitted")
    assert "Fit it first" in refusal(unfitted)


def test_an_unfitted_pipeline_names_its_part():
    text = refusal(Pipeline([("scale", StandardScaler())]))
    assert "StandardScaler is not fitted" in text
    assert "Pipeline['scale']: StandardScaler" in text


@pytest.mark.parametrize(
    ("part", "nearest"),
    [(RobustScaler(), "StandardScaler or MinMaxScaler"), (PowerTransformer(), "StandardScaler or MinMaxScaler"),
     (KNNImputer(), "SimpleImputer"), (FeatureUnion([("a", StandardScaler())]), "ColumnTransformer")],
    ids=lambda part: type(part).__name__,
)  # fmt: skip
def test_a_part_that_no_step_does_is_refused_with_the_nearest(part: object, nearest: str):
    text = refusal(part.fit(NUMBERS))
    assert f"{type(part).__name__} cannot be expressed exactly" in text
    assert f"The nearest is {nearest}" in text


def test_a_part_without_a_near_one_goes_into_the_network():
    assert "Put it into the network" in refusal(PCA(2).fit(NUMBERS))


def test_the_path_leads_to_the_part():
    inner = ColumnTransformer([("num", RobustScaler(), [0])])
    text = refusal(Pipeline([("prep", inner)]).fit(NUMBERS))
    assert "at Pipeline['prep']: ColumnTransformer['num']: RobustScaler" in text


def test_a_class_of_ones_own_is_refused():
    text = refusal(make_pipeline(StandardScaler(), Own()).fit(NUMBERS))
    assert "Own is no class of scikit-learn: its code cannot be read" in text


def test_a_class_derived_from_one_of_scikit_learn_is_refused_too():
    class Clipped(StandardScaler):
        pass

    assert "Clipped is no class of scikit-learn" in refusal(Clipped().fit(NUMBERS))
    assert "Own is no class of scikit-learn" in refusal(Own())


def test_a_pipeline_that_ends_in_a_model_is_refused():
    fitted = make_pipeline(StandardScaler(), DecisionTreeClassifier()).fit(NUMBERS, [0, 1, 1])
    text = refusal(fitted)
    assert "DecisionTreeClassifier predicts: it is the model, not its preprocessing" in text
    assert "Pass pipeline[:-1]" in text
    recipe = import_recipe(
        fitted[:-1], module=None, architecture=None, arguments=None, pass_order="horizontal"
    )
    assert len(recipe.input.features) == 1


def test_a_function_is_refused_by_its_name():
    assert "the code inside FunctionTransformer(sqrt) cannot be read" in refusal(
        FunctionTransformer(np.sqrt).fit(NUMBERS)
    )


def test_a_fill_of_nan_is_refused():
    empty = SimpleImputer(strategy="constant", fill_value=NAN).fit(NUMBERS)
    assert "SimpleImputer fills with NaN" in refusal(empty)


def test_columns_of_one_name_are_refused():
    twice = StandardScaler().fit(pd.DataFrame(NUMBERS, columns=["a", "b"]))
    twice.feature_names_in_ = np.array(["a", "a"], object)  # newer ones refuse such a frame themselves
    assert "two columns are called 'a'" in refusal(twice)


@pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8), reason="older ones compute in float64"
)
def test_a_scale_that_float32_cannot_hold_is_refused():
    tiny = StandardScaler().fit(np.array([[1e-60], [3e-60]]) * 1e-1)
    assert "scale_ of column 'x0' is 0 in float32" in refusal(tiny, dtype="float32")


def test_indicators_are_refused():
    assert "add_indicator adds columns" in refusal(SimpleImputer(add_indicator=True).fit([[1.0], [NAN]]))


@pytest.mark.parametrize("encoder", [OneHotEncoder(min_frequency=2), OrdinalEncoder(max_categories=1)])
def test_infrequent_categories_are_refused(encoder: object):
    assert f"{type(encoder).__name__} groups infrequent categories" in refusal(encoder.fit(WORDS))


def test_a_column_transformer_inside_another_is_refused():
    nested = ColumnTransformer([("outer", ColumnTransformer([("inner", StandardScaler(), [0])]), [0, 1])])
    assert "a ColumnTransformer inside another one" in refusal(nested.fit(NUMBERS))


def test_weights_are_refused():
    weighted = ColumnTransformer([("a", StandardScaler(), [0])], transformer_weights={"a": 2.0})
    assert "transformer_weights multiply the features" in refusal(weighted.fit(NUMBERS))


def test_text_that_reaches_the_network_is_refused():
    passing = ColumnTransformer([("a", SimpleImputer(strategy="most_frequent"), ["city"])])
    text = refusal(passing.fit(pd.DataFrame({"city": ["a", "b"]})))
    assert "column 'city' leaves the object as text, and a network takes numbers" in text
    assert "OneHotEncoder or OrdinalEncoder" in text


def test_none_and_nan_in_one_column_are_refused():
    both = np.array([["a"], [None], [NAN]], object)
    assert "two categories for missing cells, None and NaN" in refusal(OneHotEncoder().fit(both))


def test_none_for_one_part_and_nan_for_another_are_refused():
    frame = pd.DataFrame({"word": pd.Series(["a", None, "b"], dtype=object)})
    parts = ColumnTransformer([("a", OneHotEncoder(), ["word"]), ("b", OrdinalEncoder(), ["word"])]).fit(
        frame
    )
    parts.transformers_[1][1].fit(frame.fillna(NAN))
    assert "column 'word' has missing cells as None for one part and as NaN for another" in refusal(parts)


def test_a_column_of_bools_and_numbers_is_refused():
    mixed = OneHotEncoder().fit(np.array([[True], [3]], object))
    assert "the categories of column 'x0' mix bool and int64" in refusal(mixed)


def test_text_for_one_part_and_a_number_for_another_is_refused():
    digits = pd.DataFrame({"n": pd.Series(["1", "2"], dtype=object)})
    both = ColumnTransformer([("a", OrdinalEncoder(), ["n"]), ("b", StandardScaler(), ["n"])]).fit(digits)
    assert "column 'n' is text for one part and a number for another" in refusal(both)


def test_categories_of_another_type_are_refused():
    days = pd.DataFrame({"day": pd.to_datetime(["2020-01-01", "2021-01-01"])})
    assert "a category of column 'day' is a datetime64" in refusal(OneHotEncoder().fit(days))


def test_two_encoders_and_a_scaler_before_one_are_refused():
    twice = make_pipeline(OrdinalEncoder(), OneHotEncoder()).fit(WORDS)
    assert "column 'x0' is encoded already" in refusal(twice)
    scaled = make_pipeline(StandardScaler(), OneHotEncoder()).fit(NUMBERS)
    assert "column 'x0' is scaled before it is encoded" in refusal(scaled)


def test_some_features_of_an_encoded_column_are_refused():
    first = OneHotEncoder(sparse_output=False)
    some = make_pipeline(first, ColumnTransformer([("a", "passthrough", [1])])).fit(WORDS)
    assert "takes some of the features that one encoded column has become" in refusal(some)


def test_statistics_of_a_column_that_was_empty_are_refused():
    with np.errstate(all="ignore"):
        empty = StandardScaler().fit(np.array([[NAN], [NAN]]))
    assert "mean_ of column 'x0' is nan: expected a finite number" in refusal(empty)


def test_a_sparse_matrix_that_is_scaled_is_refused():
    columns = ColumnTransformer(
        [("code", OneHotEncoder(), [0]), ("rest", "passthrough", [1])], sparse_threshold=1.0
    )
    fitted = make_pipeline(columns, StandardScaler(with_mean=False)).fit(NUMBERS)
    assert "multiplies a sparse matrix by 1 / scale_" in refusal(fitted)


def test_codes_that_wrap_round_in_their_dtype_are_refused():
    codes = OrdinalEncoder(dtype=np.uint8, handle_unknown="use_encoded_value", unknown_value=300)
    assert "300 does not fit into the dtype of OrdinalEncoder: got uint8" in refusal(codes.fit(WORDS))
    assert "OneHotEncoder makes float16" in refusal(OneHotEncoder(dtype=np.float16).fit(WORDS))


@pytest.mark.parametrize("part", [SimpleImputer(), MinMaxScaler()], ids=lambda part: type(part).__name__)
def test_float32_training_has_to_be_stated(part: object):
    text = refusal(part.fit(NUMBERS.astype(np.float32)))
    assert f"{type(part).__name__} was fitted on float32, and numbers are read as float64" in text
    assert "Type --recipe-arg dtype=float32" in text


def test_float32_of_an_array_with_text_is_refused():
    table = np.array([["a", 1.0], ["b", 2.0]], object)
    fitted = ColumnTransformer([("a", OneHotEncoder(), [0]), ("b", StandardScaler(), [1])]).fit(table)
    assert "an array that holds text holds no float32" in refusal(fitted, dtype="float32")


def test_float32_against_categories_of_float64_is_refused():
    assert "column 'x0' was float64 when its encoder was fitted" in refusal(
        OneHotEncoder().fit(NUMBERS[:, :1]), dtype="float32"
    )


def test_float32_before_float64_in_one_column_is_refused():
    frame = pd.DataFrame({"n": np.float32([1, 2, 4]), "w": ["a", "b", "b"]})
    columns = ColumnTransformer([("n", StandardScaler(), ["n"]), ("w", OrdinalEncoder(), ["w"])])
    fitted = make_pipeline(columns, StandardScaler()).fit(frame)
    assert "one scaler computes in float32 and a later one in float64" in refusal(fitted, dtype="float32")


def test_unknown_options_and_their_values_are_refused():
    fitted = StandardScaler().fit(NUMBERS)
    assert "this recipe has no option 'decoder'" in refusal(fitted, decoder="pillow")
    assert "option dtype of the recipe: expected one of float32, float64" in refusal(fitted, dtype="int8")
    assert "option missing of the recipe: expected one of error, pass" in refusal(fitted, missing="drop")
    assert "only a torchvision transform is given tensors" in refusal(fitted, takes="tensor")


def test_an_object_that_makes_nothing_is_refused():
    assert "the object makes no features" in refusal(ColumnTransformer([("a", "drop", [0, 1])]).fit(NUMBERS))
    assert "the Pipeline has no parts that do something" in refusal(Pipeline([("a", "passthrough")]))


def test_a_frame_needs_a_library_of_frames(monkeypatch: pytest.MonkeyPatch):
    fitted = StandardScaler().fit(pd.DataFrame(NUMBERS, columns=["a", "b"]))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert 'Type: pip install "truecopy-export[sklearn]"' in refusal(fitted)
