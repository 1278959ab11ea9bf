"""A folder typed as --arch hf:FOLDER says recipe, labels and task where neither the user nor the checkpoint does."""

from __future__ import annotations

import json

import pytest

from truecopy_export.carried import Carried, Said, carried_by_spelling, settle
from truecopy_export.recipes import Labels

TABLE = {"id2label": {"0": "cat", "1": "dog"}, "label2id": {"cat": 0, "dog": 1}}


@pytest.fixture
def folder(tmp_path):
    def make(**config):
        (tmp_path / "config.json").write_text(json.dumps({"model_type": "vit", **TABLE, **config}))
        (tmp_path / "preprocessor_config.json").write_text("{}")
        return f"hf:{tmp_path}"

    return make


def settled(said, carried=None, *arguments):
    own = carried_by_spelling(said.architecture, arguments)
    return settle(said, carried or Carried(), "best.pt", whole=False, folder=own)


def test_what_nobody_else_says_is_the_folder_s_and_it_says_so(folder):
    spelling = folder(problem_type="multi_label_classification")
    found = settled(Said(spelling))
    assert (found.recipe, found.labels.labels, found.task) == (
        spelling,
        ("cat", "dog"),
        {"kind": "multilabel"},
    )
    assert found.notes == (
        f"recipe: {spelling}, as the folder of --arch says",
        "labels: 2, config.json id2label, as the folder of --arch says",
        "task: multilabel, as the folder of --arch says",
    )


def test_the_checkpoint_and_the_user_come_before_the_folder(folder):
    own = Carried(
        recipe="timm:arguments", labels=Labels(("owl", "elk"), None, "checkpoint classes"), task={"kind": "multiclass"}
    )  # fmt: skip
    spelling = folder(problem_type="multi_label_classification")
    found = settled(Said(spelling), own)
    assert (found.recipe, found.labels, found.task) == (own.recipe, own.labels, own.task)
    typed = settled(Said(spelling, {}, "steps.yaml", Labels(("a", "b"), None, "file"), "multiclass"))
    assert (typed.recipe, typed.labels.labels, typed.task, typed.notes) == (
        "steps.yaml",
        ("a", "b"),
        None,
        (),
    )


def test_what_an_argument_changes_the_folder_no_longer_says(folder):
    spelling = folder(problem_type="multi_label_classification")
    said = carried_by_spelling(spelling, ("num_labels", "problem_type"))
    assert (said.labels, said.task, said.recipe) == (None, None, spelling)


@pytest.mark.parametrize("typed", [None, "timm:resnet18", "hf:no/such/folder"])
def test_another_spelling_says_nothing(typed):
    assert carried_by_spelling(typed, ()) == Carried()


def test_a_typed_multilabel_differs_from_the_folder_s_own_pipeline_and_it_says_so(folder):
    words = "the folder has no problem_type, and its own pipeline (transformers) answers with softmax"
    assert any(words in note for note in settled(Said(folder(), task="multilabel")).notes)
    said = Carried("hf:here", recipe="hf:here", labels=Labels(("a", "b"), None, "config.json id2label"))
    of_the_file = settle(Said(task="multilabel"), said, "here", whole=False)
    assert any(words in note for note in of_the_file.notes)
    told = settled(Said(folder(problem_type="multi_label_classification"), task="multilabel"))
    assert not any("softmax" in note for note in told.notes)
