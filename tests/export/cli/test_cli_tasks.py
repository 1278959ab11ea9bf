"""`--task`, `--task-arg`, `--answer`, `--batch` and `--feed` as they are typed."""

from __future__ import annotations

import pytest


@pytest.fixture
def pair(project, tmp_path):
    path = tmp_path.parent / "pair.txt"
    path.write_text("no\nyes\n")
    return path


def test_a_task_and_its_fields_arrive_in_the_file(export):
    done = export(
        "--json", "--no-proof", "--task-arg", "thresholds={cat: 0.2}", proof=None, task="multilabel"
    )
    assert done.code == 0, done.err
    assert "next:" not in done.out


def test_a_task_that_the_outputs_do_not_fit_says_which_other_one_might(export, left, pair):
    done = export("--threshold", "0.3", task="binary", labels=pair)
    assert done.code == 3
    assert (
        "One output: sigmoid. Two: softmax. More: another task, such as multiclass or multilabel" in done.err
    )
    assert left() == []


def test_a_file_of_the_task_may_name_the_numbers(export, tmp_path):
    task = tmp_path.parent / "task.yaml"
    task.write_text("kind: regression\nvalues: [a, {name: b, unit: m}, c]\n")
    done = export("--no-proof", proof=None, task=task, labels=None)
    assert done.code == 0, done.err


def test_a_batch_of_one_is_typed_as_a_number(export):
    assert export("--no-proof", "--batch", "1", proof=None).code == 0
    refused = export("--no-proof", "--batch", "4", "--overwrite", proof=None)
    assert refused.code == 3
    assert "a graph of 4 items at a time is not exported: expected --batch 1" in refused.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--task-arg", "treshold=0.3"),
            "a multiclass task has no field 'treshold', did you mean 'threshold'?",
        ),
        (("--task-arg", "threshold"), "a --task-arg: expected KEY=VALUE"),
        (
            ("--task-arg", "threshold=0.3", "--threshold", "0.5"),
            "--threshold and the task contradict one another",
        ),
        (("--task", "regresion"), "did you mean 'regression'?"),
        (("--task", "nowhere.yaml"), "the task cannot be read"),
        (("--answer", "scores"), "no output 'scores': expected one of logits"),
        (("--activation", "sigmoid"), "$.task.activation"),
    ],
)
def test_refusals_are_exit_code_3_in_one_sentence(export, left, words, message):
    done = export(*words)
    assert done.code == 3, done.err
    (line,) = [line for line in done.err.splitlines() if line.startswith("truecopy: ")]
    assert message in line
    assert left() == []


@pytest.mark.parametrize("word", ["ids", "x=words", "=ids"])
def test_a_feed_is_a_name_and_what_it_takes(truecopy, project, tmp_path, word):
    done = truecopy(
        "attach", "x.onnx", "--recipe", "steps.yaml", "--no-proof", "--feed", word, "-o", tmp_path / "o.onnx"
    )
    assert done.code == 2
    assert "--feed takes NAME=ids, NAME=mask or NAME=zeros" in done.err


def test_help_names_the_new_words(truecopy):
    for command, words in (
        ("export", ("--task-arg", "--batch", "--answer")),
        ("attach", ("--task-arg", "--feed")),
    ):
        shown = truecopy(command, "--help").out
        assert [word for word in words if word not in shown] == []
