"""How far two tensors are apart: as bits, as numbers, in units of the last place."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from truecopy_export.proof.tensors import differing_values, largest_difference, largest_ulps

FLOATS = st.floats(width=32, allow_nan=False)


@given(FLOATS, st.integers(0, 5))
def test_units_of_the_last_place_are_steps_of_nextafter(value, steps):
    other = np.float32(value)
    with np.errstate(over="ignore"):
        for _ in range(steps):
            other = np.nextafter(other, np.float32(np.inf))
    ours, theirs = {"x": np.float32([[value]])}, {"x": np.float32([[other]])}
    moved = steps if np.isfinite(other) else largest_ulps(ours, theirs)
    crossed_zero = value < 0 <= other
    assert largest_ulps(ours, theirs) in ((moved, moved - 1) if crossed_zero else (moved,))
    assert largest_ulps(theirs, ours) == largest_ulps(ours, theirs)


def test_bits_tell_zeros_apart_and_nan_is_far_from_any_number():
    zero, minus, nan = ({"x": np.float32([[value]])} for value in (0.0, -0.0, np.nan))
    assert (differing_values(zero, minus), largest_difference(zero, minus), largest_ulps(zero, minus)) == (
        1,
        0.0,
        0,
    )
    assert (differing_values(nan, nan), largest_difference(nan, nan), largest_ulps(nan, nan)) == (0, 0.0, 0)
    assert largest_difference(zero, nan) == float("inf")
    assert largest_ulps(zero, nan) > 1_000_000
