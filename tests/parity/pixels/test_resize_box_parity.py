"""`resize_box` against Keras' `load_img(keep_aspect_ratio=True)`, on files."""

from __future__ import annotations

import numpy as np
import PIL
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract.resize import ResizeBox
from truecopy.pixels.kernels import FAST
from truecopy.pixels.kernels.pillow import FILTERS

keras = pytest.importorskip("keras")

SIDES = st.one_of(st.integers(1, 3), st.integers(1, 90))
ORDER = "pillow13" if int(PIL.__version__.split(".")[0]) >= 13 else "horizontal"


@settings(max_examples=300, deadline=None)
@given(h=SIDES, w=SIDES, oh=SIDES, ow=SIDES, name=st.sampled_from(sorted(FILTERS)), grey=st.booleans())
@example(h=1, w=90, oh=90, ow=3, name="bicubic", grey=False)
@example(h=90, w=11, oh=20, ow=20, name="lanczos", grey=True)
def test_the_box_is_what_keras_loads(tmp_path_factory, h, w, oh, ow, name, grey):
    source = np.random.default_rng([h, w]).integers(0, 256, (h, w) if grey else (h, w, 3), np.uint8)
    image = Image.fromarray(source)
    file = tmp_path_factory.getbasetemp() / "box.png"
    image.save(file)
    theirs = keras.utils.load_img(
        file,
        color_mode="grayscale" if grey else "rgb",
        target_size=(oh, ow),
        interpolation=name,
        keep_aspect_ratio=True,
    )
    ours = FAST.resize_box(image, ResizeBox(size=(oh, ow), filter=name, pass_order=ORDER))
    assert np.array_equal(np.asarray(ours), np.asarray(theirs))
