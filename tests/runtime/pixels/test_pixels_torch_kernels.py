"""torch's resize kernels: the fast forms against the literal ones, and the arithmetic that both stand on."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from truecopy.contract import Resize
from truecopy.contract.resize import filters_of
from truecopy.pixels.fused import fma
from truecopy.pixels.kernels import FAST, torch_windows
from truecopy.pixels.kernels.banded import Axis as BandedAxis
from truecopy.pixels.kernels.fused_sum import Axis as FusedAxis
from truecopy.pixels.kernels.fused_sum import Tap, weighted_sums
from truecopy.pixels.literal import LITERAL
from truecopy.pixels.literal import torch_windows as literal_windows

KERNELS = ("torch_u8", "torch_f32", "torch_f32_u8")
CASES = [
    (kernel, name, antialias)
    for kernel in KERNELS
    for antialias in (False, True)
    for name in filters_of(kernel, antialias=antialias)
]
# Few pixels, some more, and results above torch's border between two kernels (height + width = 128).
SIDES = st.one_of(st.integers(1, 9), st.integers(1, 70), st.integers(100, 150))
CHANNELS = st.sampled_from([1, 3])
FLOATS = st.floats(-1e6, 1e6, width=32, allow_subnormal=False).map(np.float32)


def step(kernel, name, antialias, size):
    return Resize(rule="exact", size=size, kernel=kernel, filter=name, antialias=antialias)


def both(source, size, kernel, name, antialias):
    asked = step(kernel, name, antialias, size)
    return (kernels.resize[kernel](source, size, asked) for kernels in (LITERAL, FAST))


def bits(array):
    return np.ascontiguousarray(array).view(np.uint8)


def busy(pixels, h, w, c, *, contrast):
    """Random pixels; of high contrast: black and white only, where filters overshoot most."""
    source = pixels(h, w, c)
    return np.where(source > 127, 255, 0).astype(np.uint8) if contrast else source


@settings(max_examples=600, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, CHANNELS, st.sampled_from(CASES), st.booleans())
@example(1, 1, 150, 150, 3, ("torch_f32", "bicubic", False), False)
@example(150, 150, 1, 1, 3, ("torch_u8", "lanczos", True), True)
@example(1, 150, 150, 1, 1, ("torch_f32_u8", "bilinear", True), False)
@example(61, 53, 70, 58, 3, ("torch_f32", "bilinear", False), False)
@example(61, 53, 70, 59, 3, ("torch_f32", "bilinear", False), False)
@example(1, 2, 1, 837, 1, ("torch_u8", "nearest-exact", False), False)
@example(1, 2, 1, 97, 1, ("torch_u8", "nearest-exact", False), False)
def test_the_fast_form_is_the_literal_one_bit_for_bit(pixels, h, w, oh, ow, c, case, contrast):
    assume((h, w) != (oh, ow))  # the plan leaves such a resize out
    source = busy(pixels, h, w, c, contrast=contrast)
    slow, fast = both(source, (oh, ow), *case)
    kernel, name, _ = case
    expected = np.float32 if kernel == "torch_f32" and not name.startswith("nearest") else np.uint8
    assert slow.dtype == fast.dtype == expected
    assert slow.shape == fast.shape == (oh, ow, c)
    assert np.array_equal(bits(fast), bits(slow))


@settings(max_examples=200, deadline=None)
@given(
    SIDES, SIDES, SIDES, SIDES, CHANNELS, st.sampled_from([case for case in CASES if case[0] == "torch_f32"])
)
@example(20, 30, 20, 15, 3, ("torch_f32", "bilinear", False))
def test_the_fast_form_is_the_literal_one_for_numbers_too(pixels, h, w, oh, ow, c, case):
    assume((h, w) != (oh, ow))
    source = (pixels(h, w, c).astype(np.float32) / np.float32(255) - np.float32(0.5)) / np.float32(0.229)
    source[0, 0] = -0.0
    slow, fast = both(source, (oh, ow), *case)
    assert slow.dtype == fast.dtype == np.float32
    assert np.array_equal(bits(fast), bits(slow))


@pytest.mark.parametrize(("kernel", "name", "antialias"), CASES)
@pytest.mark.parametrize(
    ("size_in", "size_out"), [((1201, 5), (50, 4)), ((7, 1999), (6, 83)), ((3000, 2), (3, 1))]
)
def test_the_fast_form_is_the_literal_one_where_windows_are_long(
    pixels, kernel, name, antialias, size_in, size_out
):
    slow, fast = both(pixels(*size_in, 3), size_out, kernel, name, antialias)
    assert np.array_equal(bits(fast), bits(slow))


@pytest.mark.parametrize(("kernel", "name", "antialias"), CASES)
def test_a_kernel_leaves_its_input_alone_and_takes_a_read_only_view(pixels, kernel, name, antialias):
    whole = pixels(21, 40, 3)
    source = whole[1:, ::-2, ::-1]
    source.flags.writeable = False
    before = whole.copy()
    slow, fast = both(source, (9, 70), kernel, name, antialias)
    assert np.array_equal(bits(fast), bits(slow))
    assert np.array_equal(whole, before)
    assert fast.flags.c_contiguous
    assert fast.flags.writeable


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_picture_of_one_colour_keeps_it(kernel):
    source = np.full((37, 53, 3), (0, 128, 255), np.uint8)
    for name, antialias in [(name, antialias) for owner, name, antialias in CASES if owner == kernel]:
        _, fast = both(source, (90, 80), kernel, name, antialias)
        # float32 weights add up to one but for some 2**-22 an axis
        assert np.abs(fast.astype(np.float64) - (0, 128, 255)).max() < 255 * 2**-20


def test_the_nearest_ones_keep_the_dtype_and_differ_from_each_other(pixels):
    source = pixels(5, 9, 3)
    for kernel in ("torch_u8", "torch_f32"):
        _, plain = both(source, (3, 4), kernel, "nearest", False)
        _, exact = both(source, (3, 4), kernel, "nearest-exact", False)
        assert plain.dtype == exact.dtype == np.uint8
        assert np.array_equal(plain, source[[0, 1, 3]][:, [0, 2, 4, 6]])
        assert np.array_equal(exact, source[[0, 2, 4]][:, [1, 3, 5, 7]])
    _, floats = both(source.astype(np.float32), (3, 4), "torch_f32", "nearest", False)
    assert floats.dtype == np.float32


def test_rounding_is_half_to_even_and_overshoot_is_clipped():
    halves = np.array([[[0], [1], [2], [3]]], np.uint8)
    _, exact = both(halves, (1, 2), "torch_f32", "bilinear", False)
    _, rounded = both(halves, (1, 2), "torch_f32_u8", "bilinear", False)
    assert exact.ravel().tolist() == [0.5, 2.5]
    assert rounded.ravel().tolist() == [0, 2]
    edge = np.repeat(np.array([0, 255], np.uint8), 8)[np.newaxis, :, np.newaxis]
    _, exact = both(edge, (1, 40), "torch_f32", "bicubic", True)
    _, rounded = both(edge, (1, 40), "torch_f32_u8", "bicubic", True)
    assert exact.min() < -5
    assert exact.max() > 260
    assert rounded.min() == 0
    assert rounded.max() == 255


def test_the_8_bit_kernel_rounds_between_its_passes_and_halves_up():
    source = np.array([[[0], [1]], [[1], [1]]], np.uint8)
    _, fast = both(source, (1, 1), "torch_u8", "bilinear", False)
    assert fast.item() == 1  # (0 + 1) / 2 rounds to 1, (1 + 1) / 2 is 1
    _, exact = both(source, (1, 1), "torch_f32", "bilinear", False)
    assert exact.item() == 0.75


def test_a_weight_that_a_negative_one_joins_still_takes_a_bit_of_the_others():
    """The border's tap is 0.99998 before its neighbour from outside is added: then 1.0 no more fits 15 bits."""
    assert torch_windows.fixed_point_axis(225, 224, "bicubic", antialias=False).bits == 14
    assert torch_windows.fixed_point_axis(224, 225, "bicubic", antialias=False).bits == 14
    assert torch_windows.fixed_point_axis(500, 341, "bicubic", antialias=True).bits == 15
    spans = list(literal_windows.windows(225, 224, "bicubic", antialias=False))
    assert max(max(span.weights) for span in spans) < 0.9999 < max(span.largest for span in spans)


