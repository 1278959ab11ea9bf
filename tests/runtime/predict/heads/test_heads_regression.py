from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.contract import UndoLog1p, UndoMinMax, UndoStandard
from truecopy.errors import OutputError
from truecopy.predict.heads import activate, decide

TARGETS = st.lists(st.tuples(*[st.floats(-1e6, 1e6, width=32)] * 2), min_size=2, max_size=6)


def standard(mean=None, scale=None):
    return UndoStandard(mean=mean, scale=scale)


@settings(deadline=None)
@given(TARGETS)
def test_a_standard_scaler_is_undone_to_the_bits_of_scikit_learn(regression, targets):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    fitted = preprocessing.StandardScaler().fit(np.array(targets))
    task = regression("a", "b", undo=(standard(tuple(fitted.mean_.tolist()), tuple(fitted.scale_.tolist())),))
    answer = np.array(targets, np.float32)
    assert np.array_equal(activate(task, answer), fitted.inverse_transform(answer.astype(np.float64)))


@settings(deadline=None)
@given(TARGETS, st.sampled_from([(0, 1), (-1, 1)]))
def test_a_min_max_scaler_is_undone_to_the_bits_of_scikit_learn(regression, targets, between):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    fitted = preprocessing.MinMaxScaler(between).fit(np.array(targets))
    undo = UndoMinMax(min=tuple(fitted.min_.tolist()), scale=tuple(fitted.scale_.tolist()))
    answer = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
    expected = fitted.inverse_transform(answer.astype(np.float64))
    assert np.array_equal(activate(regression("a", "b", undo=(undo,)), answer), expected)


def test_steps_are_undone_in_the_order_in_which_they_stand(regression):
    """Trained on log1p and then standard: undone standard first."""
    first, second = standard((1.0,), (2.0,)), UndoLog1p()
    answer = np.array([[0.5], [-0.25]], np.float32)
    x = answer.astype(np.float64)
    assert np.array_equal(activate(regression("y", undo=(first, second)), answer), np.expm1(x * 2.0 + 1.0))
    assert np.array_equal(activate(regression("y", undo=(second, first)), answer), np.expm1(x) * 2.0 + 1.0)


@pytest.mark.parametrize(("undo", "expected"), [(standard(), 3.0), (standard(mean=(10.0,)), 13.0), (standard(scale=(4.0,)), 12.0)])  # fmt: skip
def test_a_part_of_a_standard_scaler_may_be_absent(regression, undo, expected):
    assert activate(regression("y", undo=(undo,)), np.array([[3]], np.float32)).tolist() == [[expected]]


def test_without_undo_the_answer_is_taken_in_float64(regression):
    made = activate(regression("y"), np.array([[0.1]], np.float32))
    assert made.dtype == np.float64
    assert made[0, 0] == np.float64(np.float32(0.1))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_errors(regression, bad):
    with pytest.raises(OutputError, match="the graph answered with NaN or infinity: expected finite numbers"):
        activate(regression("a", "b"), np.array([[0, bad]], np.float32))


def test_an_overflow_names_the_step_the_value_and_its_number(regression):
    task = regression("age", "price", undo=(standard(), UndoLog1p()))
    with pytest.raises(OutputError) as caught:
        activate(task, np.array([[1, 2], [3, 1000]], np.float32))
    assert str(caught.value) == "undoing log1p makes no number of 'price': expected a finite number, got inf of 1000 - at `$.task.undo[1]`"  # fmt: skip


@settings(deadline=None)
@given(st.floats(-1e9, 1e9), st.none() | st.floats(-100, 0), st.none() | st.floats(0, 100))
def test_a_value_beyond_its_range_is_set_to_its_end_and_says_so(regression, number, low, high):
    result = decide(regression("y", clip=(low, high)), np.array([number]), "x", (), 1)
    (value,) = result.values
    expected = float(np.clip(number, -math.inf if low is None else low, math.inf if high is None else high))
    assert (value.value, result["y"], result.numbers.tolist()) == (expected, expected, [expected])
    assert value.clipped == ("low" if expected > number else "high" if expected < number else None)


def test_the_end_of_a_range_lies_inside(regression):
    for end in (0.0, 5.0):
        assert decide(regression("y", clip=(0.0, 5.0)), np.array([end]), "x", (), 1).values[0].clipped is None


def test_numbers_are_named_have_units_and_are_read_only(regression):
    result = decide(regression("age", "size", unit="cm"), np.array([1.5, -2.0]), "row 3", ("odd",), 2)
    assert [(value.name, value.value, value.unit) for value in result.values] == [("age", 1.5, "cm"), ("size", -2.0, "cm")]  # fmt: skip
    assert (result.source, result.warnings, result.passes) == ("row 3", ("odd",), 2)
    assert result.numbers.dtype == np.float64
    assert not result.numbers.flags.writeable


def test_a_merged_number_that_is_none_is_an_error(regression):
    with pytest.raises(OutputError, match="NaN or infinity"):
        decide(regression("y"), np.array([math.nan]), "x", (), 1)


def test_an_unknown_name_is_told_with_those_that_there_are(regression):
    with pytest.raises(KeyError, match="no value 'price': there are age, size"):
        decide(regression("age", "size"), np.zeros(2), "x", (), 1)["price"]
