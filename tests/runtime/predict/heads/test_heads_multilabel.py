from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import OutputError
from truecopy.predict.heads import activate, decide

LOGITS = st.lists(st.sampled_from([-1e4, 1e4, 0.0]) | st.floats(-80, 80, width=32), min_size=1, max_size=6)


@settings(deadline=None)
@given(LOGITS)
def test_every_label_has_a_probability_of_its_own(multilabel, logits):
    task = multilabel(*[0.5] * len(logits))
    (made,) = activate(task, np.array([logits], np.float32))
    alone = [activate(multilabel(0.5), np.array([[x]], np.float32))[0, 0] for x in logits]
    assert made.dtype == np.float32
    assert made.tolist() == alone
    assert made == pytest.approx([1 / (1 + math.exp(min(-x, 700))) for x in logits], rel=1e-6, abs=1e-44)


@settings(deadline=None)
@given(LOGITS, st.randoms())
def test_those_are_found_that_reach_their_own_threshold(multilabel, logits, random):
    thresholds = [random.choice([0.0, 0.3, 0.5, 0.7, 1.0]) for _ in logits]
    task = multilabel(*thresholds)
    (row,) = activate(task, np.array([logits], np.float32))
    result = decide(task, row, "a.png", (), 1)
    expected = np.flatnonzero(row >= np.array(thresholds, np.float32)).tolist()
    assert [score.index for score in result.found] == expected
    assert [(score.label, score.probability) for score in result.scores] == list(zip(task.labels, row.tolist(), strict=True))  # fmt: skip
    assert result.thresholds == tuple(thresholds)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7])
def test_equality_reaches_a_threshold(multilabel, threshold):
    row = np.array([threshold, np.nextafter(np.float32(threshold), np.float32(0))], np.float32)
    result = decide(multilabel(threshold, threshold), row, "x", (), 1)
    assert [score.label for score in result.found] == ["label 0"]


def test_no_label_may_be_found_and_top_k_names_the_nearest(multilabel):
    result = decide(multilabel(0.5, 0.5, 0.5), np.array([0.1, 0.4, 0.4], np.float32), "x", (), 1)
    assert result.found == ()
    assert [score.index for score in result.top_k(2)] == [1, 2]


def test_a_graph_that_ends_in_probabilities_is_taken_as_it_is(multilabel):
    answer = np.array([[0.25, 0.75]], np.float32)
    made = activate(multilabel(0.5, 0.5, activation="none"), answer)
    assert np.array_equal(made, answer)
    assert not np.shares_memory(made, answer)


@pytest.mark.parametrize(("activation", "bad"), [("sigmoid", math.nan), ("sigmoid", math.inf), ("none", math.nan),
                                                ("none", -math.inf)])  # fmt: skip
def test_nan_and_infinity_are_errors(multilabel, activation, bad):
    with pytest.raises(OutputError, match="the graph answered with NaN or infinity"):
        activate(multilabel(0.5, 0.5, activation=activation), np.array([[0, bad]], np.float32))


def test_a_logit_of_minus_infinity_is_a_label_that_cannot_be(multilabel):
    assert activate(multilabel(0.5, 0.5), np.array([[-np.inf, 1e4]], np.float32)).tolist() == [[0, 1]]
