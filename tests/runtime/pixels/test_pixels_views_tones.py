"""Brightness and contrast against Pillow's own `ImageEnhance`, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from truecopy.pixels.raster import as_array, as_image
from truecopy.pixels.views.tones import blend_table, brightness, contrast, mean_grey

FACTORS = st.integers(1, 10_000_000).map(lambda millionths: millionths / 1_000_000)
SIDES = st.integers(1, 40)


@settings(deadline=None)
@given(FACTORS)
def test_every_level_is_brightened_as_pillow_does(factor):
    levels = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis])
    theirs = np.asarray(ImageEnhance.Brightness(levels).enhance(factor))[0]
    assert np.array_equal(blend_table(0, factor), theirs)


@settings(deadline=None)
@given(FACTORS, st.integers(0, 255))
def test_every_level_is_blended_with_every_mean_as_pillow_does(factor, mean):
    levels = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis])
    flat = Image.new("L", levels.size, mean)
    assert np.array_equal(blend_table(mean, factor), np.asarray(Image.blend(flat, levels, factor))[0])


@pytest.mark.parametrize(
    "factor", [0.000001, 0.1, 0.5, 0.9, 0.999999, 1.000001, 1.1, 1.5, 2.0, 3.3, 9.999999, 10.0]
)
def test_tables_of_common_factors_hold_for_all_means(factor):
    levels = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis])
    for mean in range(256):
        theirs = np.asarray(Image.blend(Image.new("L", levels.size, mean), levels, factor))[0]
        assert np.array_equal(blend_table(mean, factor), theirs)


@settings(max_examples=150, deadline=None)
@given(SIDES, SIDES, st.sampled_from([1, 3]), FACTORS, st.integers(0, 9), st.integers(1, 256))
def test_a_canvas_of_any_size_is_seen_as_pillow_shows_it(height, width, channels, factor, seed, levels):
    canvas = np.random.default_rng(seed).integers(0, levels, (height, width, channels), np.uint8)
    image = as_image(canvas)
    theirs = as_array(ImageEnhance.Brightness(image).enhance(factor))
    ours = brightness(canvas, factor)
    assert ours.shape == canvas.shape
    assert ours.dtype == np.uint8
    assert np.array_equal(ours, theirs)
    assert np.array_equal(
        contrast(canvas, factor, bgr=False), as_array(ImageEnhance.Contrast(image).enhance(factor))
    )


@settings(max_examples=50, deadline=None)
@given(SIDES, SIDES, FACTORS, st.integers(0, 9))
def test_a_bgr_canvas_has_the_contrast_of_its_rgb_picture(height, width, factor, seed):
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    theirs = as_array(ImageEnhance.Contrast(Image.fromarray(rgb)).enhance(factor))
    assert np.array_equal(contrast(rgb[:, :, ::-1].copy(), factor, bgr=True), theirs[:, :, ::-1])


def test_the_grey_of_every_colour_of_a_grid_is_pillows():
    axis = np.unique(np.append(np.arange(0, 256, 5), 255)).astype(np.uint8)
    colours = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 1, 1, 3)
    greys = [mean_grey(colour, bgr=False) for colour in colours[::37]]
    theirs = np.asarray(Image.fromarray(colours.reshape(1, -1, 3)).convert("L"))[0]
    assert greys == theirs[::37].tolist()
    assert mean_grey(colours.reshape(-1, 1, 3), bgr=False) == int(theirs.mean() + 0.5)


def test_a_mean_of_half_a_level_goes_up():
    assert mean_grey(np.array([[[3], [4]]], np.uint8), bgr=False) == 4
    assert mean_grey(np.array([[[3], [4], [3]]], np.uint8), bgr=False) == 3


def test_a_canvas_that_is_a_part_of_a_larger_picture_is_read_where_it_lies(pixels):
    picture = pixels(31, 29, 3)
    picture.flags.writeable = False
    part = picture[3:20, 5:19]
    assert np.array_equal(brightness(part, 1.3), brightness(part.copy(), 1.3))
    assert np.array_equal(contrast(part, 1.3, bgr=False), contrast(part.copy(), 1.3, bgr=False))
    assert brightness(part, 1.3).flags.c_contiguous


def test_three_equal_channels_are_a_grey_picture(pixels):
    grey = pixels(9, 7, 1)
    wide = np.repeat(grey, 3, axis=2)
    for bgr in (False, True):
        assert np.array_equal(contrast(wide, 1.4, bgr=bgr)[:, :, :1], contrast(grey, 1.4, bgr=False))
