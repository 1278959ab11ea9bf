"""The temperature of the least log loss: SciPy's, and where there is none an error that says so."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from truecopy.calibration import fit_temperature, temperature_at
from truecopy.contract import Multiclass
from truecopy.errors import InputError
from truecopy.metrics import ece
from truecopy.predict.heads import activate


def loss(logits, truth, temperature):
    rows = log_softmax(logits.astype(np.float64) / temperature, axis=1)
    return -rows[np.arange(len(truth)), truth].mean()


def drawn(seed, count=200, classes=4, scale=5.0):
    """Truths drawn from the softmax of logits, which are then `scale` times too large."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(count, classes))
    truth = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
    return (scale * logits).astype(np.float32), truth


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 6), st.sampled_from([0.1, 1.0, 5.0, 20.0]))
def test_the_temperature_is_the_one_that_scipy_finds(seed, classes, scale):
    logits, truth = drawn(seed, classes=classes, scale=scale)
    made = fit_temperature(logits, truth)
    found = minimize_scalar(
        lambda log: loss(logits, truth, math.exp(log)),
        bounds=(math.log(0.01), math.log(100)),
        method="bounded",
        options={"xatol": 1e-10},
    )
    # A minimum is flat: SciPy's stands where the loss is the same to the last bits, half of the digits of the place.
    assert made.value == pytest.approx(math.exp(found.x), rel=1e-6)
    assert made.log_loss_after <= found.fun + 1e-13
    assert made.log_loss_after == pytest.approx(loss(logits, truth, made.value), rel=1e-12)
    assert made.log_loss_before == pytest.approx(loss(logits, truth, 1), rel=1e-12)


def test_logits_that_are_5_times_too_large_have_a_temperature_of_5():
    made = fit_temperature(*drawn(0, count=20_000))
    assert made.value == pytest.approx(5, rel=0.03)
    assert made.ece_before > 0.2
    assert made.ece_after < 0.02
    assert made.items == 20_000
    assert json.loads(json.dumps(made.to_dict(), allow_nan=False))["before"] == 1


def test_the_value_is_a_float32_and_what_predict_makes_of_it_is_as_sure_as_was_told():
    logits, truth = drawn(3)
    made = fit_temperature(logits, truth)
    assert made.value == float(np.float32(made.value))
    task = Multiclass(activation="softmax", labels=tuple("abcd"), label_ids=None, labels_source="list",
                      threshold=None, temperature=made.value)  # fmt: skip
    probabilities = activate(task, logits)
    assert ece(probabilities.max(axis=1), probabilities.argmax(axis=1) == truth) == pytest.approx(
        made.ece_after, abs=1e-6
    )


def test_before_is_the_temperature_that_the_model_has():
    logits, truth = drawn(1)
    plain, had = fit_temperature(logits, truth), fit_temperature(logits, truth, before=2.5)
    assert had.value == plain.value
    assert had.log_loss_before == pytest.approx(loss(logits, truth, 2.5), rel=1e-12)
    assert had.log_loss_after == plain.log_loss_after


def test_a_temperature_is_measured_on_other_items_too():
    made = temperature_at(np.float32([[2, 0], [0, 3]]), np.array([0, 0]), 2.0)
    assert made.log_loss_after == pytest.approx((math.log1p(math.exp(-1)) + math.log1p(math.exp(1.5))) / 2)
    sure, surer = 1 / (1 + math.exp(-1)), 1 / (1 + math.exp(-1.5))
    assert made.ece_after == pytest.approx(((1 - sure) + surer) / 2)


def test_on_other_items_a_truth_that_the_graph_rules_out_is_infinitely_wrong():
    made = temperature_at(np.float32([[2, -np.inf], [0, 3]]), np.array([1, 1]), 2.0)
    assert made.log_loss_after == math.inf
    assert made.to_dict()["log_loss_after"] is None
    assert 0 < made.ece_after < 1


def test_a_class_that_the_graph_rules_out_weighs_nothing():
    logits, truth = drawn(2, classes=3)
    masked = np.insert(logits, 1, -np.inf, axis=1)
    expected = fit_temperature(logits, truth)
    made = fit_temperature(masked, np.where(truth > 0, truth + 1, 0))
    assert made == expected


def test_one_class_only_can_be_fitted_where_some_items_are_wrong():
    logits = np.float32([[3, 0], [2, 0], [0, 1]])
    made = fit_temperature(logits, np.array([0, 0, 0]))
    best = minimize_scalar(
        lambda t: loss(logits, np.array([0, 0, 0]), t), bounds=(0.01, 100), method="bounded"
    )
    assert made.value == pytest.approx(best.x, rel=1e-4)


def test_large_logits_do_not_overflow():
    logits = np.float32([[3e38, -3e38], [3e38, -3e38], [1, 0.5]])
    made = temperature_at(logits, np.array([0, 1, 0]), 0.01)
    assert made.log_loss_after == pytest.approx(6e38 * 100 / 3, rel=1e-6)


@pytest.mark.parametrize(
    "logits",
    [
        [[2, 0, 0], [0, 1e-3, 0]],
        # What is left of the slope rounds to 0 long before the end of the range.
        [[9000, 0, 0], [0, 9000, 0]],
        # Two classes share the largest logit.
        [[2, 2, 0], [0, 1, 0]],
    ],
)
def test_where_all_items_are_right_there_is_no_best_temperature(logits):
    with pytest.raises(InputError, match=r"at the end of the range: the surer, the better: expected a temperature above "
                       r"0\.01, got 2 of 2 items right\. Give more labelled items, with some that the model gets wrong"):  # fmt: skip
        fit_temperature(np.float32(logits), np.array([0, 1]))


def test_answers_no_better_than_chance_have_no_best_temperature():
    with pytest.raises(InputError, match=r"the answers are no better than chance: expected a temperature below 100, got "
                       r"0 of 2 items right\. Check that the labels are in the order of the model"):  # fmt: skip
        fit_temperature(np.float32([[2, 0], [0, 2]]), np.array([1, 0]))


@pytest.mark.parametrize(
    ("logits", "truth", "message"),
    [
        ([[1, 1], [2, 2]], [0, 1], "every item has the same logit for all classes: expected logits that differ"),
        ([[1, -math.inf], [2, 1]], [1, 0], ("the graph rules the true class out, at any temperature: expected a finite "
         "logit for the truth of every item, got -infinity for 1 of 2 items, the first is 0")),
        ([[-math.inf, -math.inf], [2, 1]], [1, 0], "the graph rules every class out: expected a finite logit for every item, got -infinity only for 1 of 2 items"),
        ([[math.nan, 1]], [1], "`logits` holds NaN or .infinity: expected finite numbers, or -infinity for a mask"),
        ([[math.inf, 1]], [1], "`logits` holds NaN or .infinity"),
        (np.zeros((0, 3)), [], "`logits` is empty"),
        ([[1, 2]], [2], "`truth` holds a class that there is not: expected 0 to 1, got 2"),
        ([1, 2], [0, 1], r"`logits` has another shape: expected \(any, any\), got \(2,\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_refused(logits, truth, message):
    with pytest.raises(InputError, match=message):
        fit_temperature(np.array(logits, np.float32), np.array(truth, np.int64))
