from __future__ import annotations

import numpy as np
import PIL
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.pixels.kernels import pillow as fast_pillow
from truecopy.pixels.kernels.pillow import FILTERS
from truecopy.pixels.literal import pillow as literal_pillow
from truecopy.pixels.passes import pass_sizes, vertical_first

FILTER_NAMES = sorted(FILTERS)
SIDES = st.integers(1, 40)
HORIZONTAL, PILLOW_13_ORDER = "horizontal", "pillow13"
PILLOW_13 = int(PIL.__version__.split(".")[0]) >= 13


def resized_by_pillow(image, size, name):
    return np.asarray(image.resize(size[::-1], FILTERS[name]))


@settings(max_examples=400, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(FILTER_NAMES), st.sampled_from(["horizontal", "pillow13"]))
@example(1, 1, 1, 1, "bicubic", "horizontal")
@example(40, 1, 3, 40, "lanczos", "pillow13")
@example(1, 40, 40, 3, "hamming", "pillow13")
def test_the_fast_resize_is_the_reference_bit_for_bit(pixels, h, w, oh, ow, name, order):
    source = pixels(h, w, 3)
    slow = literal_pillow.resize(source, (oh, ow), resampling=name, pass_order=order)
    fast = fast_pillow.resample(Image.fromarray(source), (oh, ow), resampling=name, pass_order=order)
    assert slow.dtype == np.uint8
    assert np.array_equal(np.asarray(fast), slow)


@pytest.mark.skipif(not PILLOW_13, reason="the rule is that of Pillow 13")
@settings(max_examples=400, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(FILTER_NAMES))
@example(40, 20, 10, 10, "lanczos")
@example(100, 10, 99, 20, "bicubic")
def test_pillow13_order_is_what_pillow_13_does_in_one_call(pixels, h, w, oh, ow, name):
    image = Image.fromarray(pixels(h, w, 3))
    fast = fast_pillow.resample(image, (oh, ow), resampling=name, pass_order=PILLOW_13_ORDER)
    assert np.array_equal(np.asarray(fast), resized_by_pillow(image, (oh, ow), name))


@settings(max_examples=100, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(FILTER_NAMES))
def test_horizontal_order_is_a_horizontal_call_and_then_a_vertical_one(pixels, h, w, oh, ow, name):
    source = pixels(h, w, 3)
    across = literal_pillow.resize(source, (h, ow), resampling=name, pass_order=HORIZONTAL)
    down = literal_pillow.resize(across, (oh, ow), resampling=name, pass_order=HORIZONTAL)
    both = fast_pillow.resample(Image.fromarray(source), (oh, ow), resampling=name, pass_order=HORIZONTAL)
    assert np.array_equal(np.asarray(both), down)


@pytest.mark.parametrize("name", FILTER_NAMES)
def test_a_grey_picture_is_resized_like_one_channel(pixels, name):
    source = pixels(13, 29)
    fast = fast_pillow.resample(Image.fromarray(source), (7, 31), resampling=name, pass_order=HORIZONTAL)
    slow = literal_pillow.resize(source[..., None], (7, 31), resampling=name, pass_order=HORIZONTAL)
    assert fast.mode == "L"
    assert np.array_equal(np.asarray(fast), slow[..., 0])


@pytest.mark.parametrize("name", FILTER_NAMES)
def test_resizing_to_the_same_size_is_the_identity(pixels, name):
    image = Image.fromarray(pixels(5, 9, 3))
    assert fast_pillow.resample(image, (5, 9), resampling=name, pass_order=PILLOW_13_ORDER) is image


@pytest.mark.parametrize("name", FILTER_NAMES)
def test_resize_leaves_its_input_alone(pixels, name):
    source = pixels(21, 9, 3)
    image, before = Image.fromarray(source), source.copy()
    fast_pillow.resample(image, (5, 7), resampling=name, pass_order=PILLOW_13_ORDER)
    literal_pillow.resize(source, (5, 7), resampling=name, pass_order=PILLOW_13_ORDER)
    assert np.array_equal(np.asarray(image), before)
    assert np.array_equal(source, before)


def test_the_two_orders_make_different_pixels_of_a_portrait(pixels):
    image = Image.fromarray(pixels(60, 21, 3))
    first, second = (
        np.asarray(fast_pillow.resample(image, (20, 20), resampling="lanczos", pass_order=order))
        for order in ("horizontal", "pillow13")
    )
    assert not np.array_equal(first, second)


def test_the_vertical_pass_comes_first_where_it_saves_more_than_twice_as_much():
    assert vertical_first((421, 300), (256, 256))
    assert not vertical_first((300, 421), (256, 256))
    assert not vertical_first((30, 20), (10, 10))  # 20 > 2 * 10 does not hold
    assert vertical_first((31, 20), (10, 10))
    assert not vertical_first((10, 20), (10, 10))
    assert vertical_first((100, 10), (99, 20))


def test_a_pass_that_changes_nothing_is_left_out():
    assert pass_sizes((9, 5), (9, 5), resampling="box", pass_order=HORIZONTAL) == ()
    assert pass_sizes((9, 5), (9, 3), resampling="box", pass_order=HORIZONTAL) == ((9, 3),)
    assert pass_sizes((9, 5), (4, 5), resampling="box", pass_order=HORIZONTAL) == ((4, 5),)
    assert pass_sizes((9, 5), (2, 3), resampling="box", pass_order=HORIZONTAL) == ((9, 3), (2, 3))
    assert pass_sizes((9, 5), (2, 3), resampling="box", pass_order=PILLOW_13_ORDER) == ((2, 5), (2, 3))
    assert pass_sizes((9, 5), (2, 3), resampling="nearest", pass_order=PILLOW_13_ORDER) == ((2, 3),)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(*[st.integers(1, 300)] * 4, st.sampled_from(FILTER_NAMES), st.sampled_from(["horizontal", "pillow13"]))
def test_the_fast_resize_is_the_reference_on_larger_pictures(pixels, h, w, oh, ow, name, order):
    source = pixels(h, w, 3)
    slow = literal_pillow.resize(source, (oh, ow), resampling=name, pass_order=order)
    fast = fast_pillow.resample(Image.fromarray(source), (oh, ow), resampling=name, pass_order=order)
    assert np.array_equal(np.asarray(fast), slow)
