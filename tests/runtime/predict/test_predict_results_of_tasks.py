from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import numpy as np
import pytest

from truecopy.predict import Binary, Classification, Multilabel, Regression, Score, Sequence, Token, Value

COMMON: dict[str, Any] = {"source": "a.png", "passes": 1, "warnings": ()}


def binary(**changes: Any) -> Binary:
    fields = {"label": "spam", "index": 1, "positive": True, "probability": 0.875, "threshold": 0.5,
              "probabilities": np.float32([0.125, 0.875]), "labels": ("ham", "spam")}  # fmt: skip
    return Binary(**{**COMMON, **fields, **changes})


def multilabel(**changes: Any) -> Multilabel:
    scores = (Score("dog", 0, 0.75), Score("cat", 1, 0.25), Score("sea", 2, 0.5))
    fields = {"found": (scores[0], scores[2]), "scores": scores, "thresholds": (0.5, 0.5, 0.5),
              "probabilities": np.float32([0.75, 0.25, 0.5]), "labels": ("dog", "cat", "sea")}  # fmt: skip
    return Multilabel(**{**COMMON, **fields, **changes})


def regression(**changes: Any) -> Regression:
    values = (Value("progression", 152.3, "points", None), Value("age", 18.0, "years", "low"), Value("ratio", 2.0, None, None))  # fmt: skip
    return Regression(**{**COMMON, "values": values, "numbers": np.array([152.3, 18, 2]), **changes})


def sequence(**changes: Any) -> Sequence:
    rows = np.float32([[0.125, 0.5, 0.375], [0.25, 0.0, 0.75]])
    fields = {"text": "ab", "tokens": (Token("a", 1, 0, 0.5), Token("b", 2, 1, 0.75)), "confidence": 0.5,
              "finished": None, "probabilities": rows, "labels": ("-", "a", "b")}  # fmt: skip
    return Sequence(**{**COMMON, **fields, **changes})


def classification() -> Classification:
    score = Score("dog", 0, 0.75)
    return Classification(**COMMON, label="dog", index=0, confidence=0.75, top=(score,), accepted=True,
                          probabilities=np.float32([0.75, 0.25]), labels=("dog", "cat"))  # fmt: skip


ALL = [binary, multilabel, regression, sequence, classification]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (binary(), "Binary(source='a.png', label='spam', probability of 'spam'=0.875, threshold=0.5)"),
        (
            binary(label="ham", index=0, positive=False, probability=0.125, threshold=0.3),
            "Binary(source='a.png', label='ham', probability of 'spam'=0.125, threshold=0.3)",
        ),
        (multilabel(), "Multilabel(source='a.png', found={'dog': 0.75, 'sea': 0.5})"),
        (multilabel(found=()), "Multilabel(source='a.png', found={})"),
        (
            regression(),
            "Regression(source='a.png', progression=152.3 points, age=18 years (clipped, low), ratio=2)",
        ),
        (sequence(), "Sequence(source='a.png', text='ab', confidence=0.5)"),
        (
            sequence(finished=False, warnings=("it was cut",)),
            "Sequence(source='a.png', text='ab', confidence=0.5, finished=False, warnings=['it was cut'])",
        ),
        (sequence(text="x" * 61), f"Sequence(source='a.png', text='{'x' * 59}…', confidence=0.5)"),
        (sequence(text="x" * 60), f"Sequence(source='a.png', text='{'x' * 60}', confidence=0.5)"),
    ],
)
def test_the_repr_is_short_and_says_what_the_task_says(result, words):
    assert repr(result) == words


def test_a_classification_says_label_and_confidence():
    words = repr(classification())
    assert "label='dog'" in words
    assert "confidence=0.75" in words


def test_a_number_has_no_confidence_and_a_class_no_unit():
    assert "confidence" not in json.dumps(regression().to_dict())
    assert not any(
        "unit" in json.dumps(made().to_dict()) for made in (binary, multilabel, sequence, classification)
    )


@pytest.mark.parametrize("made", ALL)
def test_results_are_frozen_compare_by_identity_and_can_be_hashed(made):
    one, other = made(), made()
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.source = "b.png"
    assert one != other
    assert len({one, other}) == 2


@pytest.mark.parametrize("made", ALL)
def test_results_go_to_other_processes(made):
    one = made()
    back = pickle.loads(pickle.dumps(one))
    assert back.to_dict(probabilities=True) == one.to_dict(probabilities=True)
    assert repr(back) == repr(one)


@pytest.mark.parametrize("made", ALL)
@pytest.mark.parametrize("probabilities", [False, True])
def test_the_dict_is_plain_json(made, probabilities):
    plain = made().to_dict(probabilities=probabilities)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert ("probabilities" in plain) is (probabilities and made is not regression)
    assert next(iter(plain)) == "source"
    assert list(plain)[-2 - ("probabilities" in plain) :][:2] == ["passes", "warnings"]


def test_the_dicts_say_what_the_tasks_say():
    assert binary().to_dict() == {
        "source": "a.png", "label": "spam", "index": 1, "positive": True, "probability": 0.875, "threshold": 0.5,
        "passes": 1, "warnings": [],
    }  # fmt: skip
    found = multilabel().to_dict(top=1)
    assert found["labels"] == ["dog", "sea"]
    assert found["found"] == [{"label": "dog", "index": 0, "probability": 0.75}, {"label": "sea", "index": 2, "probability": 0.5}]  # fmt: skip
    assert found["top"] == [{"label": "dog", "index": 0, "probability": 0.75}]
    assert regression().to_dict()["values"][1] == {
        "name": "age",
        "value": 18.0,
        "unit": "years",
        "clipped": "low",
    }
    token = sequence().to_dict(top=2)["tokens"][1]
    assert token == {
        "token": "b", "index": 2, "step": 1, "confidence": 0.75,
        "top": [{"label": "b", "index": 2, "probability": 0.75}, {"label": "-", "index": 0, "probability": 0.25}],
    }  # fmt: skip
    assert sequence().to_dict(probabilities=True)["probabilities"] == [[0.125, 0.5, 0.375], [0.25, 0.0, 0.75]]


def test_a_value_is_asked_for_by_its_name():
    assert regression()["age"] == 18.0
    with pytest.raises(KeyError, match="no value 'height': there are progression, age, ratio"):
        regression()["height"]
