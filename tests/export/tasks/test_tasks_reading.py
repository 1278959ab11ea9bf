"""What is said about a task: a kind, a file, a mapping, flags; said twice it must be the same."""

from __future__ import annotations

import sys

import pytest

from truecopy.errors import RecipeError
from truecopy_export.tasks import TaskSpec, parse_task_arguments, read_task

MULTILABEL = "kind: multilabel\nthresholds: {cat: 0.3}\n"


def test_a_kind_alone_has_no_fields():
    assert read_task("binary") == TaskSpec("binary", {}, "--task")


def test_flags_and_arguments_are_fields():
    spec = read_task("multiclass", arguments={"temperature": 2.0}, activation="none", threshold=0.4)
    assert spec.fields == {"temperature": 2.0, "activation": "none", "threshold": 0.4}
    assert read_task("multilabel", threshold=0.4).fields == {"thresholds": 0.4}


def test_a_file_and_a_python_object_say_the_same_as_a_mapping(tmp_path, monkeypatch):
    (tmp_path / "task.yaml").write_text(MULTILABEL)
    (tmp_path / "said_here.py").write_text(
        "TASK = {'kind': 'multilabel', 'thresholds': {'cat': 0.3}}\nNONE = 3\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    fields = {"thresholds": {"cat": 0.3}}
    assert read_task({"kind": "multilabel", **fields}) == TaskSpec("multilabel", fields, "task")
    for spelling in ("task.yaml", tmp_path / "task.yaml"):
        assert read_task(spelling) == TaskSpec("multilabel", fields, "file task.yaml")
    assert read_task("python:said_here:TASK") == TaskSpec("multilabel", fields, "python:said_here:TASK")
    with pytest.raises(
        RecipeError, match=r"a task: expected a mapping with `kind`.* got 3 - at python:said_here:NONE"
    ):
        read_task("python:said_here:NONE")
    del sys.modules["said_here"]


def test_the_same_thing_may_be_said_twice_but_not_two_things():
    said = {"kind": "binary", "threshold": 0.3}
    assert read_task(said, threshold=0.3).fields == {"threshold": 0.3}
    with pytest.raises(
        RecipeError, match=r"--threshold and the task contradict one another: got 0\.5 and 0\.3 for threshold"
    ):
        read_task(said, threshold=0.5)
    with pytest.raises(RecipeError, match="--task-arg threshold and the task contradict"):
        read_task(said, arguments={"threshold": 0.5})
    with pytest.raises(RecipeError, match=r"--activation and the task contradict .* 'none' and 'sigmoid'"):
        read_task("binary", arguments={"activation": "sigmoid"}, activation="none")


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("multiclas", {}, "task 'multiclas' is unknown, did you mean 'multiclass'?: expected multiclass, binary,"),
        ("detect", {}, "task 'detect' is unknown: expected"),
        ({"kind": "binary", "treshold": 0.3}, {}, "a binary task has no field 'treshold', did you mean 'threshold'?"),
        ({"kind": "binary", "labels": ["a", "b"]}, {}, "Its labels are given apart: --labels FILE"),
        ({"threshold": 0.3}, {}, "a task: expected a mapping with `kind` and the task's fields, got fields threshold"),
        ("regression", {"threshold": 0.3}, "a regression task has no field 'threshold'"),
        ("regression", {"activation": "none"}, "a regression task has no field 'activation': expected values, undo"),
        ("sequence", {"arguments": {"decode": "ctc"}}, "no field 'decode', did you mean 'decoding'?"),
        ("nowhere.yaml", {}, "the task cannot be read: got No such file or directory - at nowhere.yaml"),
    ],
)  # fmt: skip
def test_what_is_no_task_is_refused_with_the_nearest_name(task, options, message):
    with pytest.raises(RecipeError) as caught:
        read_task(task, **options)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["kind: [", "- 1", "kind: 3", "\x00"])
def test_a_file_that_is_no_task_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "task.yaml").write_text(text)
    with pytest.raises(RecipeError) as caught:
        read_task(tmp_path / "task.yaml")
    assert "\n" not in str(caught.value)


def test_values_of_task_arguments_are_yaml():
    pairs = ["threshold=0.3", "decoding={rule: ctc, blank: '-'}", "values=[price]", "joiner=' '", "stop="]
    assert parse_task_arguments(pairs) == {
        "threshold": 0.3,
        "decoding": {"rule": "ctc", "blank": "-"},
        "values": ["price"],
        "joiner": " ",
        "stop": None,
    }


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["threshold"], "a --task-arg: expected KEY=VALUE, each key once, got 'threshold'"),
        (["a=1", "a=2"], "each key once, got 'a=2'"),
        (["a b=1"], "expected KEY=VALUE"),
        (["a={"], "the value of --task-arg a: expected YAML, got '{'"),
    ],
)
def test_what_is_no_argument_is_refused(pairs, message):
    with pytest.raises(RecipeError) as caught:
        parse_task_arguments(pairs)
    assert message in str(caught.value)


def test_a_default_fills_only_what_nobody_said():
    assert TaskSpec().with_default("activation", "none").fields == {"activation": "none"}
    assert TaskSpec().with_default("activation", None).fields == {}
    said = TaskSpec(fields={"activation": "softmax"})
    assert said.with_default("activation", "none") is said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "kind: binary\nthreshold: 0.5\nthreshold: 0.9\n",
            "key 'threshold' stands twice, line 1 - at task.yaml",
        ),
        ("kind: binary\nthreshold: &a 0.5\npositive: *a\n", "aliases are not read, line 3 - at task.yaml"),
        ("kind: [", "not valid YAML: "),
        ("# " + "x" * (1 << 20), "the file of the task is too long: expected at most 1048576 bytes"),
    ],
    ids=["a key twice", "an alias", "no YAML", "too long"],
)
def test_a_task_file_is_read_as_strictly_as_a_file_of_steps(tmp_path, text, message):
    (tmp_path / "task.yaml").write_text(text)
    with pytest.raises(RecipeError) as caught:
        read_task(tmp_path / "task.yaml")
    assert message in str(caught.value)
