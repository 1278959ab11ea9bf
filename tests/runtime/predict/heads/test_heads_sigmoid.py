from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import OutputError
from truecopy.predict.heads.sigmoid import sigmoid

LOGIT = st.sampled_from([-1e4, 1e4, 0.0, -0.0, 3.4e38, -3.4e38]) | st.floats(-100, 100, width=32)


@settings(deadline=None)
@given(st.lists(LOGIT, min_size=1, max_size=6))
def test_it_is_half_a_hyperbolic_tangent_in_float64(logits):
    made = sigmoid(np.array([logits], np.float32))
    assert made.dtype == np.float32
    assert made[0] == pytest.approx([0.5 * (1 + math.tanh(x / 2)) for x in logits], rel=3e-7, abs=1e-16)


@settings(deadline=None)
@given(LOGIT)
def test_small_probabilities_keep_their_digits(logit):
    special = pytest.importorskip("scipy.special")
    x = np.float32(logit)
    assert sigmoid(x.reshape(1, 1))[0, 0] == pytest.approx(
        float(special.expit(np.float64(x))), rel=1e-6, abs=1e-44
    )


@settings(deadline=None)
@given(LOGIT, LOGIT)
def test_it_never_falls_as_the_logit_grows(one, other):
    low, high = sorted((one, other))
    made = sigmoid(np.array([low, high], np.float32))
    assert 0 <= made[0] <= made[1] + np.float32(6e-8) <= 1 + 1e-7


def test_extreme_logits_and_masks_are_certain():
    assert sigmoid(np.array([1e4, -1e4, -np.inf, 0], np.float32)).tolist() == [1, 0, 0, 0.5]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nan_and_plus_infinity_are_errors(bad):
    with pytest.raises(OutputError, match="the graph answered with NaN or infinity: expected finite numbers"):
        sigmoid(np.array([0, bad], np.float32))
