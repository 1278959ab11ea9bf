from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from truecopy.contract import Resize
from truecopy.errors import InputError
from truecopy.pixels.kernels import FAST
from truecopy.pixels.literal import LITERAL

SIDES = st.integers(1, 60)
FACTORS = st.integers(1, 5)
EXACT = ["nearest", "bilinear", "area", "lanczos"]
FILTERS = [*EXACT, "bicubic"]


def step(name, *, area_for_downscale=False):
    return Resize(rule="exact", size=(1, 1), kernel="cv2", filter=name, area_for_downscale=area_for_downscale)


def fast(source, size, name, **changes):
    return FAST.resize["cv2"](source, size, step(name, **changes))


def literal(source, size, name, **changes):
    return LITERAL.resize["cv2"](source, size, step(name, **changes))


def hard(source):
    """Black and white: the filters that overshoot are clipped."""
    return (source // 128 * 255).astype(np.uint8)


@settings(max_examples=400, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([1, 3]), st.sampled_from(EXACT), st.booleans())
@example(1, 60, 60, 1, 3, "area", False)
@example(60, 1, 7, 50, 1, "lanczos", True)
@example(10, 10, 20, 20, 3, "area", False)
def test_the_fast_resize_is_the_literal_one_bit_for_bit(pixels, h, w, oh, ow, channels, name, contrast):
    source = hard(pixels(h, w, channels)) if contrast else pixels(h, w, channels)
    one, other = fast(source, (oh, ow), name), literal(source, (oh, ow), name)
    assert one.dtype == other.dtype == np.uint8
    assert np.array_equal(one, other)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 15), st.integers(1, 15), FACTORS, FACTORS, st.sampled_from(EXACT))
@example(3, 4, 2, 2, "area")
@example(3, 4, 2, 2, "bilinear")
def test_whole_factors_are_no_exception(pixels, oh, ow, rows, columns, name):
    source = pixels(oh * rows, ow * columns, 3)
    assert np.array_equal(fast(source, (oh, ow), name), literal(source, (oh, ow), name))


@settings(max_examples=200, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([1, 3]), st.booleans())
def test_the_fast_bicubic_is_at_most_one_level_from_the_literal_one(pixels, h, w, oh, ow, channels, contrast):
    source = hard(pixels(h, w, channels)) if contrast else pixels(h, w, channels)
    apart = fast(source, (oh, ow), "bicubic").astype(int) - literal(source, (oh, ow), "bicubic")
    assert np.abs(apart).max() <= 1


def test_few_values_of_a_bicubic_differ_from_the_literal_one(pixels):
    """0.06 % where OpenCV itself does it, 2 to 4 % where it hands it to IPP (x86)."""
    apart = [
        fast(source, size, "bicubic") != literal(source, size, "bicubic")
        for source, size in ((pixels(90, 120, 3), (64, 64)), (pixels(50, 40, 3), (97, 83)))
    ]
    assert np.mean(np.concatenate([one.ravel() for one in apart])) < 0.06


@pytest.mark.parametrize("name", FILTERS)
def test_the_axis_of_a_single_channel_stays(pixels, name):
    assert fast(pixels(9, 7, 1), (4, 5), name).shape == (4, 5, 1)
    assert literal(pixels(9, 7, 1), (4, 5), name).shape == (4, 5, 1)


@pytest.mark.parametrize("kernel", [fast, literal])
def test_area_for_downscale_takes_area_as_soon_as_one_side_shrinks(pixels, kernel):
    source = pixels(20, 20, 3)
    for size in ((10, 10), (10, 20), (20, 19), (10, 40)):
        made = kernel(source, size, "bilinear", area_for_downscale=True)
        assert np.array_equal(made, kernel(source, size, "area"))
    enlarged = kernel(source, (31, 40), "bilinear", area_for_downscale=True)
    assert np.array_equal(enlarged, kernel(source, (31, 40), "bilinear"))
    assert not np.array_equal(enlarged, kernel(source, (31, 40), "area"))


@pytest.mark.parametrize("name", FILTERS)
def test_the_result_depends_on_neither_threads_nor_layout(pixels, name):
    picture = pixels(300, 421, 3)
    part = picture[10:290, 5:400]
    before = cv2.getNumThreads()
    try:
        made = []
        for threads in (1, 2, 4):
            cv2.setNumThreads(threads)
            made += [fast(part, (224, 224), name), fast(part.copy(), (224, 224), name)]
    finally:
        cv2.setNumThreads(before)
    assert all(np.array_equal(made[0], other) for other in made[1:])


@pytest.mark.parametrize("name", FILTERS)
def test_the_picture_may_be_read_only_and_is_left_alone(pixels, name):
    source = pixels(21, 9, 3)
    source.flags.writeable = False
    before = source.copy()
    fast(source, (5, 14), name)
    literal(source, (5, 14), name)
    assert np.array_equal(source, before)


def test_what_opencv_refuses_is_an_input_error(pixels):
    with pytest.raises(
        InputError, match=r"OpenCV cannot resize the picture: expected 4 x 3 .*9 x 9, 5 channels"
    ):
        fast(pixels(9, 9, 5), (3, 4), "area")


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(*[st.integers(1, 400)] * 4, st.sampled_from(EXACT))
def test_the_fast_resize_is_the_literal_one_on_larger_pictures(pixels, h, w, oh, ow, name):
    source = pixels(h, w, 3)
    assert np.array_equal(fast(source, (oh, ow), name), literal(source, (oh, ow), name))
