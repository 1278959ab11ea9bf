from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from truecopy.errors import UnreadableInput
from truecopy.predict import Classification, Failure, Model, Score


@pytest.fixture
def result(fake_model: Callable[..., Model], digit_images: list[str]) -> Classification:
    return fake_model(lambda x: np.arange(10, dtype=np.float32)[None])(digit_images[0])


@pytest.mark.parametrize("name", ["label", "confidence", "top", "probabilities"])
def test_a_result_is_frozen(result: Classification, name: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(result, name, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.top[0].index = 3  # type: ignore[misc]


def test_probabilities_are_read_only_float32_that_sum_to_one(result: Classification) -> None:
    assert (result.probabilities.dtype, result.probabilities.shape) == (np.float32, (10,))
    assert float(result.probabilities.sum()) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="read-only"):
        result.probabilities[0] = 1


def test_top_is_a_tuple_of_five_scores_best_first(result: Classification) -> None:
    assert isinstance(result.top, tuple)
    assert all(isinstance(score, Score) for score in result.top)
    assert [score.label for score in result.top] == ["nine", "eight", "seven", "six", "five"]
    assert result.top[0] == Score(result.label, result.index, result.confidence)
    assert result.passes == 1


@pytest.mark.parametrize(("k", "count"), [(0, 0), (1, 1), (10, 10), (10_000, 10)])
def test_top_k_gives_as_many_as_there_are(result: Classification, k: int, count: int) -> None:
    assert [score.index for score in result.top_k(k)] == list(range(9, -1, -1))[:count]


def test_a_negative_k_is_refused(result: Classification) -> None:
    with pytest.raises(ValueError, match="k must not be negative, got -1"):
        result.top_k(-1)


def test_to_dict_leaves_probabilities_out_unless_asked(result: Classification) -> None:
    plain = result.to_dict()
    assert list(plain) == ["source", "label", "index", "confidence", "accepted", "top", "passes", "warnings"]
    assert len(plain["top"]) == 5
    assert len(result.to_dict(top=2)["top"]) == 2
    whole = result.to_dict(probabilities=True)
    assert np.array_equal(np.float32(whole["probabilities"]), result.probabilities)
    assert json.loads(json.dumps(whole)) == whole


def test_the_repr_of_a_result_is_short_and_names_the_answer(result: Classification) -> None:
    assert repr(result).startswith("Classification(source=")
    assert "label='nine'" in repr(result)
    assert "array" not in repr(result)


def test_a_failure_is_frozen_and_says_its_kind() -> None:
    failure = Failure("a.jpg", UnreadableInput("there is no such file", where="a.jpg"))
    assert failure.to_dict() == {
        "source": "a.jpg",
        "error": "there is no such file - at a.jpg",
        "kind": "UnreadableInput",
    }
    with pytest.raises(dataclasses.FrozenInstanceError):
        failure.source = "b.jpg"  # type: ignore[misc]


def test_results_compare_by_identity_and_can_be_hashed(result: Classification) -> None:
    other: Any = dataclasses.replace(result)
    assert result != other
    assert len({result, other}) == 2
