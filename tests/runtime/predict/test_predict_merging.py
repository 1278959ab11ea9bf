"""Merges against one line of NumPy each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from msgspec.structs import replace
from tests.tiny_models import BINARY, MULTICLASS, MULTILABEL, REGRESSION, TAGS

from truecopy.errors import OutputError
from truecopy.predict.heads import decide
from truecopy.predict.merging import merge, weighted


def distributions(*shape: int) -> st.SearchStrategy[np.ndarray]:
    """float32, positive, with a sum of 1 along the last axis; few levels, so that ties come up."""
    levels = hnp.arrays(np.float32, shape, elements=st.sampled_from([1, 2, 3, 4]))
    return levels.map(lambda array: array / array.sum(-1, keepdims=True))


PROBABILITIES = st.integers(1, 6).flatmap(lambda n: distributions(n, 3))
ALONE = st.integers(1, 6).flatmap(
    lambda n: hnp.arrays(np.float32, (n, 3), elements=st.sampled_from([0.0, 0.125, 0.25, 0.5, 0.75, 1.0]))
)


def decision(task: Any, row: np.ndarray) -> Any:
    result: Any = decide(task, row.copy(), "-", (), 1)
    return {"Multilabel": lambda: tuple(one.index for one in result.found)}.get(
        type(result).__name__, lambda: result.index
    )()


@given(PROBABILITIES)
def test_the_mean_is_the_mean(rows):
    assert np.array_equal(merge(MULTICLASS, list(rows), "mean"), np.float64(rows).mean(0).astype(np.float32))


@given(PROBABILITIES)
def test_the_max_is_the_largest_of_each_class_in_shares_of_their_sum(rows):
    largest = rows.max(0)
    assert np.allclose(merge(MULTICLASS, list(rows), "max"), largest / largest.sum(), rtol=2e-7, atol=0)


@given(ALONE)
def test_the_max_of_labels_that_do_not_exclude_one_another_stays_as_it_is(rows):
    assert np.array_equal(merge(MULTILABEL, list(rows), "max"), rows.max(0))


@given(PROBABILITIES, st.lists(st.floats(0.01, 100), min_size=6, max_size=6))
def test_weights_are_those_of_an_average(rows, weights):
    used = weights[: len(rows)]
    expected = np.average(np.float64(rows), axis=0, weights=used)
    assert np.allclose(weighted(list(rows), used), expected, rtol=2e-7, atol=0)
    assert weighted(list(rows), used).dtype == np.float32


@given(PROBABILITIES)
def test_votes_choose_the_class_and_ties_go_to_the_larger_mean(rows):
    counts = np.bincount(rows.argmax(1), minlength=3)
    means = np.float64(rows).mean(0).astype(np.float32)
    expected = max(range(3), key=lambda label: (counts[label], means[label], -label))
    merged = merge(MULTICLASS, list(rows), "voting")
    assert decision(MULTICLASS, merged) == expected
    assert np.array_equal(merged, np.float64(rows[rows.argmax(1) == expected]).mean(0).astype(np.float32))


@given(st.integers(1, 6).flatmap(lambda n: distributions(n, 2)), st.sampled_from([0.25, 0.5, 0.75]))
def test_each_vote_of_a_binary_task_is_by_its_own_threshold(rows, threshold):
    task = replace(BINARY, threshold=threshold)
    ayes = int((rows[:, 1] >= np.float32(threshold)).sum())
    tied = np.float64(rows).mean(0).astype(np.float32)[1] >= np.float32(threshold)
    expected = tied if 2 * ayes == len(rows) else 2 * ayes > len(rows)
    assert decision(task, merge(task, list(rows), "voting")) == int(expected)


@given(ALONE)
def test_labels_are_voted_on_one_by_one(rows):
    """Thresholds 0.5, 0.25, 0.75."""
    ayes = rows >= np.float32(MULTILABEL.thresholds)
    tied = np.float64(rows).mean(0).astype(np.float32) >= np.float32(MULTILABEL.thresholds)
    twice = 2 * ayes.sum(0)
    expected = np.where(twice == len(rows), tied, twice > len(rows))
    merged = merge(MULTILABEL, list(rows), "voting")
    assert decision(MULTILABEL, merged) == tuple(np.flatnonzero(expected))


@given(st.integers(1, 5).flatmap(lambda n: distributions(n, 4, 3)))
def test_steps_are_voted_on_one_by_one(rows):
    merged = merge(TAGS, list(rows), "voting")
    alone = [merge(MULTICLASS, list(rows[:, step]), "voting") for step in range(4)]
    assert np.array_equal(merged, np.stack(alone))


@given(PROBABILITIES, st.sampled_from(["mean", "max", "voting"]))
def test_a_merge_keeps_probabilities_and_changes_no_row(rows, how):
    before = rows.copy()
    merged = merge(MULTICLASS, list(rows), how)
    assert merged.dtype == np.float32
    assert merged.sum() == pytest.approx(1, abs=1e-6)
    assert np.array_equal(before, rows)


@given(distributions(1, 3), st.sampled_from(["mean", "max", "voting"]))
def test_one_row_is_its_own_merge(rows, how):
    assert np.array_equal(merge(MULTICLASS, list(rows), how), rows[0])


@given(distributions(4, 3), st.permutations(range(4)), st.sampled_from(["max", "voting"]))
def test_the_order_of_rows_does_not_matter(rows, order, how):
    one, other = (merge(MULTICLASS, [rows[place] for place in places], how) for places in (range(4), order))
    assert np.allclose(one, other, rtol=2e-7, atol=0)


def test_numbers_are_averaged_in_float64():
    rows = [np.array([0.1, 1e9]), np.array([0.3, 1.0])]
    assert merge(REGRESSION, rows, "mean").tolist() == [0.2, 500000000.5]


def test_sequences_of_different_lengths_have_no_common_steps():
    rows = [np.ones((2, 3), np.float32), np.ones((4, 3), np.float32)]
    with pytest.raises(
        OutputError, match=r"no common steps: expected answers of one shape, got \(2, 3\), \(4, 3\)"
    ):
        merge(TAGS, rows, "mean")


def test_the_max_of_zeros_alone_stays_zero():
    rows = [np.zeros(3, np.float32), np.zeros(3, np.float32)]
    assert merge(MULTICLASS, rows, "max").tolist() == [0, 0, 0]
