"""Accuracy, precision, recall, F1, top-k: equal to scikit-learn's, also where a class has no items."""

from __future__ import annotations

import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from truecopy.errors import InputError
from truecopy.metrics import (
    accuracy,
    balanced_accuracy,
    brier,
    class_quality,
    class_scores,
    confusion,
    log_loss,
    macro,
    micro,
    top_k,
    weighted,
)

NEAR = {"rel": 0, "abs": 1e-9, "nan_ok": True}


@st.composite
def answers(draw):
    """Classes 2 to 5, of which some may be neither true nor said; 1 to 12 items."""
    classes = draw(st.integers(2, 5))
    pairs = st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1))
    made = draw(st.lists(pairs, min_size=1, max_size=12))
    truth, said = np.array(made).T
    return classes, truth, said


def scores_of(table):
    return class_scores(np.diagonal(table), table.sum(axis=0), table.sum(axis=1), tuple("abcdefgh"[: len(table)]))  # fmt: skip


@settings(deadline=None)
@given(answers())
def test_the_confusion_matrix_is_scikit_learns(drawn):
    classes, truth, said = drawn
    made = confusion(truth, said, classes)
    assert made.dtype == np.int64
    expected = sklearn_metrics.confusion_matrix(truth, said, labels=range(classes))
    assert np.array_equal(made, expected)


@settings(deadline=None)
@given(answers())
def test_precision_recall_and_f1_of_each_class_are_scikit_learns(drawn):
    classes, truth, said = drawn
    made = scores_of(confusion(truth, said, classes))
    expected = sklearn_metrics.precision_recall_fscore_support(
        truth, said, labels=range(classes), zero_division=np.nan
    )
    for field, column in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        assert [getattr(score, field) for score in made] == pytest.approx(list(column), **NEAR)


@pytest.mark.parametrize(("name", "average"), [("macro", macro), ("weighted", weighted)])
@settings(deadline=None)
@given(drawn=answers())
def test_averages_over_classes_are_scikit_learns(name, average, drawn):
    classes, truth, said = drawn
    made = average(scores_of(confusion(truth, said, classes)))
    expected = sklearn_metrics.precision_recall_fscore_support(
        truth, said, labels=range(classes), average=name, zero_division=np.nan
    )
    assert (made.precision, made.recall, made.f1) == pytest.approx(expected[:3], **NEAR)


@settings(deadline=None)
@given(answers())
def test_the_average_over_all_decisions_is_scikit_learns(drawn):
    classes, truth, said = drawn
    table = confusion(truth, said, classes)
    made = micro(np.diagonal(table), table.sum(axis=0), table.sum(axis=1))
    expected = sklearn_metrics.precision_recall_fscore_support(
        truth, said, labels=range(classes), average="micro", zero_division=np.nan
    )
    assert (made.precision, made.recall, made.f1) == pytest.approx(expected[:3], **NEAR)


@settings(deadline=None)
@given(answers())
def test_accuracy_and_balanced_accuracy_are_scikit_learns(drawn):
    classes, truth, said = drawn
    table = confusion(truth, said, classes)
    assert accuracy(table) == pytest.approx(sklearn_metrics.accuracy_score(truth, said), **NEAR)
    with warnings.catch_warnings():
        # It warns where a class was said that no item has; what it returns is the mean over the others.
        warnings.simplefilter("ignore")
        expected = sklearn_metrics.balanced_accuracy_score(truth, said)
    assert balanced_accuracy(table) == pytest.approx(expected, **NEAR)


def test_what_is_undefined_is_nan_and_left_out_of_the_average():
    # Class 2 was said and is never true; class 3 was neither said nor true; class 1 was never said.
    one, two, three, four = scores_of(confusion(np.array([0, 0, 1, 1]), np.array([0, 2, 2, 2]), 4))
    assert (one.precision, one.recall, one.support) == (1, 0.5, 2)
    assert math.isnan(two.precision)
    assert (two.recall, two.f1) == (0, 0)
    assert math.isnan(three.recall)
    assert (three.precision, three.f1, three.support) == (0, 0, 0)
    assert all(map(math.isnan, (four.precision, four.recall, four.f1)))
    assert macro((one, two, three, four)).precision == 0.5
    assert macro((one, two, three, four)).recall == 0.25
    assert four.to_dict() == {"label": "d", "precision": None, "recall": None, "f1": None, "support": 0}


def untied(random, count, classes):
    rows = np.array([random.permutation(classes) for _ in range(count)], np.float64)
    return rows / rows.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(5))
def test_top_k_is_scikit_learns_where_nothing_is_tied(seed):
    random = np.random.default_rng(seed)
    probabilities, truth = untied(random, 40, 7), random.integers(0, 7, 40)
    for k, made in top_k(probabilities, truth, (1, 3, 6)).items():
        expected = sklearn_metrics.top_k_accuracy_score(truth, probabilities, k=k, labels=range(7))
        assert made == pytest.approx(expected, **NEAR)


