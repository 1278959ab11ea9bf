"""Views that move pixels: flips, quarter turns, corners and the zoom."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract.view_names import CORNERS, TURNS
from truecopy.errors import InputError
from truecopy.pixels.raster import as_array, as_image
from truecopy.pixels.views.corners import corner_crop
from truecopy.pixels.views.turns import TURN
from truecopy.pixels.views.zoom import enlarged, zoom

SIDES = st.integers(1, 40)
CANVASES = st.tuples(SIDES, SIDES, st.sampled_from([1, 3]), st.sampled_from([np.uint8, np.float32])).map(
    lambda given_: np.random.default_rng(7).integers(0, 256, given_[:3]).astype(given_[3])
)
TURNED = {
    "horizontal_flip": lambda canvas: canvas[:, ::-1],
    "vertical_flip": lambda canvas: canvas[::-1],
    "rotate_90": lambda canvas: np.rot90(canvas, -1),
    "rotate_180": lambda canvas: canvas[::-1, ::-1],
    "rotate_270": np.rot90,
}
PILLOW = {
    "horizontal_flip": Image.Transpose.FLIP_LEFT_RIGHT,
    "vertical_flip": Image.Transpose.FLIP_TOP_BOTTOM,
    "rotate_90": Image.Transpose.ROTATE_270,
    "rotate_180": Image.Transpose.ROTATE_180,
    "rotate_270": Image.Transpose.ROTATE_90,
}


def test_a_quarter_turn_is_clockwise():
    canvas = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)[:, :, np.newaxis]
    assert TURN["rotate_90"](canvas)[:, :, 0].tolist() == [[4, 1], [5, 2], [6, 3]]
    assert TURN["rotate_180"](canvas)[:, :, 0].tolist() == [[6, 5, 4], [3, 2, 1]]
    assert TURN["rotate_270"](canvas)[:, :, 0].tolist() == [[3, 6], [2, 5], [1, 4]]
    assert TURN["horizontal_flip"](canvas)[:, :, 0].tolist() == [[3, 2, 1], [6, 5, 4]]
    assert TURN["vertical_flip"](canvas)[:, :, 0].tolist() == [[4, 5, 6], [1, 2, 3]]


@settings(deadline=None)
@given(CANVASES, st.sampled_from(TURNS))
def test_a_turn_moves_pixels_of_any_kind_and_changes_none(canvas, name):
    seen = TURN[name](canvas)
    assert seen.dtype == canvas.dtype
    assert seen.flags.c_contiguous
    assert np.array_equal(seen, TURNED[name](canvas))
    if canvas.dtype == np.uint8:
        assert np.array_equal(seen, as_array(as_image(canvas).transpose(PILLOW[name])))


@pytest.mark.parametrize("name", TURNS)
def test_a_turn_of_a_part_of_a_read_only_picture_is_that_of_its_copy(pixels, name):
    picture = pixels(31, 29, 3)
    picture.flags.writeable = False
    part = picture[3:20, 5:19]
    assert np.array_equal(TURN[name](part), TURN[name](part.copy()))


def test_each_corner_is_where_its_name_says():
    picture = np.arange(20, dtype=np.uint8).reshape(4, 5, 1)
    found = {corner: corner_crop(picture, corner=corner, size=(2, 3))[:, :, 0].tolist() for corner in CORNERS}
    assert found == {
        "top_left": [[0, 1, 2], [5, 6, 7]],
        "top_right": [[2, 3, 4], [7, 8, 9]],
        "bottom_left": [[10, 11, 12], [15, 16, 17]],
        "bottom_right": [[12, 13, 14], [17, 18, 19]],
    }


@pytest.mark.parametrize("shape", [(1, 9), (9, 2)])
def test_a_picture_that_is_smaller_than_the_crop_has_no_corners(shape):
    with pytest.raises(InputError) as caught:
        corner_crop(np.zeros((*shape, 3), np.uint8), corner="top_left", size=(2, 3))
    assert str(caught.value) == (
        "the picture is smaller than the crop where five_crop cuts its corners: expected at least 2 x 3 (height x width), "
        f"got {shape[0]} x {shape[1]}. Leave five_crop out for such pictures"
    )


@pytest.mark.parametrize(
    ("size", "factor", "larger"),
    [
        ((224, 224), "1.15", (258, 258)),
        ((10, 30), "1.25", (12, 38)),  # 12.5 and 37.5: half to even
        ((50, 150), "1.15", (58, 172)),  # 57.5 and 172.5 exactly; 50 * 1.15 in floats is below
        ((7, 3), "4", (28, 12)),
    ],
)
def test_the_enlarged_sides_are_exact_decimals_rounded_half_to_even(size, factor, larger):
    assert enlarged(size, factor) == larger


@settings(max_examples=150, deadline=None)
@given(SIDES, SIDES, st.sampled_from([1, 3]), st.integers(1_000_001, 4_000_000))
def test_a_zoom_is_pillows_resize_and_the_centre_of_it(height, width, channels, millionths):
    factor = f"{millionths / 1_000_000:.6f}"
    canvas = np.random.default_rng(millionths).integers(0, 256, (height, width, channels), np.uint8)
    tall, wide = (round(Fraction(side) * Fraction(millionths, 1_000_000)) for side in (height, width))
    image = as_image(canvas)
    if wide != width:
        image = image.resize((wide, height), Image.Resampling.BILINEAR)
    if tall != height:
        image = image.resize((wide, tall), Image.Resampling.BILINEAR)
    top, left = round((tall - height) / 2), round((wide - width) / 2)
    theirs = as_array(image.crop((left, top, left + width, top + height)))
    seen = zoom(canvas, factor)
    assert seen.shape == canvas.shape
    assert seen.flags.c_contiguous
    assert np.array_equal(seen, theirs)


def test_a_zoom_of_two_shows_the_middle_half(pixels):
    canvas = np.zeros((8, 8, 3), np.uint8)
    canvas[2:6, 2:6] = 200
    assert (zoom(canvas, "2")[1:-1, 1:-1] == 200).all()
