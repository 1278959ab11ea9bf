from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import truecopy
from truecopy.errors import AmbiguousChannels


def test_a_list_of_camera_frames_is_answered_like_the_frames_one_by_one(digits, digit_images) -> None:
    model = truecopy.load(digits, device="cpu")
    frames = [np.asarray(Image.open(path).convert("RGB"))[..., ::-1] for path in digit_images[:4]]
    alone = [model(frame, color="BGR") for frame in frames]
    assert [r.label for r in model.predict(frames, color="BGR")] == [r.label for r in alone]
    streamed = list(model.stream(iter(frames), color="BGR"))
    assert [r.probabilities.tolist() for r in streamed] == [r.probabilities.tolist() for r in alone]


def test_a_list_of_frames_without_their_colour_is_refused(digits) -> None:
    model = truecopy.load(digits, device="cpu")
    with pytest.raises(AmbiguousChannels, match='Say color="RGB" or color="BGR"'):
        model.predict([np.zeros((8, 8, 3), np.uint8)])
