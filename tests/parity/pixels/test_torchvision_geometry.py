"""Our geometry against torchvision's, on PIL images of random size."""

from __future__ import annotations

import numpy as np
import PIL
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract import CenterCrop, Pad, Resize
from truecopy.pixels.geometry import center_crop, pad
from truecopy.pixels.kernels.pillow import resample as resize
from truecopy.pixels.raster import as_array
from truecopy.pixels.sizes import output_size
from truecopy.pixels.values import value_table

pytest.importorskip("torchvision")
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as torchvision_functional

SIDES = st.integers(1, 90)
# The order that this Pillow uses inside torchvision's call with both axes.
PASS_ORDER = "pillow13" if int(PIL.__version__.split(".")[0]) >= 13 else "horizontal"


def image_of(height, width):
    generator = np.random.default_rng([height, width])
    return Image.fromarray(generator.integers(0, 256, (height, width, 3), np.uint8))


def same(ours, theirs):
    return ours.size == theirs.size and ours.mode == theirs.mode and ours.tobytes() == theirs.tobytes()


def resize_step(rule, size, name):
    return Resize(rule=rule, size=size, kernel="pillow", filter=name, pass_order=PASS_ORDER)


@settings(max_examples=150, deadline=None)
@given(
    SIDES,
    SIDES,
    st.integers(1, 50),
    st.sampled_from(["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]),
)
def test_rule_short_is_torchvisions_resize_with_one_number(h, w, side, name):
    image = image_of(h, w)
    size = output_size(resize_step("short", side, name), h, w)
    ours = resize(image, size, resampling=name, pass_order=PASS_ORDER)
    assert same(ours, torchvision_functional.resize(image, side, InterpolationMode(name)))


@settings(max_examples=100, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(["nearest", "bilinear", "bicubic"]))
def test_rule_exact_is_torchvisions_resize_with_two_numbers(h, w, oh, ow, name):
    image = image_of(h, w)
    size = output_size(resize_step("exact", (oh, ow), name), h, w)
    ours = resize(image, size, resampling=name, pass_order=PASS_ORDER)
    assert same(ours, torchvision_functional.resize(image, [oh, ow], InterpolationMode(name)))


@settings(max_examples=150, deadline=None)
@given(SIDES, SIDES, SIDES, SIDES)
def test_half_even_crop_is_torchvisions_center_crop(h, w, ch, cw):
    image = image_of(h, w)
    step = CenterCrop(size=(ch, cw), offset="half_even", pad_before="floor", fill=0)
    theirs = torchvision_functional.center_crop(image, [ch, cw])
    assert np.array_equal(center_crop(as_array(image), step), as_array(theirs))


@settings(max_examples=150, deadline=None)
@given(SIDES, SIDES, *[st.integers(0, 60)] * 4, st.sampled_from(["constant", "edge", "reflect", "symmetric"]))
def test_pad_is_torchvisions_pad(h, w, top, bottom, left, right, mode):
    image = image_of(h, w)
    fill = (124, 116, 104) if mode == "constant" else 0
    step = Pad(top=top, bottom=bottom, left=left, right=right, mode=mode, fill=fill)
    theirs = torchvision_functional.pad(image, [left, top, right, bottom], fill, mode)
    assert np.array_equal(pad(as_array(image), step), as_array(theirs))


def test_the_value_table_is_to_tensor_and_normalize():
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    levels = Image.fromarray(np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2))
    theirs = (
        torchvision_functional.normalize(torchvision_functional.to_tensor(levels), mean, std)[:, :, 0]
        .numpy()
        .T
    )
    table = value_table((("div", 255.0), ("sub", mean), ("div", std)), 3)
    assert np.array_equal(table, theirs)
