"""The models of the other tests answer as their docstrings say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import truecopy

tiny = pytest.importorskip("tests.tiny_models")


def test_a_row_goes_through_the_weights(tmp_path: Path) -> None:
    weights = np.array([[1, 0], [0, 2], [3, 0], [0, 4], [0, 0]], np.float32)
    task = tiny.replace(tiny.REGRESSION, undo=())
    model = truecopy.load(tiny.sealed(tmp_path / "m.onnx", tiny.TABLE, task, weights=weights), device="cpu")
    made = model({"age": 60.0, "city": "Basel", "bmi": 30.0, "remark": None}, outputs=("hidden",))
    assert made.numbers.tolist() == [2.0, 6.0]
    assert made.outputs["hidden"].tolist() == [4.0, 2.0, 0.0, 2.0, 0.0]


def test_each_id_is_followed_by_the_next_one(tmp_path: Path) -> None:
    model = truecopy.load(tiny.sealed(tmp_path / "m.onnx", tiny.TOKENS, tiny.WRITER), device="cpu")
    assert [model(text).text for text in ("_", "a", "ac", "d")] == ["abcd", "bcd", "d", ""]


def test_columns_of_a_picture_are_tokens_by_their_brightness(tmp_path: Path) -> None:
    model = truecopy.load(tiny.sealed(tmp_path / "m.onnx", tiny.IMAGE, tiny.CTC), device="cpu")
    picture = np.repeat(np.array([[85, 85, 0, 255]], np.uint8), tiny.SIDE, axis=0)
    assert model(picture).text == "ac"


@pytest.mark.parametrize("batch", [1, 2])
def test_a_fixed_batch_gives_the_same_answers(batch: int, tmp_path: Path) -> None:
    free = truecopy.load(
        tiny.sealed(tmp_path / "a.onnx", tiny.PADDED, tiny.MULTILABEL, mask=True), device="cpu"
    )
    fixed = truecopy.load(
        tiny.sealed(tmp_path / "b.onnx", tiny.PADDED, tiny.MULTILABEL, mask=True, batch=batch), device="cpu"
    )
    for text in ("a", "abc", "dddd"):
        assert fixed(text).to_dict() == free(text).to_dict()
