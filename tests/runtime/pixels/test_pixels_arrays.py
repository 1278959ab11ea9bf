from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from truecopy.errors import AmbiguousChannels, InputError, TooLarge, Unsupported
from truecopy.limits import Limits
from truecopy.pixels import decode


def test_rgb_and_bgr_frames_are_the_same_picture(pixels, image_input):
    frame = pixels(5, 7, 3)
    assert np.array_equal(decode(frame, image_input(), color="RGB").pixels(), frame)
    assert np.array_equal(decode(frame[..., ::-1], image_input(), color="BGR").pixels(), frame)


def test_a_grey_frame_becomes_rgb_or_stays_grey(pixels, image_input):
    frame = pixels(5, 7)
    assert np.array_equal(decode(frame, image_input()).pixels(), np.repeat(frame[..., None], 3, axis=2))
    assert np.array_equal(decode(frame, image_input(color="L")).pixels(), frame[..., None])


@pytest.mark.parametrize("color", ["RGB", "BGR"])
def test_a_colour_frame_becomes_grey_as_pillow_converts(pixels, image_input, color):
    frame = pixels(5, 7, 3)
    rgb = frame if color == "RGB" else frame[..., ::-1]
    expected = np.asarray(Image.fromarray(np.ascontiguousarray(rgb)).convert("L"))
    assert np.array_equal(decode(frame, image_input(color="L"), color=color).pixels()[..., 0], expected)


def test_a_view_with_odd_strides_is_a_picture(pixels, image_input):
    frame = pixels(12, 20, 3)[::-2, 1::3]
    assert np.array_equal(decode(frame, image_input(), color="RGB").pixels(), frame)


@pytest.mark.parametrize(("shape", "color"), [((4, 5), None), ((4, 5, 3), "RGB"), ((4, 5, 3), "BGR")])
def test_the_picture_shares_no_memory_with_the_frame(pixels, image_input, shape, color):
    frame = pixels(*shape).copy()
    before = frame.copy()
    picture = decode(frame, image_input(color="L" if color is None else "RGB"), color=color)
    seen = picture.pixels().copy()
    assert np.array_equal(frame, before)
    frame[:] = 0
    assert np.array_equal(picture.pixels(), seen)


def test_channels_without_an_order_are_ambiguous(pixels, image_input):
    with pytest.raises(AmbiguousChannels) as caught:
        decode(pixels(4, 6, 3), image_input())
    assert str(caught.value) == (
        "an array of three channels does not say their order: got shape (4, 6, 3) - at <array>. "
        'Say color="RGB" or color="BGR"; a cv2 frame is BGR'
    )


@pytest.mark.parametrize(
    ("array", "color", "fix"),
    [
        (np.zeros((4, 6, 3), np.float32), "RGB", "multiply by 255 and cast to uint8"),
        (np.zeros((4, 6), np.uint16), None, "(array >> 8).astype(np.uint8)"),
        (np.zeros((4, 6), bool), None, "array.astype(np.uint8)"),
        (np.zeros((4, 6), object), None, "array.astype(np.uint8)"),
        (np.zeros((3, 4, 6), np.uint8), "RGB", "array.transpose(1, 2, 0)"),
        (np.zeros((1, 4, 6), np.uint8), None, "array[0]"),
        (np.zeros((4, 6, 1), np.uint8), None, "array[:, :, 0]"),
        (np.zeros((4, 6, 4), np.uint8), "RGB", "array[:, :, :3]"),
        (np.zeros((4, 6, 2), np.uint8), None, "Pass one picture"),
        (np.zeros((2, 4, 6, 3), np.uint8), "RGB", "[model(frame, color=...) for frame in batch]"),
        (np.zeros(6, np.uint8), None, "Pass one picture"),
        (np.array(6, np.uint8), None, "Pass one picture"),
        (np.zeros((0, 6, 3), np.uint8), "RGB", "The array is empty"),
        (np.zeros((4, 6), np.uint8), "RGB", "Leave `color` out"),
        (np.zeros((4, 6, 3), np.uint8), "rgb", 'expected color="RGB" or color="BGR", got \'rgb\''),
    ],
)
def test_every_other_array_is_told_what_to_type(image_input, array, color, fix):
    with pytest.raises(Unsupported) as caught:
        decode(array, image_input(), color=color)
    assert fix in str(caught.value)
    assert "<array>" in str(caught.value)
    assert isinstance(caught.value, TypeError)


def test_colour_with_anything_but_an_array_is_refused(image_input):
    with pytest.raises(Unsupported, match=r"got color=\'BGR\' with bytes - at <bytes>. Leave `color` out"):
        decode(b"anything", image_input(), color="BGR")


def test_an_array_has_the_same_limit_of_pixels(image_input):
    array = np.zeros((11, 10), np.uint8)
    with pytest.raises(TooLarge) as caught:
        decode(array, image_input(), limits=Limits(max_pixels=100))
    assert str(caught.value) == (
        "the array is too large: expected at most 100 pixels, got 10 x 11 (width x height) = 110 pixels - at <array>. "
        "If the source is trusted, pass limits=Limits(max_pixels=110)"
    )
    assert isinstance(caught.value, InputError)