@pytest.mark.parametrize("seed", range(5))
def test_ties_of_top_k_go_to_the_lower_index_which_is_scikit_learns_with_the_columns_turned_round(seed):
    random = np.random.default_rng(seed)
    probabilities, truth = random.integers(0, 3, (40, 5)) / 4, random.integers(0, 5, 40)
    turned = np.ascontiguousarray(probabilities[:, ::-1])
    for k, made in top_k(probabilities, truth, (1, 2, 4)).items():
        expected = sklearn_metrics.top_k_accuracy_score(4 - truth, turned, k=k, labels=range(5))
        assert made == pytest.approx(expected, **NEAR)


def test_of_equal_probabilities_the_first_classes_are_the_top():
    same = np.full((4, 4), 0.25)
    assert top_k(same, np.array([0, 1, 2, 3]), (1, 2, 3, 4)) == {1: 0.25, 2: 0.5, 3: 0.75, 4: 1.0}


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(2, 6), st.integers(0, 99))
def test_brier_and_log_loss_are_scikit_learns(count, classes, seed):
    random = np.random.default_rng(seed)
    probabilities, truth = random.dirichlet(np.ones(classes), count), random.integers(0, classes, count)
    expected = sklearn_metrics.log_loss(truth, probabilities, labels=range(classes))
    assert log_loss(probabilities, truth) == pytest.approx(expected, rel=1e-9)
    pairs = np.array([np.arange(classes) == one for one in truth])
    assert brier(probabilities, truth) == pytest.approx(((probabilities - pairs) ** 2).sum(axis=1).mean())
    if classes > 2:
        whole = sklearn_metrics.brier_score_loss(
            truth, probabilities, labels=range(classes), scale_by_half=False
        )
        assert brier(probabilities, truth) == pytest.approx(whole, **NEAR)


def test_a_truth_of_probability_0_has_an_infinite_log_loss():
    assert log_loss(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1, 0])) == math.inf


def test_the_quality_of_a_classifier_puts_all_of_it_together():
    probabilities = np.float32([[0.7, 0.2, 0.1], [0.4, 0.5, 0.1], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]])
    truth, said = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2])
    made = class_quality(probabilities, truth, said, said != 2, ["cat", "dog", "owl"])
    assert (made.items, made.accuracy, made.balanced_accuracy) == (4, 0.5, 0.5)
    assert made.top_k == {1: 0.5}
    assert made.confusion.tolist() == [[1, 1, 0], [0, 1, 1], [0, 0, 0]]
    assert (made.accepted, made.accepted_accuracy) == (0.75, 2 / 3)
    assert made.headline == ("accuracy", 0.5)
    assert [score.label for score in made.per_class] == ["cat", "dog", "owl"]
    # By the probability of what was said: 0.7 right, 0.5 wrong, 0.4 right, 0.7 wrong.
    assert made.coverage.error.tolist() == [0.5, 2 / 3, 0.5]
    assert made.ece == pytest.approx((2 * abs(0.5 - 0.7) + 0.5 + 0.6) / 4, abs=1e-7)
    told = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    assert told["per_class"][2]["recall"] is None
    assert told["top_k"] == {"1": 0.5}
    with pytest.raises(ValueError, match="read-only"):
        made.confusion[0, 0] = 1


def test_of_two_classes_the_decision_is_the_thresholds_and_there_is_no_top_k():
    probabilities = np.float32([[0.6, 0.4], [0.9, 0.1]])
    made = class_quality(probabilities, np.array([1, 0]), np.array([1, 0]), np.array([True, True]), "ny")
    assert made.accuracy == 1
    assert made.top_k == {}
    assert made.coverage.confidence.tolist() == pytest.approx([0.9, 0.4])


def test_all_wrong_and_nothing_accepted_is_measured_too():
    made = class_quality(np.array([[1.0, 0, 0]]), np.array([2]), np.array([0]), np.array([False]), "abc")
    assert (made.accuracy, made.balanced_accuracy, made.accepted) == (0, 0, 0)
    assert math.isnan(made.accepted_accuracy)
    assert made.log_loss == math.inf
    assert (made.ece, made.coverage.aurc) == (1, 1)
    assert made.to_dict()["log_loss"] is None
    assert made.to_dict()["accepted_accuracy"] is None


NONE = np.zeros(0, np.int64)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: confusion(NONE, NONE, 3), "`truth` is empty: expected at least one item"),
        (lambda: confusion([0, 1], [0], 3), r"`said` has another shape: expected \(2\), got \(1,\)"),
        (lambda: confusion([0, 3], [0, 1], 3), "`truth` holds a class that there is not: expected 0 to 2, got 3"),
        (lambda: confusion([0, 1], [0, -1], 3), "`said` holds a class that there is not: expected 0 to 2, got -1"),
        (lambda: confusion([0.0], [0], 3), "`truth` are indexes of classes: expected whole numbers, got float64"),
        (lambda: top_k([[0.5, 0.5]], [0], [0]), "top k counts from 1: got 0"),
        (lambda: log_loss([[math.nan, 1]], [0]), "`probabilities` holds NaN or infinity"),
        (lambda: class_quality([[0.5, 0.5]], [0], [0], [2], "ab"), "`accepted` holds more than yes and no"),
        (lambda: class_quality([[0.5, 0.5]], [0], [0], [True], "abc"), r"`probabilities` has another shape: expected \(any, 3\), got \(1, 2\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
