"""Confidence against truth: calibration error in bins, and coverage against error."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import InputError
from truecopy.metrics import coverage, ece, reliability

# Of few values, so that items are tied and lie on the edges of bins.
ITEMS = st.lists(
    st.tuples(st.one_of(st.integers(0, 20).map(lambda n: n / 20), st.floats(0, 1)), st.booleans()),
    min_size=1,
    max_size=15,
)


@settings(deadline=None)
@given(ITEMS, st.integers(1, 20))
def test_the_calibration_error_is_the_papers(items, bins):
    made = reliability(*map(np.array, zip(*items, strict=True)), bins)
    gaps, largest = 0.0, 0.0
    edges = np.linspace(0, 1, bins + 1)
    for place, (low, high) in enumerate(pairwise(edges)):
        inside = [(c, right) for c, right in items if low < c <= high or (c == 0 and low == 0)]
        assert made.count[place] == len(inside)
        if not inside:
            assert math.isnan(made.confidence[place])
            assert math.isnan(made.accuracy[place])
            continue
        confidence = sum(c for c, _ in inside) / len(inside)
        accuracy = sum(right for _, right in inside) / len(inside)
        assert made.confidence[place] == pytest.approx(confidence, rel=1e-9, abs=1e-300)
        assert made.accuracy[place] == pytest.approx(accuracy, rel=1e-9)
        gaps += len(inside) * abs(accuracy - confidence)
        largest = max(largest, abs(accuracy - confidence))
    assert made.ece == pytest.approx(gaps / len(items), abs=1e-9)
    assert made.mce == pytest.approx(largest, abs=1e-9)


def test_a_confidence_on_an_edge_belongs_below_it_and_one_beyond_1_by_rounding_to_the_last_bin():
    made = reliability([0.5, 0.5, 0.51, 1.0000001, 0.0], [True, False, True, True, False], bins=2)
    assert made.edges == (0, 0.5, 1)
    assert made.count == (3, 2)
    assert made.accuracy == (1 / 3, 1)


def test_there_are_15_bins_and_an_empty_one_is_null_in_json():
    made = reliability([0.99], [True])
    assert len(made.count) == 15
    told = json.loads(json.dumps(made.to_dict(), allow_nan=False))
    assert told["confidence"][0] is None
    assert told["confidence"][14] == 0.99
    assert ece([0.99], [True]) == made.ece == pytest.approx(0.01)


@settings(deadline=None)
@given(ITEMS)
def test_coverage_takes_equally_sure_items_together(items):
    made = coverage(*map(np.array, zip(*items, strict=True)))
    expected = []
    for least in sorted({confidence for confidence, _ in items}, reverse=True):
        answered = [right for confidence, right in items if confidence >= least]
        expected.append((least, len(answered) / len(items), answered.count(False) / len(answered)))
    got = zip(made.confidence.tolist(), made.coverage.tolist(), made.error.tolist(), strict=True)
    assert list(got) == expected
    area = sum(error for confidence, _ in items for least, _, error in expected if least == confidence) / len(
        items
    )
    assert made.aurc == pytest.approx(area, abs=1e-12)


def test_the_order_of_the_items_changes_nothing():
    confidence, correct = np.array([0.9, 0.9, 0.4, 0.9]), np.array([True, False, True, False])
    one, other = coverage(confidence, correct), coverage(confidence[::-1], correct[::-1])
    assert one.error.tolist() == other.error.tolist() == [2 / 3, 0.5]
    assert one.aurc == other.aurc == (3 * 2 / 3 + 0.5) / 4


def test_the_curve_in_json_has_a_hundred_points_at_most_and_its_ends():
    confidence = np.linspace(1, 0, 1234)
    points = coverage(confidence, confidence > 0.3).to_dict()["points"]
    assert len(points) == 100
    assert points[0]["coverage"] == 13 / 1234
    assert points[-1] == {"confidence": 0, "coverage": 1, "error": pytest.approx(0.3, abs=1e-3)}
    few = coverage([0.5, 0.25], [True, False]).to_dict()["points"]
    assert [point["coverage"] for point in few] == [0.5, 1]


def test_what_cannot_be_measured_is_refused():
    for measure in (reliability, coverage):
        with pytest.raises(InputError, match="`confidence` is empty"):
            measure([], [])
        with pytest.raises(InputError, match=r"`correct` has another shape: expected \(2\), got \(1,\)"):
            measure([0.5, 0.5], [True])
        with pytest.raises(InputError, match="`confidence` holds NaN or infinity"):
            measure([math.nan], [True])
    with pytest.raises(InputError, match="reliability needs bins: expected 1 or more, got 0"):
        reliability([0.5], [True], bins=0)
