"""Multiclass, binary and multilabel: easy forms in, the contract's task out, or a word about what does not fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.contract import Binary, GraphOutput, Multiclass, Multilabel
from truecopy.errors import RecipeError
from truecopy_export.recipes import read_labels
from truecopy_export.tasks import TaskSpec, build_task, task_notes

LABELS = read_labels(["cat", "dog", "owl"])
PAIR = read_labels(["ham", "spam"])


def answer(*axes, dtype="float32"):
    return GraphOutput(name="logits", dtype=dtype, shape=("batch", *axes))


def build(kind, labels, output, **fields):
    return build_task(TaskSpec(kind, fields), labels, output)


def test_multiclass_has_the_usual_activation_and_accepts_everything():
    task = build("multiclass", LABELS, answer(3))
    assert task == Multiclass(activation="softmax", labels=("cat", "dog", "owl"), label_ids=None, labels_source="list",
                              threshold=None, temperature=1.0)  # fmt: skip
    task = build("multiclass", LABELS, answer(3, 1, 1), threshold=1, temperature=2, activation="softmax")
    assert (task.threshold, task.temperature) == (1.0, 2.0)
    assert isinstance(task.temperature, float)


@pytest.mark.parametrize(("outputs", "activation"), [(1, "sigmoid"), (2, "softmax")])
def test_binary_takes_one_output_or_two(outputs, activation):
    task = build("binary", PAIR, answer(outputs))
    assert task == Binary(
        activation=activation, labels=("ham", "spam"), labels_source="list", positive=1, threshold=0.5
    )


@pytest.mark.parametrize(("said", "place"), [("ham", 0), ("spam", 1), (0, 0), (1, 1)])
def test_the_positive_label_is_named_or_counted(said, place):
    assert build("binary", PAIR, answer(1), positive=said).positive == place


def test_the_positive_label_that_nobody_said_is_said():
    spec = TaskSpec("binary")
    (note,) = task_notes(spec, build_task(spec, PAIR, answer(1)))
    assert note == (
        "the positive label is 'spam', the second one; --task-arg positive=... says otherwise (in Python "
        "task={'kind': 'binary', 'positive': ...})"
    )
    spec = TaskSpec("binary", {"positive": "ham"})
    assert task_notes(spec, build_task(spec, PAIR, answer(1))) == ()
    assert task_notes(TaskSpec(), build("multiclass", LABELS, answer(3))) == ()


@pytest.mark.parametrize(
    ("said", "thresholds"),
    [
        (None, (0.5, 0.5, 0.5)),
        (0.3, (0.3, 0.3, 0.3)),
        (1, (1.0, 1.0, 1.0)),
        ([0.1, 0, 0.9], (0.1, 0.0, 0.9)),
        ({"dog": 0.2}, (0.5, 0.2, 0.5)),
        ({0: 0.1, "owl": 1}, (0.1, 0.5, 1.0)),
    ],
)
def test_thresholds_come_in_every_easy_form(said, thresholds):
    task = build("multilabel", LABELS, answer(3), thresholds=said)
    assert task == Multilabel(activation="sigmoid", labels=("cat", "dog", "owl"), label_ids=None, labels_source="list",
                              thresholds=thresholds)  # fmt: skip
    assert all(isinstance(value, float) for value in task.thresholds)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_list_of_thresholds_is_a_mapping_by_label(values):
    labels = read_labels([f"l{index}" for index in range(len(values))])
    listed = build("multilabel", labels, answer(len(values)), thresholds=values)
    mapped = build(
        "multilabel", labels, answer(len(values)), thresholds=dict(zip(labels.labels, values, strict=True))
    )
    assert listed == mapped


@pytest.mark.parametrize(
    ("kind", "labels", "output", "fields", "message"),
    [
        ("multiclass", None, answer(3), {}, "there are no labels. --labels labels.txt"),
        ("multiclass", LABELS, answer(4), {}, "3 labels for 4 outputs - at list. Give one label per output"),
        ("multiclass", LABELS, answer(3), {"activation": "sigmoid"}, "$.task.activation"),
        ("multiclass", LABELS, answer(3), {"threshold": 1.5}, "$.task.threshold"),
        ("multiclass", LABELS, answer(3), {"threshold": "high"}, "$.task.threshold"),
        ("multiclass", LABELS, answer(3), {"temperature": 0}, "$.task.temperature"),
        ("multiclass", LABELS, answer(3), {"activation": "none", "temperature": 2}, "a temperature needs activation 'softmax'"),
        ("multiclass", LABELS, answer("steps", 3), {}, "a multiclass answer is one row of fixed length per item"),
        ("binary", LABELS, answer(1), {}, "a binary task has two labels: the negative one and the positive one: got 3"),
        ("binary", PAIR, answer(3), {}, "a binary answer under activation 'sigmoid' has 1 outputs: got 3 outputs of 'logits'"),
        ("binary", PAIR, answer(2), {"activation": "sigmoid"}, "One output: sigmoid. Two: softmax. More: another task"),
        ("binary", PAIR, answer(1), {"activation": "softmax"}, "under activation 'softmax' has 2 outputs"),
        ("binary", PAIR, answer(1), {"positive": "spm"}, "`positive` 'spm' is none of the labels, did you mean 'spam'?: expected 'ham', 'spam'"),
        ("binary", PAIR, answer(1), {"positive": 2}, "`positive` is the place of a label: expected 0 to 1, got 2"),
        ("binary", PAIR, answer(1), {"positive": True}, "`positive`: expected a label or its place, got True"),
        ("binary", PAIR, answer(1, dtype="int64"), {}, "the answer 'logits' is int64: expected floating point"),
        ("multilabel", LABELS, answer(2), {}, "3 labels for 2 outputs"),
        ("multilabel", LABELS, answer(3), {"thresholds": [0.5, 0.5]}, "2 thresholds for 3 labels"),
        ("multilabel", LABELS, answer(3), {"thresholds": {"dgo": 0.5}}, "`thresholds` 'dgo' is none of the labels, did you mean 'dog'?"),
        ("multilabel", LABELS, answer(3), {"thresholds": "all"}, "`thresholds`: expected a number, a list of numbers or {label: number}, got 'all'"),
        ("multilabel", LABELS, answer(3), {"threshold": 0.5}, "a multilabel task has no field 'threshold', did you mean 'thresholds'?"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_text(kind, labels, output, fields, message):
    with pytest.raises(RecipeError) as caught:
        build(kind, labels, output, **fields)
    assert message in str(caught.value)


def test_a_label_that_stands_twice_is_counted_not_named():
    twice = read_labels(["crane", "dog", "crane"])
    with pytest.raises(
        RecipeError, match=r"stands among the labels more than once: got places 0, 2.* Say the place"
    ):
        build("multilabel", twice, answer(3), thresholds={"crane": 0.1})
    assert build("multilabel", twice, answer(3), thresholds={2: 0.1}).thresholds == (0.5, 0.5, 0.1)
