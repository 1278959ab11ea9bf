from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.pixels.values import value_table

NUMBER = st.floats(-1000, 1000).filter(lambda x: abs(x) > 1e-3)
CONSTANT = NUMBER | st.tuples(NUMBER, NUMBER, NUMBER)
CHAIN = st.lists(st.tuples(st.sampled_from(["add", "sub", "mul", "div", "mul64"]), CONSTANT), max_size=4)


@given(CHAIN)
def test_looking_up_is_running_the_chain_on_the_picture(pixels, chain):
    picture = pixels(5, 3, 3)
    expected = picture.astype(np.float32)
    for op, constant in chain:
        single = np.asarray(constant, np.float32)
        if op == "mul64":
            expected = (expected.astype(np.float64) * np.asarray(constant)).astype(np.float32)
        else:
            operation = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}[op]
            expected = operation(expected, single, dtype=np.float32)
    table = value_table(tuple(chain), 3)
    looked_up = np.stack([table[picture[..., c], c] for c in range(3)], axis=-1)
    assert looked_up.dtype == np.float32
    assert np.array_equal(looked_up, expected)


def test_the_table_is_float32_with_one_column_a_channel():
    table = value_table((), 1)
    assert (table.shape, table.dtype) == ((256, 1), np.float32)
    assert table[:, 0].tolist() == list(range(256))


def test_mul64_differs_from_mul_by_the_rounding_of_its_constant():
    single, double = (value_table(((op, 1 / 255),), 1) for op in ("mul", "mul64"))
    assert 0 < np.abs(single - double).max() < 1e-6
    assert np.array_equal(double[:, 0], (np.arange(256) * (1 / 255)).astype(np.float32))


@pytest.mark.filterwarnings("error")
def test_an_overflow_is_infinite_without_a_warning():
    assert np.isinf(value_table((("mul", 1e39),), 1)[1:]).all()
