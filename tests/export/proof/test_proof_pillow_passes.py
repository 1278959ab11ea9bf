"""The original transform runs under the pass order of the Pillow that trained."""

from __future__ import annotations

import contextlib

import numpy as np
import PIL
import pytest
from PIL import Image
from torchvision import transforms

from truecopy.pixels.literal.pillow import resize
from truecopy_export.proof import pillow as module
from truecopy_export.proof.pillow import pillow_passes

# (height, width) in and out, where Pillow 13 shrinks the rows first.
TALL, SMALL = (90, 40), (20, 30)


def tall() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (*TALL, 3), np.uint8))


@pytest.mark.parametrize("order", ["horizontal", "pillow13"])
@pytest.mark.parametrize("name", ["bilinear", "bicubic", "lanczos", "box", "hamming", "nearest"])
def test_inside_resize_runs_its_passes_in_the_order_that_is_asked_for(order, name):
    with pillow_passes(order):
        made = np.asarray(tall().resize(SMALL[::-1], Image.Resampling[name.upper()]))
    expected = resize(np.asarray(tall()), SMALL, resampling=name, pass_order=order)
    assert np.array_equal(made, expected)


def test_the_two_orders_differ_on_this_picture_and_so_reach_torchvision():
    made = {}
    for order in ("horizontal", "pillow13"):
        with pillow_passes(order):
            made[order] = np.asarray(transforms.Resize(SMALL)(tall()))
        assert np.array_equal(
            made[order], resize(np.asarray(tall()), SMALL, resampling="bilinear", pass_order=order)
        )
    assert (made["horizontal"] != made["pillow13"]).any()


def test_pillow_is_restored_also_after_an_error(monkeypatch):
    before = Image.Image.resize
    for installed, asked in (("13.0.0", "horizontal"), ("12.3.0", "pillow13")):
        monkeypatch.setattr(PIL, "__version__", installed)
        with contextlib.suppress(ZeroDivisionError), pillow_passes(asked):
            assert Image.Image.resize is not before
            raise ZeroDivisionError
        assert Image.Image.resize is before


def test_the_installed_order_changes_nothing():
    before = Image.Image.resize
    with pillow_passes(module.installed_pass_order()):
        assert Image.Image.resize is before


def test_what_is_no_plain_resize_goes_through_as_it_is():
    other = "horizontal" if module.installed_pass_order() == "pillow13" else "pillow13"
    plain = tall().resize((30, 20), Image.Resampling.BILINEAR, box=(0, 0, 20, 90))
    reduced = tall().resize((30, 20), Image.Resampling.BILINEAR, reducing_gap=2.0)
    with pillow_passes(other):
        boxed = tall().resize((30, 20), Image.Resampling.BILINEAR, box=(0, 0, 20, 90))
        assert np.array_equal(np.asarray(boxed), np.asarray(plain))
        gap = tall().resize((30, 20), Image.Resampling.BILINEAR, reducing_gap=2.0)
        assert np.array_equal(np.asarray(gap), np.asarray(reduced))
