from __future__ import annotations

import numpy as np
import PIL
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract.resize import ResizeBox
from truecopy.pixels.boxes import box_passes
from truecopy.pixels.kernels import FAST
from truecopy.pixels.kernels.pillow import FILTERS
from truecopy.pixels.literal import LITERAL

SIDES = st.integers(1, 40)
NAMES = sorted(FILTERS)
ORDERS = ["horizontal", "pillow13"]
ORDER_OF_THIS_PILLOW = "pillow13" if int(PIL.__version__.split(".")[0]) >= 13 else "horizontal"


def made(kernels, raster, size, name, order):
    return np.asarray(kernels.resize_box(raster, ResizeBox(size=size, filter=name, pass_order=order)))


def by_pillow(image, size, name):
    """As keras/src/utils/image_utils.py `load_img(keep_aspect_ratio=True)` asks for it."""
    (width, height), (new_height, new_width) = image.size, size
    if image.size == size[::-1]:
        return np.asarray(image)
    box_height = min(height, width * new_height // new_width)
    box_width = min(width, height * new_width // new_height)
    top, left = (height - box_height) // 2, (width - box_width) // 2
    box = (left, top, left + box_width, top + box_height)
    return np.asarray(image.resize(size[::-1], FILTERS[name], box=box))


@settings(max_examples=400, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(NAMES))
@example(40, 7, 7, 7, "lanczos")
@example(1, 40, 40, 1, "bicubic")
@example(9, 13, 9, 13, "nearest")
def test_the_box_is_resized_as_by_pillow_in_one_call(pixels, h, w, oh, ow, name):
    image = Image.fromarray(pixels(h, w, 3))
    ours = made(FAST, image, (oh, ow), name, ORDER_OF_THIS_PILLOW)
    assert np.array_equal(ours, by_pillow(image, (oh, ow), name))


@settings(max_examples=400, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(NAMES), st.sampled_from(ORDERS))
@example(40, 7, 7, 7, "lanczos", "pillow13")
@example(1, 40, 40, 1, "bicubic", "horizontal")
@example(40, 1, 1, 40, "nearest", "pillow13")
def test_the_fast_box_is_the_literal_one_bit_for_bit(pixels, h, w, oh, ow, name, order):
    source = pixels(h, w, 3)
    fast, literal = (made(kernels, source, (oh, ow), name, order) for kernels in (FAST, LITERAL))
    assert literal.dtype == np.uint8
    assert np.array_equal(fast, literal)


@pytest.mark.parametrize("name", NAMES)
def test_a_grey_picture_stays_grey(pixels, name):
    grey = pixels(13, 29)
    fast = FAST.resize_box(
        Image.fromarray(grey), ResizeBox(size=(7, 5), filter=name, pass_order="horizontal")
    )
    assert fast.mode == "L"
    assert np.array_equal(
        np.asarray(fast), made(LITERAL, grey[..., None], (7, 5), name, "horizontal")[..., 0]
    )


def test_the_neighbours_of_the_box_take_part():
    source = np.zeros((2, 8, 1), np.uint8)
    source[:, :3] = 255  # left of the box, which is columns 3 and 4
    boxed = made(FAST, source, (4, 4), "bilinear", "horizontal")
    cut = made(FAST, source[:, 3:5], (4, 4), "bilinear", "horizontal")
    assert boxed[0].tolist() == [64, 0, 0, 0]
    assert cut[0].ravel().tolist() == [0, 0, 0, 0]


def test_the_order_of_the_passes_is_pillow_13s_where_the_step_says_so(pixels):
    source = pixels(60, 21, 3)
    first, second = (made(FAST, source, (20, 20), "lanczos", order) for order in ORDERS)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", NAMES)
def test_a_box_without_pixels_is_one_place_of_the_picture(name):
    source = np.full((1, 50, 3), 30, np.uint8)
    source[:, 25:] = 200
    # 1 * 10 // 30 columns are none: Pillow and Keras take the box all the same.
    boxed = made(FAST, source, (30, 10), name, "horizontal")
    assert np.array_equal(boxed, by_pillow(Image.fromarray(source), (30, 10), name))
    assert np.unique(boxed).size == 1


def test_the_same_size_is_the_picture_itself(pixels):
    image = Image.fromarray(pixels(5, 9, 3))
    step = ResizeBox(size=(5, 9), filter="bicubic", pass_order="pillow13")
    assert box_passes(step, (5, 9)) == ()
    assert FAST.resize_box(image, step) is image


def test_an_axis_that_the_box_does_not_touch_has_no_pass():
    step = ResizeBox(size=(6, 6), filter="box", pass_order="horizontal")
    assert [one.axis for one in box_passes(step, (6, 9))] == [1]
    assert [one.axis for one in box_passes(step, (9, 6))] == [0]
    assert [one.axis for one in box_passes(step, (12, 9))] == [1, 0]
    pillow13 = ResizeBox(size=(6, 6), filter="box", pass_order="pillow13")
    assert [one.axis for one in box_passes(pillow13, (20, 9))] == [0, 1]
