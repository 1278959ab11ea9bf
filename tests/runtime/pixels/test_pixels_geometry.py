from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.contract import CenterCrop, Pad, PadTo
from truecopy.errors import InputError
from truecopy.pixels.geometry import center_crop, crop_size, pad, pad_to, swap_rb

SIDES = st.integers(1, 24)


def cropped(array, height, width, *, offset="half_even", pad_before="floor", fill=0):
    step = CenterCrop(size=(height, width), offset=offset, pad_before=pad_before, fill=fill)
    made = center_crop(array if array.ndim == 3 else array[..., None], step)
    return made if array.ndim == 3 else made[..., 0]


@pytest.mark.parametrize(
    ("side", "half_even", "floor"), [(341, 58, 58), (343, 60, 59), (345, 60, 60), (224, 0, 0)]
)
def test_half_even_and_floor_differ_where_the_rest_is_odd(side, half_even, floor):
    column = (np.arange(side) % 256).astype(np.uint8)[:, None]
    assert cropped(column, 224, 1)[0, 0] == half_even
    assert cropped(column, 224, 1, offset="floor")[0, 0] == floor


def test_a_small_side_is_filled_while_the_other_is_cut():
    row = np.arange(1, 8, dtype=np.uint8)[None]
    assert cropped(row, 4, 3, fill=9).tolist() == [[9, 9, 9], [3, 4, 5], [9, 9, 9], [9, 9, 9]]
    assert cropped(row, 4, 3, fill=9, pad_before="ceil").tolist() == [[9] * 3, [9] * 3, [3, 4, 5], [9] * 3]


def test_fill_may_differ_by_channel():
    corner = cropped(np.zeros((1, 1, 3), np.uint8), 3, 3, fill=(124, 116, 104))[0, 0]
    assert corner.tolist() == [124, 116, 104]


@settings(deadline=None)
@given(
    SIDES, SIDES, SIDES, SIDES, st.sampled_from(["half_even", "floor"]), st.sampled_from(["floor", "ceil"])
)
def test_center_crop_is_pad_first_and_then_cut(pixels, h, w, ch, cw, offset, pad_before):
    source = pixels(h, w, 3)
    margins = []
    for side, wanted in ((h, ch), (w, cw)):
        missing = max(wanted - side, 0)
        before = missing // 2 if pad_before == "floor" else -(-missing // 2)
        margins.append((before, missing - before))
    padded = np.pad(source, (*margins, (0, 0)), constant_values=7)
    rest = padded.shape[0] - ch, padded.shape[1] - cw
    top, left = (round(r / 2) if offset == "half_even" else r // 2 for r in rest)
    expected = padded[top : top + ch, left : left + cw]
    assert np.array_equal(cropped(source, ch, cw, offset=offset, pad_before=pad_before, fill=7), expected)


@settings(deadline=None)
@given(SIDES, SIDES, *[st.integers(0, 30)] * 4, st.sampled_from(["constant", "edge", "reflect", "symmetric"]))
def test_pad_is_numpys_pad(pixels, h, w, top, bottom, left, right, mode):
    source = pixels(h, w, 3)
    more = {"constant_values": 5} if mode == "constant" else {}
    expected = np.pad(source, ((top, bottom), (left, right), (0, 0)), mode, **more)
    padded = pad(source, Pad(top=top, bottom=bottom, left=left, right=right, mode=mode, fill=5))
    assert np.array_equal(padded, expected)


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric"])
def test_a_grey_picture_stays_grey(mode):
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    padded = pad(grey, Pad(top=1, bottom=0, left=2, right=0, mode=mode, fill=0))
    assert (padded.dtype, padded.shape) == (np.uint8, (3, 5, 1))


def test_swap_rb_twice_is_the_identity(pixels):
    source = pixels(3, 5, 3)
    once = swap_rb(source)
    assert np.array_equal(once, source[..., ::-1])
    assert np.array_equal(swap_rb(once), source)


def test_geometry_leaves_its_input_alone(pixels):
    source = pixels(7, 5, 3)
    before = source.copy()
    center_crop(source, CenterCrop(size=(3, 9), offset="floor", pad_before="ceil", fill=(1, 2, 3)))
    pad(source, Pad(top=1, bottom=1, left=1, right=1, mode="reflect", fill=0))
    swap_rb(source)
    assert np.array_equal(source, before)


@pytest.mark.parametrize(
    ("options", "size", "made"),
    [
        ({"rule": "short_frac", "frac": (0.875, 0.5)}, (9, 20), (7, 4)),
        ({"rule": "short_square"}, (9, 20), (9, 9)),
        ({"rule": "aspect", "aspect": (2, 3)}, (9, 20), (9, 13)),
        ({"rule": "aspect", "aspect": (1, 50)}, (9, 20), (1, 20)),
        ({"rule": "fastai", "aspect": (2, 3)}, (9, 20), (9, 13)),
        ({"rule": "fastai", "aspect": (3, 2)}, (9, 20), (9, 6)),
    ],
)
def test_a_rule_makes_the_crop_of_the_picture(options, size, made):
    step = CenterCrop(offset="floor", pad_before="floor", fill=0, **options)
    assert crop_size(step, size) == made


@pytest.mark.parametrize(
    "options", [{"rule": "short_frac", "frac": (0.875, 0.875)}, {"rule": "fastai", "aspect": (1, 50)}]
)
def test_a_crop_without_pixels_is_refused(options):
    step = CenterCrop(offset="floor", pad_before="floor", fill=0, **options)
    with pytest.raises(InputError, match=r"a side would have no pixels: got 1 x 30 \(width x height\)"):
        crop_size(step, (30, 1))


@pytest.mark.parametrize(
    ("position", "before"), [("floor", (1, 2)), ("ceil", (2, 3)), ("top_left", (0, 0)), ("letterbox", (1, 2))]
)
def test_pad_to_puts_the_missing_pixels_where_the_position_says(position, before):
    step = PadTo(size=(5, 9), position=position, fill=7)
    padded = pad_to(np.zeros((2, 4, 1), np.uint8), step)
    assert padded.shape == (5, 9, 1)
    assert tuple(np.argwhere(padded[..., 0] == 0)[0]) == before


def test_pad_to_leaves_a_side_that_is_large_enough():
    source = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    assert np.array_equal(pad_to(source, PadTo(size=(2, 4), position="floor", fill=0)), source)
    reflected = pad_to(source, PadTo(size=(5, 2), position="floor", fill=0, mode="reflect"))
    assert reflected[:, 0, 0].tolist() == [4, 0, 4, 8, 4]
