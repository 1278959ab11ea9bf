"""Every candidate at once equals stopping item by item."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from truecopy.jobs.early_exit import candidates, cheapest, shortest, stops


def item_by_item(certainties: np.ndarray, agrees: np.ndarray, value: float) -> tuple[int, int]:
    """Passes and disagreements of all items, by the words of the strategy."""
    passes = disagreements = 0
    for row, same in zip(certainties, agrees, strict=True):
        stop = next((k for k in range(len(row) - 1) if row[k] >= value), len(row) - 1)
        passes += stop + 1
        disagreements += not same[stop]
    return passes, disagreements


@st.composite
def runs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Few distinct certainties, so that there are ties between items and between passes."""
    shape = (draw(st.integers(1, 8)), draw(st.integers(2, 5)))
    levels = st.sampled_from([0.0, 0.1, 0.3, 1 / 3, 0.5, 0.9, 1.0]) | st.floats(0, 1)
    certainties = draw(arrays.arrays(np.float64, shape, elements=levels))
    agrees = draw(arrays.arrays(np.bool_, shape))
    agrees[:, -1] = True
    return certainties, agrees


@given(runs())
def test_every_candidate_costs_and_changes_what_stopping_item_by_item_does(run) -> None:
    certainties, agrees = run
    found = candidates(certainties, agrees)
    told = [item_by_item(certainties, agrees, value) for value in found.values]
    assert list(zip(found.passes.tolist(), found.disagreements.tolist(), strict=True)) == told


@given(runs(), st.floats(0, 1))
def test_the_stop_of_each_item_is_the_first_pass_that_is_sure_enough(run, value: float) -> None:
    certainties, agrees = run
    stopped = stops(certainties, value)
    wrong = np.count_nonzero(~agrees[np.arange(len(agrees)), stopped - 1])
    assert (int(stopped.sum()), wrong) == item_by_item(certainties, agrees, value)


@given(runs())
def test_between_two_candidates_nothing_changes(run) -> None:
    """So the certainties that were seen are all the candidates there are."""
    certainties, agrees = run
    values = candidates(certainties, agrees).values
    for place in range(1, len(values)):
        between = (values[place - 1] + values[place]) / 2
        if values[place - 1] < between:
            assert np.array_equal(stops(certainties, between), stops(certainties, values[place]))


@given(runs())
def test_the_shortest_decimal_stops_every_item_where_the_candidate_does(run) -> None:
    certainties, agrees = run
    values = candidates(certainties, agrees).values
    for place in range(len(values)):
        rounded = shortest(values, place)
        assert 0 <= rounded <= values[place]
        assert len(repr(rounded)) <= max(len(repr(float(values[place]))), 4)
        assert np.array_equal(stops(certainties, rounded), stops(certainties, values[place]))


def test_a_decimal_that_no_binary_number_is_stays_as_short_as_it_is_written() -> None:
    """The float 0.3 is a little less than 0.3, and would be cut to 0.299."""
    assert shortest(np.array([0.296875, 0.3]), 1) == 0.3


@given(runs(), st.integers(0, 3))
def test_the_cheapest_is_the_one_with_the_fewest_passes_that_is_allowed(run, most: int) -> None:
    certainties, agrees = run
    found = candidates(certainties, agrees)
    place = cheapest(found, lambda count: count <= most)
    costs = [
        cost
        for cost, count in (item_by_item(certainties, agrees, value) for value in found.values)
        if count <= most
    ]
    assert (place is None) == (not costs)
    if place is not None:
        assert found.passes[place] == min(costs)
        assert found.disagreements[place] <= most


def test_an_item_whose_certainty_equals_the_value_stops() -> None:
    assert stops(np.array([[0.5, 0.9, 1.0], [0.4, 0.5, 1.0], [0.4, 0.4, 0.1]]), 0.5).tolist() == [1, 2, 3]


def test_an_early_disagreement_may_come_right_at_a_smaller_value() -> None:
    """Disagreements do not fall as the value grows: each candidate is judged by its own."""
    found = candidates(np.array([[0.6, 0.8, 0.0]]), np.array([[True, False, True]]))
    assert found.values.tolist() == [0.6, 0.8]
    assert found.passes.tolist() == [1, 2]
    assert found.disagreements.tolist() == [0, 1]


def test_no_value_is_allowed_where_every_one_changes_too_much() -> None:
    found = candidates(np.array([[0.9, 0.9]]), np.array([[False, True]]))
    assert cheapest(found, lambda count: count == 0) is None
