"""How sure a measured number is: the paired bootstrap, and the exact bound of a share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from truecopy.errors import InputError
from truecopy.metrics import needed, paired_gain, upper_bound


def test_the_interval_is_scipys_of_the_same_kind():
    random = np.random.default_rng(7)
    first, second = random.random(300) < 0.7, random.random(300) < 0.76
    made = paired_gain(first, second)
    differences = second.astype(float) - first
    expected = stats.bootstrap(
        (differences,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert made.gain == differences.mean()
    # Both are draws: a quantile of 10000 rounds has a standard error of about 0.0005 here, the grid a step of 1/300.
    assert (made.low, made.high) == pytest.approx(tuple(expected), abs=0.005)


def test_numbers_of_any_size_are_drawn_too_and_a_few_kinds_of_them_alike():
    random = np.random.default_rng(3)
    first = random.normal(size=200)
    many = paired_gain(first, first + random.normal(0.1, 0.5, 200))
    assert many.low < many.gain < many.high
    spread = np.std(random.choice(first, (4000, 200)).mean(axis=1))
    drawn = paired_gain(np.zeros(200), first)
    assert (drawn.high - drawn.low) / (2 * 1.96) == pytest.approx(spread, rel=0.05)
    # The same items in both ways of drawing: a value off by a hair makes each of them its own.
    right = (random.random(200) < 0.5).astype(float)
    few, apart = paired_gain(np.zeros(200), right), paired_gain(np.zeros(200), right + np.arange(200) * 1e-9)
    assert (few.low, few.high) == pytest.approx((apart.low, apart.high), abs=0.01)


def test_the_same_seed_gives_the_same_interval():
    random = np.random.default_rng(0)
    first, second = random.random(50), random.random(50)
    assert paired_gain(first, second) == paired_gain(first, second)
    assert paired_gain(first, second, seed=1) != paired_gain(first, second)


def test_items_are_paired_so_that_what_both_get_wrong_does_not_widen_the_interval():
    first = np.arange(1000) % 2
    second = first.copy()
    second[:20] = 1
    made = paired_gain(first, second)
    assert made.gain == 0.01
    assert 0 < made.low < made.gain < made.high < 0.02


def test_no_difference_is_zero_without_an_interval_and_one_item_is_itself():
    assert paired_gain([1, 0, 1], [1, 0, 1]).to_dict() == {
        "gain": 0, "low": 0, "high": 0, "level": 0.95, "rounds": 10_000, "differing": 0,
    }  # fmt: skip
    one = paired_gain([0.25], [1.0])
    assert (one.gain, one.low, one.high) == (0.75, 0.75, 0.75)
    # Each draw has this mean, and no rounding of a sum.
    constant = paired_gain(np.zeros(7), np.full(7, 0.1))
    assert (constant.low, constant.gain, constant.high) == (0.1, 0.1, 0.1)


@pytest.mark.parametrize(("differing", "few"), [(0, True), (1, True), (9, True), (10, False)])
def test_a_gain_says_how_many_items_differ_and_whether_they_are_too_few(differing, few):
    first = np.zeros(1000)
    second = first.copy()
    second[:differing] = 1
    made = paired_gain(first, second)
    assert (made.differing, made.few, made.to_dict()["differing"]) == (differing, few, differing)


def test_a_lower_level_and_the_other_direction():
    random = np.random.default_rng(0)
    first, second = random.random(80) < 0.5, random.random(80) < 0.6
    wide, narrow, back = (
        paired_gain(first, second),
        paired_gain(first, second, level=0.5),
        paired_gain(second, first),
    )
    assert wide.low < narrow.low <= narrow.high < wide.high
    assert back.gain == -wide.gain


def test_scores_that_do_not_pair_are_refused():
    with pytest.raises(InputError, match=r"`second` has another shape: expected \(2\), got \(3,\)"):
        paired_gain([0, 1], [0, 1, 1])
    with pytest.raises(InputError, match="`first` is empty"):
        paired_gain([], [])
    with pytest.raises(InputError, match="rounds >= 1 and 0 < level < 1, got rounds 0"):
        paired_gain([0], [1], rounds=0)
    with pytest.raises(InputError, match="got rounds 10000, level 95"):
        paired_gain([0], [1], level=95)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 10**6), st.floats(0, 1), st.sampled_from([0.5, 0.8, 0.95, 0.999, 1 - 1e-12]))
def test_the_upper_bound_is_the_quantile_of_the_beta_distribution(n, share, level):
    k = round(share * n)
    expected = 1.0 if k == n else stats.beta.ppf(level, k + 1, n - k)
    assert upper_bound(k, n, level) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(1, 10**6), st.sampled_from([0.9, 0.95]))
def test_the_bound_of_a_rare_thing_is_good_to_its_own_digits(k, n, level):
    if k < n:
        assert upper_bound(k, n, level) == pytest.approx(stats.beta.ppf(level, k + 1, n - k), rel=1e-9, abs=0)


def test_known_bounds():
    assert upper_bound(0, 1) == pytest.approx(0.95, abs=1e-15)
    assert upper_bound(0, 10) == pytest.approx(1 - 0.05**0.1, abs=1e-15)
    assert upper_bound(5, 5) == 1
    # 1 - p² = 1e-15 has no float64 far from 1.
    assert upper_bound(1, 2, 1 - 1e-15) == pytest.approx(1, abs=1e-14)


@settings(deadline=None)
@given(st.one_of(st.floats(1e-6, 1), st.integers(1, 500).map(lambda n: -np.expm1(np.log(0.05) / n))))
def test_the_items_needed_are_the_fewest_whose_bound_is_within_the_budget(budget):
    count = needed(budget)
    assert upper_bound(0, count) <= budget
    assert count == 1 or upper_bound(0, count - 1) > budget


def test_half_a_percent_needs_598_items():
    assert needed(0.005) == 598
    assert needed(0.005, level=0.99) == 919
    assert needed(1) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: upper_bound(0, 0), "a share needs items: expected 0 <= k <= n and n >= 1, got k 0, n 0"),
        (lambda: upper_bound(3, 2), "got k 3, n 2"),
        (lambda: upper_bound(0, 2, 1.0), "a level of confidence: expected 0.5 or more, below 1, got 1"),
        (lambda: needed(0), "no number of items shows a share of 0: expected above 0, at most 1, got 0"),
        (lambda: needed(0.1, 0.2), "a level of confidence: expected 0.5 or more, below 1, got 0.2"),
    ],
)
def test_bounds_of_nothing_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
