from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import OutputError
from truecopy.predict.heads import activate, decide

LOGIT = st.sampled_from([-1e4, 1e4, 0.0]) | st.floats(-80, 80, width=32)


def rows(*values: float) -> np.ndarray:
    return np.array([values], np.float32)


@settings(deadline=None)
@given(LOGIT, st.sampled_from([0, 1]))
def test_one_output_is_the_probability_of_the_positive_label(binary, logit, positive):
    (made,) = activate(binary(positive=positive), rows(logit))
    assert (made.shape, made.dtype) == ((2,), np.float32)
    assert made[positive] == pytest.approx(
        1 / (1 + np.exp(-np.float64(logit))) if logit > -700 else 0, rel=1e-6
    )
    assert made[1 - positive] == np.float32(1) - made[positive]


@settings(deadline=None)
@given(LOGIT, LOGIT, st.sampled_from([0, 1]))
def test_two_outputs_stay_in_their_order_whichever_is_positive(binary, first, second, positive):
    (made,) = activate(binary(activation="softmax", positive=positive), rows(first, second))
    e = np.exp(np.array([first, second], np.float64) - max(first, second))
    assert made == pytest.approx(e / e.sum(), rel=2e-5, abs=1e-37)
    assert decide(binary(positive=positive), made, "x", (), 1).probability == float(made[positive])


def test_a_graph_that_ends_in_probabilities_is_taken_as_it_is(binary):
    task = binary(activation="none")
    answer = rows(0.25, 0.75)
    made = activate(task, answer)
    assert np.array_equal(made, answer)
    assert not np.shares_memory(made, answer)
    assert activate(task, rows(0.25)).tolist() == [[0.75, 0.25]]
    assert activate(binary(activation="none", positive=0), rows(0.25)).tolist() == [[0.25, 0.75]]


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("positive", [0, 1])
def test_the_positive_label_holds_from_the_threshold_on(binary, threshold, positive):
    task = binary(activation="none", threshold=threshold, positive=positive)
    at, below = np.float32(threshold), np.nextafter(np.float32(threshold), np.float32(-1))
    for p, holds in ((at, True), (below, False)):
        result = decide(task, activate(task, rows(p))[0], "mail", ("odd",), 3)
        assert result.positive is holds
        assert result.index == (positive if holds else 1 - positive)
        assert result.label == task.labels[result.index]
        assert result.probability == float(p)
        assert (result.source, result.warnings, result.passes) == ("mail", ("odd",), 3)
        assert result.threshold == threshold
        assert not result.probabilities.flags.writeable


def test_a_logit_of_zero_is_half_and_positive(binary):
    assert decide(binary(), activate(binary(), rows(0))[0], "x", (), 1).label == "spam"


@pytest.mark.parametrize(("activation", "values"), [("sigmoid", (math.nan,)), ("sigmoid", (math.inf,)),
    ("softmax", (0, math.nan)), ("none", (math.nan,)), ("none", (-math.inf,)), ("none", (0.5, math.inf))])  # fmt: skip
def test_nan_and_infinity_are_errors(binary, activation, values):
    with pytest.raises(OutputError, match="the graph answered with NaN or infinity"):
        activate(binary(activation=activation), rows(*values))


def test_a_logit_of_minus_infinity_rules_its_label_out(binary):
    assert activate(binary(), rows(-math.inf)).tolist() == [[1, 0]]
    assert activate(binary(activation="softmax"), rows(-math.inf, 3)).tolist() == [[0, 1]]
    with pytest.raises(OutputError, match="rules every outcome out"):
        activate(binary(activation="softmax"), rows(-math.inf, -math.inf))


def test_rows_do_not_depend_on_their_neighbours(binary):
    answer = np.random.default_rng(0).normal(size=(7, 1), scale=5).astype(np.float32)
    together = activate(binary(), answer)
    assert all(np.array_equal(activate(binary(), answer[i : i + 1])[0], together[i]) for i in range(7))
