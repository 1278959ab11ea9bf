"""The value chain of a function, found by running it: no library is needed to try that."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.contract import SwapRB, Values
from truecopy.errors import RecipeError
from truecopy_export.recipes.keras.values import constant, found_steps, makes, probe

F = np.float32
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def torch_mode(pixels):
    return (pixels / F(255) - np.asarray(MEAN, F)) / np.asarray(STD, F)


def caffe_mode(pixels):
    return pixels[..., ::-1] - np.asarray((103.939, 116.779, 123.68), F)


def test_the_modes_of_keras_are_found_with_their_constants():
    assert found_steps(lambda pixels: pixels, 3) == (Values(chain=()),)
    assert found_steps(lambda pixels: pixels / F(127.5) - F(1), 3) == (
        Values(chain=(("div", 127.5), ("sub", 1.0))),
    )
    assert found_steps(torch_mode, 3) == (Values(chain=(("div", 255.0), ("sub", MEAN), ("div", STD))),)
    assert found_steps(caffe_mode, 3) == (SwapRB(), Values(chain=(("sub", (103.939, 116.779, 123.68)),)))


def test_a_plain_division_is_one_step():
    assert found_steps(lambda pixels: pixels / F(255), 3) == (Values(chain=(("div", 255.0),)),)


def test_grey_has_one_constant():
    assert found_steps(lambda pixels: pixels / F(127.5) - F(1), 1) == (
        Values(chain=(("div", 127.5), ("sub", 1.0))),
    )


def test_a_last_bit_elsewhere_is_no_match():
    def by_reciprocal(pixels):
        return pixels * (F(1) / F(127.5)) - F(1)

    assert not makes((Values(chain=(("div", 127.5), ("sub", 1.0))),), by_reciprocal, 3)
    with pytest.raises(RecipeError, match="cannot be expressed as a chain"):
        found_steps(by_reciprocal, 3)


@pytest.mark.parametrize(
    "curve",
    [np.sqrt, np.square, lambda pixels: pixels.clip(0, 255), lambda pixels: pixels * 0, np.round],
    ids=["root", "square", "clip", "zero", "round"],
)
def test_what_is_no_chain_is_refused(curve):
    with np.errstate(invalid="ignore"), pytest.raises(RecipeError):
        found_steps(lambda pixels: curve(pixels).astype(F), 3)


def test_mixed_channels_are_refused():
    with pytest.raises(RecipeError, match="mixes the channels"):
        found_steps(lambda pixels: pixels[..., [1, 2, 0]], 3)


def test_another_shape_is_refused():
    with pytest.raises(RecipeError, match="changes the shape"):
        found_steps(lambda pixels: pixels[..., :1], 3)


def test_a_function_that_writes_over_its_input_is_read_alike():
    def in_place(pixels):
        pixels /= F(127.5)
        pixels -= F(1)
        return pixels

    assert found_steps(in_place, 3) == (Values(chain=(("div", 127.5), ("sub", 1.0))),)


def test_the_probe_has_every_level_in_every_channel_in_another_order():
    values = probe(3)
    assert values.dtype == np.float32
    for channel in range(3):
        assert set(range(256)) <= set(values[0, :, 0, channel].tolist())
    assert not np.array_equal(values[..., 0], values[..., 1])


def test_constants_are_written_short_and_name_the_same_float32():
    assert constant([F(1) / F(255)] * 3) == 0.003921569
    assert F(constant(F(1) / F(255))) == F(1) / F(255)
    assert constant(np.asarray((103.939, 116.779, 123.68), F)) == (103.939, 116.779, 123.68)


three_decimals = st.integers(1, 999).map(lambda thousandths: thousandths / 1000)
triples = st.tuples(three_decimals, three_decimals, three_decimals)


@given(mean=triples, std=triples)
def test_any_mean_and_std_of_three_decimals_is_found(mean, std):
    def run(pixels):
        return (pixels / F(255) - np.asarray(mean, F)) / np.asarray(std, F)

    assert makes(found_steps(run, 3), run, 3)


@given(divisor=st.integers(1, 5000).map(lambda tenths: tenths / 10), minus=three_decimals)
def test_any_short_divisor_and_offset_is_found(divisor, minus):
    def run(pixels):
        return pixels / F(divisor) - F(minus)

    assert makes(found_steps(run, 3), run, 3)
