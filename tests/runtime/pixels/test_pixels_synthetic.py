from __future__ import annotations

import io

import numpy as np
from PIL import Image

from truecopy.pixels import decode, digest, golden_images
from truecopy.pixels.kernels.pillow import resample as resize
from truecopy.pixels.sizes import output_size


def test_golden_images_are_the_same_every_time():
    assert golden_images() == golden_images()


def test_golden_images_are_small_odd_and_of_every_shape():
    sizes = []
    for name, data in golden_images():
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == ("JPEG" if name == "gradient" else "PNG")
            assert image.mode == ("L" if name == "grey" else "RGB")
            sizes.append((image.height, image.width))
    assert [name for name, _ in golden_images()] == ["gradient", "edges", "noise", "grey"]
    assert all(40 <= side <= 130 and side % 2 == 1 for size in sizes for side in size)
    assert any(h < w for h, w in sizes)
    assert any(w < h < 2 * w for h, w in sizes)
    assert any(h > 2 * w for h, w in sizes)
    assert sum(len(data) for _, data in golden_images()) < 64 * 1024


def test_lossless_golden_images_never_change(image_input):
    digests = {name: digest(decode(data, image_input()).pixels()) for name, data in golden_images()}
    assert digests["edges"] == "b26b66606b2346700514aa89880663ba5fbaf217b8a642c0f158750d3f06e218"
    assert digests["noise"] == "9fbcc687a287fa348e871326f04ab6fdc5710a8e4cc0050fdff56b4d98a7e732"
    assert digests["grey"] == "c5d7d2b636754a5601a50ed1d265dbbbd6877dd923be258a08c7186d689f9901"


def test_the_noise_sees_the_order_of_the_passes(image_input, resize_step):
    image = decode(dict(golden_images())["noise"], image_input()).image
    size = output_size(resize_step("short", 32), image.height, image.width)
    first, second = (
        np.asarray(resize(image, size, resampling="bilinear", pass_order=order))
        for order in ("horizontal", "pillow13")
    )
    assert not np.array_equal(first, second)
