from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from truecopy.errors import TooLarge
from truecopy.intake import preprocess
from truecopy.limits import Limits
from truecopy.pixels import Plan, golden_images


@pytest.mark.parametrize(("name", "data"), golden_images())
def test_preprocess_is_resize_crop_and_normalise(contract, name, data, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)
    with Image.open(path) as image:
        rgb = image.convert("RGB")
    width, height = (28, int(28 * rgb.height / rgb.width)) if rgb.width <= rgb.height else (int(28 * rgb.width / rgb.height), 28)  # fmt: skip
    resized = rgb.resize((width, rgb.height), Image.Resampling.BICUBIC).resize((width, height), Image.Resampling.BICUBIC)  # fmt: skip
    top, left = round((height - 24) / 2), round((width - 20) / 2)
    pixels = np.asarray(resized)[top : top + 24, left : left + 20].astype(np.float32)
    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    expected = ((pixels / np.float32(255) - mean) / std).transpose(2, 0, 1)
    tensor = preprocess(path, contract)
    assert (
        (tensor.shape, tensor.dtype)
        == ((3, 24, 20), np.float32)
        == (Plan.of(contract).shape, Plan.of(contract).dtype)
    )
    assert np.array_equal(tensor, expected)


def test_a_frame_says_its_channel_order(contract, pixels):
    frame = pixels(40, 50, 3)
    assert np.array_equal(
        preprocess(frame, contract, color="RGB"), preprocess(frame[..., ::-1], contract, color="BGR")
    )


def test_limits_hold_for_the_picture_and_for_the_steps(contract):
    with pytest.raises(TooLarge, match="the image is too large"):
        preprocess(Image.new("RGB", (50, 30)), contract, limits=Limits(max_pixels=1000))
    with pytest.raises(TooLarge, match="`resize` step"):
        preprocess(Image.new("RGB", (50, 2)), contract, limits=Limits(max_pixels=1000))