@settings(max_examples=500, deadline=None)
@given(FLOATS, FLOATS, FLOATS)
@example(np.float32(1 + 2**-12), np.float32(2**-24 * (1 - 2**-12 + 2**-24)), np.float32(1))
@example(np.float32(-1 - 2**-12), np.float32(2**-24 * (1 - 2**-12 + 2**-24)), np.float32(-1))
@example(np.float32(3), np.float32(5), np.float32(-15))
def test_a_fused_multiply_add_rounds_once(a, b, c):
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    got = fma(a, b, c)
    assert got.dtype == np.float32
    assert got.shape == ()

    def error(value):
        return abs(Fraction(float(value)) - exact)

    below, above = np.nextafter(got[()], np.float32(-np.inf)), np.nextafter(got[()], np.float32(np.inf))
    assert error(got) <= min(error(below), error(above))
    if error(got) in (error(below), error(above)):
        assert int(got.view(np.uint32)) % 2 == 0


def test_double_rounding_is_found_and_mended():
    """1 + (2**-24 + 2**-60): in float64 halfway between two float32, and truly above."""
    value, weight = np.float32(1 + 2**-12), np.float32(2**-24 * (1 - 2**-12 + 2**-24))
    assert np.float32(1 + float(value) * float(weight)) == 1
    old = np.zeros(1, np.int64)
    taps = [Tap(old, np.ones(1, np.float32), 0), Tap(old + 1, np.array([weight]), 0)]
    axis = FusedAxis.of(taps, 2)
    rows = np.array([[1, 1], [value, 0]], np.float32)
    assert weighted_sums(rows, axis, exact=False).tolist() == [[1 + 2**-23, 1]]


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from(["bilinear", "bicubic", "lanczos"]))
@example(400, 2, "bicubic")
@example(400, 23, "lanczos")
def test_values_near_a_rounding_boundary_are_summed_in_integers(size_in, size_out, name):
    assume(size_in != size_out)
    axis = torch_windows.fixed_point_axis(size_in, size_out, name, antialias=True)
    generator = np.random.default_rng([size_in, size_out])
    source = generator.integers(0, 256, (200, size_in, 1), np.uint8)
    taps = np.minimum(axis.first[:, np.newaxis] + np.arange(axis.weights.shape[1]), size_in - 1)
    total = (source[:, taps, 0].astype(np.int64) * axis.weights).sum(2)
    expected = np.clip((total + (1 << (axis.bits - 1))) >> axis.bits, 0, 255)
    fast = FAST.resize["torch_u8"](source, (200, size_out), step("torch_u8", name, True, (200, size_out)))
    assert np.array_equal(fast[:, :, 0], expected)


def test_sums_that_a_float_cannot_hold_are_doubted_or_doubled():
    def axis(taps, bits):
        return BandedAxis.of(np.zeros(1, np.int64), np.full((1, taps), (1 << bits) // taps), bits, taps)

    assert axis(2, 14).doubt == 0.0
    assert axis(2, 14).dtype == np.float32
    assert 0 < axis(64, 20).doubt < 1e-2
    assert axis(64, 20).dtype == np.float32
    assert axis(4000, 22).doubt == 0.0
    assert axis(4000, 22).dtype == np.float64


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("antialias", [False, True])
def test_a_picture_of_12_megapixels_takes_little_memory(kernel, antialias):
    source = np.zeros((3000, 4000, 3), np.uint8)
    asked = step(kernel, "bicubic", antialias, (256, 341))
    tracemalloc.start()
    try:
        FAST.resize[kernel](source, (256, 341), asked)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40e6  # the picture itself has 36e6 bytes
