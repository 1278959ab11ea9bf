from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.predict.heads.threshold import reaches


@settings(deadline=None)
@given(st.floats(0, 1))
def test_a_threshold_is_reached_by_its_own_float32_and_by_nothing_below(threshold):
    same = np.float32(threshold)
    assert reaches(float(same), threshold)
    assert reaches(float(np.nextafter(same, np.float32(2))), threshold)
    assert not reaches(float(np.nextafter(same, np.float32(-1))), threshold)


@settings(deadline=None)
@given(st.floats(0, 1, width=32), st.floats(0, 1))
def test_it_is_the_comparison_of_a_float32_array_with_a_number(probability, threshold):
    assert reaches(probability, threshold) == bool((np.array([probability], np.float32) >= threshold)[0])


@pytest.mark.parametrize(("threshold", "in_float64"), [(0.5, True), (0.3, True), (0.7, False)])
def test_float64_would_refuse_some_equal_numbers(threshold, in_float64):
    probability = float(np.float32(threshold))
    assert (probability >= threshold) is in_float64
    assert reaches(probability, threshold)
