from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from truecopy.errors import OutputError
from truecopy.predict.heads.softmax import softmax

LOGITS = st.sampled_from([-1e4, 1e4, 0.0, -0.0, 1.5, -math.inf]) | st.floats(-50, 50, width=32)
ROWS = hnp.arrays(np.float32, hnp.array_shapes(min_dims=2, max_dims=3, max_side=5), elements=LOGITS).filter(
    lambda rows: bool((rows.max(-1) > -np.inf).all())
)


def textbook(rows: np.ndarray, temperature: float) -> np.ndarray:
    """In float64, through the logarithm of the sum."""
    x = rows.astype(np.float64) / temperature
    return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))


@settings(deadline=None)
@given(ROWS, st.sampled_from([1.0, 0.5, 3.0]))
def test_it_is_the_textbook_one_also_for_extreme_logits_ties_and_masks(rows, temperature):
    made = softmax(rows, temperature)
    assert made.dtype == np.float32
    assert made == pytest.approx(textbook(rows, temperature), rel=2e-5, abs=1e-30)
    assert made.sum(-1) == pytest.approx(np.ones(rows.shape[:-1]), abs=1e-6)


@settings(deadline=None)
@given(ROWS)
def test_equal_logits_get_equal_bits_and_a_mask_gets_nothing(rows):
    made = softmax(rows)
    for row, p in zip(rows.reshape(-1, rows.shape[-1]), made.reshape(-1, rows.shape[-1]), strict=True):
        assert len({(x, bits) for x, bits in zip(row + 0.0, p.view(np.uint32), strict=True)}) == len(
            set(row + 0.0)
        )
        assert (p[row == -np.inf] == 0).all()
        assert p.argmax() in np.flatnonzero(p == p[row.argmax()])


@settings(deadline=None)
@given(ROWS)
def test_it_is_the_one_of_scipy_in_float32(rows):
    special = pytest.importorskip("scipy.special")
    assert softmax(rows) == pytest.approx(special.softmax(rows, axis=-1), rel=1e-6, abs=1e-37)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_and_plus_infinity_are_errors(bad):
    with pytest.raises(
        OutputError, match=r"^the graph answered with NaN or infinity: expected finite numbers$"
    ):
        softmax(np.array([[0, bad], [1, 2]], np.float32))


def test_one_row_of_masks_alone_is_an_error():
    with pytest.raises(OutputError, match="the graph rules every outcome out"):
        softmax(np.array([[0, 1], [-np.inf, -np.inf]], np.float32))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_finite_logit_that_the_temperature_makes_infinite_is_an_error(sign):
    with pytest.raises(OutputError, match="the answer divided by the temperature 1e-38 is no number"):
        softmax(np.array([[0, sign * 10, -np.inf]], np.float32), 1e-38)
