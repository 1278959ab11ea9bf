from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.pixels.grey import grayscale

SIDES = st.integers(1, 30)


@settings(deadline=None)
@given(SIDES, SIDES)
def test_pillows_grey_is_pillows(pixels, h, w):
    source = pixels(h, w, 3)
    assert np.array_equal(
        grayscale(source, "pillow", 1)[..., 0], np.asarray(Image.fromarray(source).convert("L"))
    )


@settings(deadline=None)
@given(SIDES, SIDES)
def test_opencvs_grey_is_opencvs(pixels, h, w):
    source = pixels(h, w, 3)
    assert np.array_equal(grayscale(source, "cv2", 1)[..., 0], cv2.cvtColor(source, cv2.COLOR_RGB2GRAY))


def test_torchvisions_grey_is_torchvisions_on_every_pair_of_levels():
    functional = pytest.importorskip("torchvision.transforms.functional")
    torch = pytest.importorskip("torch")
    levels = np.stack(np.meshgrid(np.arange(256), np.arange(256), indexing="ij"), axis=-1)
    for blue in range(0, 256, 5):
        source = np.dstack([levels, np.full((256, 256), blue)]).astype(np.uint8)
        theirs = functional.rgb_to_grayscale(torch.from_numpy(source).permute(2, 0, 1))[0].numpy()
        assert np.array_equal(grayscale(source, "torchvision", 1)[..., 0], theirs)


@pytest.mark.parametrize("method", ["pillow", "torchvision", "cv2"])
def test_the_three_formulas_are_not_the_same_and_all_make_equal_channels(pixels, method):
    source = pixels(40, 50, 3)
    made = grayscale(source, method, 3)
    assert (made.shape, made.dtype) == ((40, 50, 3), np.uint8)
    assert np.array_equal(made[..., 0], made[..., 2])
    other = {"pillow": "torchvision", "torchvision": "cv2", "cv2": "torchvision"}[method]
    assert not np.array_equal(made, grayscale(source, other, 3))


def test_one_channel_is_grey_already(pixels):
    source = pixels(3, 4, 1)
    assert np.array_equal(grayscale(source, "pillow", 1), source)
    assert np.array_equal(grayscale(source, "cv2", 3), np.repeat(source, 3, axis=2))
