"""Thresholds against every cut that there is, counted by `predict`'s own comparison."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.calibration import (
    BEST_F1,
    Target,
    acceptance_at,
    fit_acceptance,
    fit_threshold,
    fit_thresholds,
    score_at,
)
from truecopy.errors import InputError, StrategyError
from truecopy.predict.heads.threshold import reaches

# Few values, so that items are tied; neighbours in float32, so that nothing lies between; and any.
PROBABILITY = st.one_of(
    st.integers(0, 6).map(lambda n: np.float32(n / 6)),
    st.sampled_from([np.float32(0.5), np.nextafter(np.float32(0.5), np.float32(1)), np.float32(0), np.float32(1e-45)]),
    st.floats(0, 1, width=32).map(np.float32),
)  # fmt: skip
ITEMS = st.lists(st.tuples(PROBABILITY, st.booleans()), min_size=1, max_size=12)
SHARES = st.sampled_from([0.1, 1 / 3, 0.5, 0.75, 0.9, 1.0])


def columns(items):
    probability, truth = zip(*items, strict=True)
    return np.array(probability, np.float32), np.array(truth)


def counted(items, threshold):
    """Found, rightly found and positive items, item by item."""
    found = [truth for probability, truth in items if reaches(probability, threshold)]
    return len(found), sum(found), sum(truth for _, truth in items)


def every_cut(items):
    """The lowest probability that is taken, with its counts, highest first."""
    return [(least, *counted(items, least)) for least in sorted({p for p, _ in items}, reverse=True)]


@settings(deadline=None)
@given(ITEMS)
def test_the_best_f1_is_that_of_the_best_cut_and_the_highest_of_several(items):
    probability, truth = columns(items)
    if not truth.any():
        return
    made = fit_threshold(probability, truth, BEST_F1, "ill")
    f1s = [2 * right / (found + positives) for _, found, right, positives in every_cut(items)]
    best = every_cut(items)[f1s.index(max(f1s))]
    assert made.f1 == max(f1s)
    assert (made.found, made.positives) == (best[1], best[3]) == counted(items, made.value)[::2]


@settings(deadline=None)
@given(ITEMS, SHARES)
def test_a_precision_is_reached_with_the_most_recall(items, least):
    probability, truth = columns(items)
    if not truth.any():
        return
    fitting = [(found, right) for _, found, right, _ in every_cut(items) if right / found >= least]
    if not fitting:
        with pytest.raises(InputError, match="no threshold of the label 'ill' reaches the target"):
            fit_threshold(probability, truth, Target("precision", least), "ill")
        return
    made = fit_threshold(probability, truth, Target("precision", least), "ill")
    assert (made.found, made.precision) == (fitting[-1][0], fitting[-1][1] / fitting[-1][0])
    assert made.precision >= least
    assert made.recall == max(right for _, right in fitting) / truth.sum()


@settings(deadline=None)
@given(ITEMS, SHARES)
def test_a_recall_is_kept_by_the_highest_threshold_that_can(items, least):
    probability, truth = columns(items)
    if not truth.any():
        return
    made = fit_threshold(probability, truth, Target("recall", least), "ill")
    first = next(cut for cut in every_cut(items) if cut[2] / cut[3] >= least)
    assert (made.found, made.recall) == (first[1], first[2] / first[3])
    assert made.recall >= least


@settings(deadline=None)
@given(ITEMS, SHARES)
def test_the_accepted_are_the_most_of_which_enough_are_right(items, least):
    confidence, correct = columns(items)
    fitting = [(found, right) for _, found, right, _ in every_cut(items) if right / found >= least]
    if not fitting:
        with pytest.raises(InputError, match="no threshold accepts answers as right as that"):
            fit_acceptance(confidence, correct, least)
        return
    made = fit_acceptance(confidence, correct, least)
    assert (made.accepted, made.accuracy) == (fitting[-1][0], fitting[-1][1] / fitting[-1][0])
    assert made.coverage == made.accepted / made.items == fitting[-1][0] / len(items)
    assert counted(items, made.value)[0] == made.accepted


@settings(deadline=None)
@given(ITEMS)
def test_a_threshold_lies_between_what_it_takes_and_what_it_leaves_and_survives_json(items):
    probability, truth = columns(items)
    if not truth.any():
        return
    made = fit_threshold(probability, truth, BEST_F1, "ill")
    kept = json.loads(json.dumps(made.to_dict(), allow_nan=False))["value"]
    assert kept == made.value == float(np.float32(made.value))
    taken = [p for p in probability if reaches(p, kept)]
    assert len(taken) == made.found
    left = [p for p in probability if not reaches(p, kept)]
    if left and np.nextafter(max(left), np.float32(2)) < min(taken):
        assert max(left) < kept < min(taken)
    else:
        assert kept == min(taken)


def test_the_threshold_is_the_middle_so_that_the_last_bit_of_another_processor_moves_nothing():
    made = fit_threshold(np.float32([0.75, 0.25]), [True, False], BEST_F1, "ill")
    assert made.value == 0.5
    alone = fit_threshold(np.float32([0.75, 0.25]), [True, True], BEST_F1, "ill")
    assert alone.value == 0.25


def test_of_equal_f1_the_higher_threshold_is_taken():
    probability, truth = np.float32([0.9, 0.8, 0.7, 0.6]), [True, False, False, True]
    assert [score_at(probability, truth, "ill", t).f1 for t in (0.85, 0.5)] == [2 / 3, 2 / 3]
    assert fit_threshold(probability, truth, BEST_F1, "ill").value == pytest.approx(0.85)


def test_every_label_has_a_threshold_of_its_own():
    probabilities = np.float32([[0.9, 0.2], [0.4, 0.1], [0.2, 0.05]])
    truth = [[True, True], [False, True], [False, False]]
    rain, snow = fit_thresholds(probabilities, truth, BEST_F1, ["rain", "snow"])
    assert (rain.label, rain.value) == ("rain", pytest.approx(0.65))
    assert (snow.label, snow.value) == ("snow", pytest.approx(0.075))
    assert (rain.f1, snow.f1) == (1, 1)


def test_a_threshold_is_measured_on_other_items_too_where_it_may_find_nothing():
    made = score_at(np.float32([0.2, 0.3]), [False, False], "ill", 0.5)
    assert (made.items, made.positives, made.found) == (2, 0, 0)
    assert made.to_dict()["precision"] is None
    none = acceptance_at(np.float32([0.2]), [True], 0.5)
    assert none.coverage == 0
    assert math.isnan(none.accuracy)
    assert none.to_dict() == {"value": 0.5, "items": 1, "accepted": 0, "coverage": 0, "accuracy": None}


def test_a_probability_equal_to_the_threshold_in_float32_reaches_it():
    assert score_at(np.float32([0.7]), [True], "ill", 0.7).found == 1
    assert acceptance_at(np.float32([0.7]), [True], 0.7).accepted == 1


def test_probabilities_that_are_one_float32_are_not_cut_apart():
    probability, truth = np.array([0.3 + 1e-12, 0.3, 0.1]), [True, False, False]
    made = fit_threshold(probability, truth, BEST_F1, "ill")
    assert (made.found, made.precision) == (2, 0.5)
    assert made.value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_thresholds([[0.5, 0.5]] * 2, [[True, False]] * 2, BEST_F1, ["rain", "snow"]),
         ("no item has the label 'snow', so no threshold can be fitted for it: expected at least one true item, got none "
         "of 2. Add labelled items that have it")),
        (lambda: fit_threshold([0.9, 0.8, 0.7], [False, True, True], Target("precision", 0.8), "ill"),
         ("no threshold of the label 'ill' reaches the target: expected a precision of 0.8, got 0.6667 at most, with a "
         "recall of 1. Ask for less, or give more labelled items")),
        (lambda: fit_acceptance([0.9, 0.8, 0.7], [False, True, True], 0.8),
         ("no threshold accepts answers as right as that: expected an accuracy of 0.8 among the accepted, got 0.6667 at "
         "most, with 3 of 3 accepted")),
        (lambda: fit_threshold([], [], BEST_F1, "ill"), "`probability` is empty"),
        (lambda: fit_acceptance([0.5], [True, False], 0.5), r"`correct` has another shape: expected \(1\), got \(2,\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Target("accuracy", 0.5), "a threshold is not fitted for 'accuracy': expected one of f1, precision, recall"),
        (lambda: Target("f1", 0.5), "the best f1 has no least value: got 0.5. Leave it out"),
        (lambda: Target("recall"), "a recall to reach: expected a share above 0, at most 1, got None"),
        (lambda: Target("precision", 1.5), "a precision to reach: expected a share above 0, at most 1, got 1.5"),
        (lambda: fit_acceptance([0.5], [True], 0), "an accuracy to reach: expected a share above 0, at most 1, got 0"),
    ],
)  # fmt: skip
def test_a_target_that_is_none_is_refused(call, message):
    with pytest.raises(StrategyError, match=message):
        call()


def test_a_target_is_told_in_words():
    assert str(BEST_F1) == "best f1"
    assert str(Target("precision", 0.9)) == "precision of at least 0.9"
