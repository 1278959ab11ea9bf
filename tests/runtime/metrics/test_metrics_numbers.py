"""Errors of a regression: equal to scikit-learn's, one number, constant truths and the ends of float64 included."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from truecopy.errors import InputError
from truecopy.metrics import numbers_quality, quantity_score

WHOLE = st.integers(-1000, 1000).map(float)
REAL = st.floats(-1e6, 1e6, allow_subnormal=False)


@settings(deadline=None)
@given(st.one_of(*(st.lists(st.tuples(kind, kind), min_size=2, max_size=12) for kind in (WHOLE, REAL))))
def test_every_error_is_scikit_learns(pairs):
    said, truth = np.array(pairs).T
    made = quantity_score(said, truth, "mass", "kg")
    assert made.mae == pytest.approx(sklearn_metrics.mean_absolute_error(truth, said), rel=1e-9)
    assert made.rmse == pytest.approx(sklearn_metrics.root_mean_squared_error(truth, said), rel=1e-9, abs=1e-150)  # fmt: skip
    assert made.largest == pytest.approx(sklearn_metrics.max_error(truth, said), rel=1e-9)
    assert made.bias == pytest.approx((said - truth).mean(), rel=1e-9)
    assert abs(said - truth)[made.largest_item] == made.largest


@settings(deadline=None)
@given(st.lists(st.tuples(WHOLE, WHOLE), min_size=2, max_size=12))
def test_r2_is_scikit_learns(pairs):
    said, truth = np.array(pairs).T
    expected = sklearn_metrics.r2_score(truth, said)
    assert quantity_score(said, truth, "mass", "kg").r2 == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("said", "r2"), [([5, 5, 5], 1), ([5, 5, 6], 0), ([6, 6, 6], 0)])
def test_of_a_constant_truth_r2_is_1_where_all_is_right_and_else_0(said, r2):
    assert quantity_score(said, [5, 5, 5], "mass", "kg").r2 == r2
    assert sklearn_metrics.r2_score([5, 5, 5], said) == r2


def test_the_rounding_of_the_mean_of_a_constant_truth_is_no_variance():
    """The mean of three times 0.1 is another number than 0.1: scikit-learn makes about -1e31 of that."""
    assert quantity_score([0.1, 0.1, 0.2], [0.1] * 3, "mass", "kg").r2 == 0


def test_of_one_item_r2_is_undefined():
    made = quantity_score([3], [1], "mass", None)
    assert (made.mae, made.rmse, made.bias, made.largest, made.largest_item) == (2, 2, 2, 2, 0)
    assert math.isnan(made.r2)
    assert made.to_dict() == {
        "name": "mass", "unit": None, "mae": 2, "rmse": 2, "bias": 2, "r2": None, "largest": 2, "largest_item": 0,
    }  # fmt: skip


@pytest.mark.parametrize("size", [1e-170, 1e170])
def test_numbers_whose_squares_are_no_floats_keep_their_error(size):
    made = quantity_score([3 * size, 0], [0, 4 * size], "mass", "kg")
    assert made.rmse == pytest.approx(size * math.sqrt(12.5), rel=1e-12)
    assert made.r2 == pytest.approx(sklearn_metrics.r2_score([0, 4], [3, 0]), rel=1e-12)


def test_an_error_beyond_float64_is_infinite_and_null_in_json():
    made = quantity_score([1.5e308, 0], [-1.5e308, 1], "mass", "kg")
    assert made.largest == math.inf
    assert made.to_dict()["rmse"] is None


def test_r2_of_truths_that_hardly_differ_is_infinitely_bad_and_no_crash():
    made = quantity_score([0, 1], [0, 8e-207], "mass", "kg")
    assert made.r2 == -math.inf
    assert made.to_dict()["r2"] is None


def test_quantities_are_measured_each_by_itself():
    made = numbers_quality([[1, 10], [2, 30]], [[1, 11], [4, 30]], ["mass", "count"], ["kg", None])
    assert [(one.name, one.unit, one.mae, one.bias) for one in made.quantities] == [
        ("mass", "kg", 1, -1),
        ("count", None, 0.5, -0.5),
    ]
    assert json.loads(json.dumps(made.to_dict(), allow_nan=False))["items"] == 2
    assert made.said.tolist() == [[1, 10], [2, 30]]
    with pytest.raises(ValueError, match="read-only"):
        made.truth[0, 0] = 1


def test_nan_and_other_shapes_are_refused():
    with pytest.raises(InputError, match="`truth` holds NaN or infinity: expected finite numbers"):
        quantity_score([1.0], [math.nan], "mass", "kg")
    with pytest.raises(InputError, match=r"`truth` has another shape: expected \(1, 2\), got \(2, 1\)"):
        numbers_quality([[1, 2]], [[1], [2]], ["mass", "count"], ["kg", None])
    with pytest.raises(InputError, match="`said` is empty"):
        quantity_score([], [], "mass", "kg")
