"""Fitted scalers of the target: which steps undo them, in which order, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, PowerTransformer, StandardScaler

from truecopy.contract import UndoLog1p, UndoMinMax, UndoStandard
from truecopy.errors import RecipeError
from truecopy_export.recipes.sklearn.targets import read_undo

TARGETS = np.array([[1.0], [3.0], [8.0]])
LOG = FunctionTransformer(np.log1p, inverse_func=np.expm1)


def refusal(*objects: object) -> str:
    with pytest.raises(RecipeError) as caught:
        read_undo(objects)
    return str(caught.value)


def test_a_standard_scaler_is_undone_by_its_statistics():
    scaler = StandardScaler().fit(np.array([[0.0, 10.0], [2.0, 30.0]]))
    assert read_undo([scaler]) == (UndoStandard(mean=(1.0, 20.0), scale=(1.0, 10.0)),)


def test_what_the_flags_leave_out_is_not_undone():
    assert read_undo([StandardScaler(with_mean=False).fit(TARGETS)])[0].mean is None
    assert read_undo([StandardScaler(with_std=False).fit(TARGETS)]) == (
        UndoStandard(mean=(4.0,), scale=None),
    )
    assert read_undo([StandardScaler(with_mean=False, with_std=False).fit(TARGETS)]) == ()


def test_a_min_max_scaler_is_undone_by_its_own_numbers():
    assert read_undo([MinMaxScaler((0, 14)).fit(TARGETS)]) == (UndoMinMax(min=(-2.0,), scale=(2.0,)),)


def test_a_pipeline_is_undone_from_its_end_and_a_list_in_its_order():
    pipeline = make_pipeline(LOG, "passthrough", StandardScaler()).fit(TARGETS)
    last, first = read_undo([pipeline])
    assert isinstance(last, UndoStandard)
    assert first == UndoLog1p()
    assert read_undo([pipeline[-1], LOG]) == (last, first)


def test_an_identity_undoes_nothing():
    assert read_undo([FunctionTransformer(), None]) == ()


def test_numbers_are_those_that_inverse_transform_uses():
    scaler = MinMaxScaler((-1, 3)).fit(TARGETS)
    (step,) = read_undo([scaler])
    answers = np.array([[-0.7], [0.1], [9.0]])
    np.testing.assert_array_equal((answers - step.min) / step.scale, scaler.inverse_transform(answers))


def test_an_unfitted_scaler_is_refused():
    assert refusal(StandardScaler()).startswith("StandardScaler is not fitted. Fit it first")
    assert refusal(MinMaxScaler()).startswith("MinMaxScaler is not fitted")


def test_others_are_refused_by_name():
    assert "PowerTransformer of the target cannot be undone exactly" in refusal(
        PowerTransformer().fit(TARGETS)
    )
    assert "the code inside FunctionTransformer(sqrt) of the target" in refusal(FunctionTransformer(np.sqrt))
    assert "dict is no class of scikit-learn" in refusal({"mean": 1})


def test_a_logarithm_without_its_inverse_is_refused():
    assert "Give it inverse_func=numpy.expm1" in refusal(FunctionTransformer(np.log1p))


def test_a_wrong_inverse_is_refused_by_its_name():
    assert "the inverse_func exp is not that of FunctionTransformer(log1p): expected numpy.expm1" in refusal(
        FunctionTransformer(np.log1p, inverse_func=np.exp)
    )
