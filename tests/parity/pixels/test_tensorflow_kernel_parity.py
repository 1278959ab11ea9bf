"""TensorFlow's resize kernels, fast and literal, against TensorFlow itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract import Resize
from truecopy.contract.resize import filters_of
from truecopy.pixels.kernels import FAST
from truecopy.pixels.literal import LITERAL

tensorflow = pytest.importorskip("tensorflow")

PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "imagenet" / "photos"
SIDES = st.one_of(st.integers(1, 3), st.integers(1, 120))
METHODS = [
    *(("tf", name, False) for name in filters_of("tf", antialias=False)),
    *(("tf", name, True) for name in filters_of("tf", antialias=True)),
    *(("tf_v1", name, None) for name in filters_of("tf_v1", antialias=False)),
]


def by_tensorflow(pixels, size, method):
    kernel, name, antialias = method
    if kernel == "tf":
        return tensorflow.image.resize(pixels, size, method=name, antialias=antialias).numpy()
    return tensorflow.compat.v1.image.resize(pixels, size, method=name).numpy()


def ours(kernels, pixels, size, method):
    kernel, name, antialias = method
    switch = {} if antialias is None else {"antialias": antialias}
    step = Resize(rule="exact", size=size, kernel=kernel, filter=name, **switch)
    return np.ascontiguousarray(kernels.resize[kernel](pixels, size, step))


def same_bits(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: "-".join(map(str, method)))
@settings(max_examples=100, deadline=None)
@given(h=SIDES, w=SIDES, oh=SIDES, ow=SIDES, channels=st.sampled_from([1, 3]), floats=st.booleans())
@example(h=1, w=1, oh=120, ow=1, channels=3, floats=False)
@example(h=100, w=1, oh=1, ow=100, channels=1, floats=True)
def test_the_kernels_are_tensorflows_bit_for_bit(method, h, w, oh, ow, channels, floats):
    # To the same size v1 hands its input back, whatever the dtype; the plan never asks for that.
    if (h, w) == (oh, ow) and method[0] == "tf_v1":
        return
    source = np.random.default_rng([h, w]).integers(0, 256, (h, w, channels), np.uint8)
    if floats:
        source = source.astype(np.float32) / np.float32(127.5) - np.float32(1)
    theirs = by_tensorflow(source, (oh, ow), method)
    assert same_bits(ours(FAST, source, (oh, ow), method), theirs)
    assert same_bits(ours(LITERAL, source, (oh, ow), method), theirs)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: "-".join(map(str, method)))
@pytest.mark.parametrize("size", [(224, 224), (180, 299), (600, 700)], ids=str)
def test_the_kernels_are_tensorflows_on_photographs(method, size):
    files = sorted(PHOTOS.glob("*.JPEG"))[:6]
    if not files:
        pytest.skip("the photographs (shared/data/imagenet) are not here")
    for file in files:
        source = np.asarray(Image.open(file).convert("RGB"))
        assert same_bits(ours(FAST, source, size, method), by_tensorflow(source, size, method)), file.name
