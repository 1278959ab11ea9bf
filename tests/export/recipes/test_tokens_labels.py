"""The vocabulary of an answer: white space is a token there, and no name of a class."""

from __future__ import annotations

import json

import pytest

from truecopy.contract import GraphOutput
from truecopy.errors import RecipeError
from truecopy_export.recipes import read_labels
from truecopy_export.tasks import TaskSpec, build_task

LETTERS = ["a", " ", "\n", "\t"]
STEPS = GraphOutput(name="logits", dtype="float32", shape=("batch", "time", 4))
ROW = GraphOutput(name="logits", dtype="float32", shape=("batch", 4))


def test_white_space_is_a_token_of_a_sequence(tmp_path):
    path = tmp_path / "letters.json"
    path.write_text(json.dumps(LETTERS), "utf-8")
    labels = read_labels(path)
    assert labels.labels == read_labels(LETTERS).labels == tuple(LETTERS)
    spec = TaskSpec("sequence", {"decoding": {"rule": "autoregressive", "stop": None, "max_new": 3}})
    assert build_task(spec, labels, STEPS).labels == tuple(LETTERS)


@pytest.mark.parametrize("kind", ["multiclass", "multilabel"])
def test_white_space_is_no_class(kind):
    with pytest.raises(RecipeError) as caught:
        build_task(TaskSpec(kind), read_labels(LETTERS), ROW)
    assert str(caught.value) == (
        "a label: expected text of 1 to 1000 characters without tabs, got ' ' - at list, place 1"
    )


@pytest.mark.parametrize("labels", [["a", ""], ["a", "  "], ["a", "b\tc"]])
def test_longer_white_space_is_neither(labels):
    with pytest.raises(RecipeError, match="a label: expected text of 1 to 1000 characters without tabs"):
        read_labels(labels)
