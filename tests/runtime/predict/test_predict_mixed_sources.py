"""Lists of sources of every kind, through `predict` and `stream`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import truecopy
from truecopy.errors import Unsupported
from truecopy.predict import Failure, Model


@pytest.fixture(scope="module")
def model(digits: Path) -> Model:
    return truecopy.load(digits, device="cpu", threads=2)


def one_of_each(path: str) -> list[Any]:
    """The same picture eight times; no source of it needs `color`."""
    data = Path(path).read_bytes()
    with Image.open(path) as image:
        image.load()
        grey = np.array(image.convert("L"))
    return [path, Path(path), data, bytearray(data), memoryview(data), io.BytesIO(data), image, grey]


def test_a_list_of_every_kind_is_answered_like_each_alone(model: Model, digit_images: list[str]) -> None:
    alone = model(digit_images[2]).probabilities
    for answers in (
        model.predict(one_of_each(digit_images[2])),
        list(model.stream(one_of_each(digit_images[2]))),
    ):
        assert len(answers) == 8
        assert all(np.array_equal(answer.probabilities, alone) for answer in answers)


def test_frames_with_their_colour_are_answered_in_any_list(model: Model) -> None:
    frames = list(np.random.default_rng(0).integers(0, 256, (3, 20, 30, 3), np.uint8))
    for answers in (model.predict(frames, color="BGR"), list(model.stream(iter(frames), color="BGR"))):
        for frame, answer in zip(frames, answers, strict=True):
            assert np.array_equal(answer.probabilities, model(frame, color="BGR").probabilities)
            assert np.array_equal(answer.probabilities, model(frame[:, :, ::-1], color="RGB").probabilities)


def test_beside_frames_with_a_colour_a_file_is_told_to_go_without(
    model: Model, digit_images: list[str]
) -> None:
    frame = np.zeros((20, 30, 3), np.uint8)
    answered, refused = model.predict([frame, digit_images[0]], color="BGR", on_error="yield")
    assert not isinstance(answered, Failure)
    assert isinstance(refused, Failure)
    assert isinstance(refused.error, Unsupported)
    assert "Leave `color` out" in str(refused.error)
