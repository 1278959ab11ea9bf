"""Several labels an item: equal to scikit-learn's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as sklearn_metrics

from truecopy.errors import InputError
from truecopy.metrics import labels_quality

NEAR = {"rel": 0, "abs": 1e-9, "nan_ok": True}


@st.composite
def answers(draw):
    shape = draw(st.tuples(st.integers(1, 8), st.integers(2, 4)))
    return draw(arrays(np.bool_, shape)), draw(arrays(np.bool_, shape))


@settings(deadline=None)
@given(answers())
def test_every_number_is_scikit_learns(drawn):
    found, truth = drawn
    made = labels_quality(found * 0.5, found, truth, "abcd"[: found.shape[1]])
    assert made.subset_accuracy == pytest.approx(sklearn_metrics.accuracy_score(truth, found), **NEAR)
    assert made.hamming_loss == pytest.approx(sklearn_metrics.hamming_loss(truth, found), **NEAR)
    each = sklearn_metrics.precision_recall_fscore_support(truth, found, zero_division=np.nan)
    for field, column in zip(("precision", "recall", "f1", "support"), each, strict=True):
        assert [getattr(score, field) for score in made.per_label] == pytest.approx(list(column), **NEAR)
    for name in ("micro", "macro", "weighted"):
        average = getattr(made, name)
        expected = sklearn_metrics.precision_recall_fscore_support(
            truth, found, average=name, zero_division=np.nan
        )[:3]
        assert (average.precision, average.recall, average.f1) == pytest.approx(expected, **NEAR)


def test_one_label_of_one_item_is_measured():
    made = labels_quality(np.float32([[0.75]]), [[True]], [[True]], ["rain"])
    assert (made.subset_accuracy, made.hamming_loss, made.micro.f1, made.ece) == (1, 0, 1, 0.25)
    assert made.headline == ("subset accuracy", 1)


def test_a_label_that_nothing_has_is_null_in_json():
    made = labels_quality([[0.9, 0.1]], [[True, False]], [[True, False]], ["rain", "snow"])
    told = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    assert told["per_label"][1] == {
        "label": "snow", "precision": None, "recall": None, "f1": None, "support": 0,
    }  # fmt: skip
    assert told["macro"] == {"precision": 1, "recall": 1, "f1": 1}
    assert told["items"] == 1


def test_shapes_that_differ_are_refused():
    with pytest.raises(InputError, match=r"`truth` has another shape: expected \(1, 2\), got \(2, 2\)"):
        labels_quality([[0.9, 0.1]], [[True, False]], [[True, False]] * 2, ["rain", "snow"])
    with pytest.raises(InputError, match="`probabilities` is empty"):
        labels_quality(np.zeros((0, 2)), np.zeros((0, 2), bool), np.zeros((0, 2), bool), ["rain", "snow"])
