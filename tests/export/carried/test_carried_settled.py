"""What was typed, what the file says, and which of the two is used."""

from __future__ import annotations

import pytest

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.carried import Carried, Said, settle
from truecopy_export.recipes import Labels

OWN = Carried(
    architecture="timm:resnet18",
    arguments={"num_classes": 3},
    recipe="hf:folder",
    labels=Labels(("n1", "n2", "n3"), None, "checkpoint class_to_idx"),
    task={"kind": "multilabel", "thresholds": 0.3},
)


def labels(*names: str, ids: tuple[str, ...] | None = None) -> Labels:
    return Labels(names, ids, "file l.txt sha256:0")


def test_what_nobody_typed_is_the_file_s_and_it_says_so():
    found = settle(Said(), OWN, "best.pt", whole=False)
    assert (found.architecture, found.arguments, found.recipe) == (
        "timm:resnet18",
        {"num_classes": 3},
        "hf:folder",
    )
    assert (found.labels, found.task) == (OWN.labels, OWN.task)
    assert found.notes == (
        "architecture: timm:resnet18, as the file says",
        "recipe: hf:folder, as the file says",
        "labels: 3, checkpoint class_to_idx",
        "task: multilabel, as the file says",
    )


def test_what_was_typed_comes_before_the_file():
    said = Said("python:nets:mine", {"depth": 2}, "steps.yaml", labels("cat", "dog", "owl"), "multilabel")
    found = settle(said, OWN, "best.pt", whole=False)
    assert (found.architecture, found.arguments, found.recipe) == (
        "python:nets:mine",
        {"depth": 2},
        "steps.yaml",
    )
    assert (found.labels.labels, found.task) == (("cat", "dog", "owl"), None)
    assert found.notes == (
        "recipe: steps.yaml, as typed; the file's own (hf:folder) is not used",
        "labels: as typed; the file calls them otherwise ('n1' is now 'cat', checkpoint class_to_idx)",
    )


def test_single_arguments_may_be_typed_over_the_file_s():
    found = settle(Said(arguments={"num_classes": 4}), OWN, "best.pt", whole=False)
    assert found.arguments == {"num_classes": 4}
    same = settle(Said("timm:resnet18", {"pad": 1}), OWN, "best.pt", whole=False)
    assert same.arguments == {"num_classes": 3, "pad": 1}


@pytest.mark.parametrize(
    "typed", [labels("n2", "n1", "n3"), labels("cat", "dog", "owl", ids=("n3", "n2", "n1"))]
)
def test_the_same_names_in_another_order_are_refused(typed):
    with pytest.raises(RecipeError, match=r"another order than in the checkpoint: expected 'n1' at place 0"):
        settle(Said(labels=typed), OWN, "best.pt", whole=False)


@pytest.mark.parametrize(
    ("typed", "got"),
    [
        (labels("n1", "n3", "other"), "expected 'n2' at place 1 .*got 'n3', which the checkpoint has at 2"),
        (labels("N2", "N1", "N3"), "got 'N2', which the checkpoint has at 1"),
        (labels("new", "n1 ", "n3"), "got 'n1 ', which the checkpoint has at 0"),
        (labels("cat", "dog", "owl", ids=("n1", "n3", "m")), "got 'n3', which the checkpoint has at 2"),
    ],
)
def test_one_name_of_another_place_is_another_order_whatever_the_others_are(typed, got):
    with pytest.raises(RecipeError, match=f"another order than in the checkpoint: .*{got} - at best.pt"):
        settle(Said(labels=typed), OWN, "best.pt", whole=False)


def test_names_that_keep_their_places_may_be_written_otherwise():
    typed = labels("N1", "n2", "third")
    found = settle(Said(labels=typed), OWN, "best.pt", whole=False)
    assert found.labels == typed
    assert "'n1' is now 'N1'" in found.notes[-2]


def test_a_name_that_stands_twice_may_be_typed_at_both_places():
    own = Carried(
        "timm:x", recipe="timm", labels=Labels(("crane", "owl", "crane"), None, "checkpoint classes")
    )
    typed = labels("crane", "Owl", "crane")
    assert settle(Said(labels=typed), own, "best.pt", whole=False).labels == typed


def test_typed_labels_come_before_labels_of_the_file_that_cannot_be_taken():
    refusal = RecipeError("the checkpoint holds two tables of labels that differ", got="a and b")
    own = Carried("timm:x", recipe="timm", labels_refusal=refusal)
    found = settle(Said(labels=labels("cat", "dog")), own, "best.pt", whole=False)
    assert found.labels == labels("cat", "dog")
    assert found.notes[-1] == (
        "labels: as typed; the file's own are not used: the checkpoint holds two tables of labels that differ"
    )
    assert settle(Said(), own, "best.pt", whole=False).labels is None


def test_names_for_the_file_s_ids_are_taken_without_a_word():
    typed = labels("cat", "dog", "owl", ids=("n1", "n2", "n3"))
    found = settle(Said(labels=typed), OWN, "best.pt", whole=False)
    assert found.labels == typed
    assert not any(note.startswith("labels") for note in found.notes)


def test_another_number_of_labels_is_said():
    found = settle(Said(labels=labels("cat", "dog")), OWN, "best.pt", whole=False)
    assert "labels: 2 as typed; the file has 3 (checkpoint class_to_idx)" in found.notes


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        (
            Said("timm:resnet34"),
            CheckpointError,
            r"--arch contradicts .*expected timm:resnet18, got timm:resnet34",
        ),
        (Said(task="multiclass"), RecipeError, r"--task contradicts .*expected multilabel, .*got multiclass"),
    ],
)
def test_a_contradiction_is_refused(said, error, message):
    with pytest.raises(error, match=message):
        settle(said, OWN, "best.pt", whole=False)


def test_a_file_with_the_whole_network_takes_no_architecture():
    assert settle(Said(recipe="x.yaml"), Carried(), "m.pt2", whole=True).architecture is None
    with pytest.raises(CheckpointError, match=r"holds the whole network.*Leave --arch and --arch-arg out"):
        settle(Said("timm:resnet18", recipe="x.yaml"), Carried(), "m.pt2", whole=True)


def test_what_neither_says_is_asked_for():
    with pytest.raises(CheckpointError, match=r"Say --arch timm:NAME, .*truecopy inspect best.pt"):
        settle(Said(recipe="timm"), Carried(), "best.pt", whole=False)
    with pytest.raises(RecipeError, match=r"does not say how its pictures were prepared.*Say --recipe"):
        settle(Said("timm:resnet18"), Carried(), "best.pt", whole=False)


def test_a_folder_may_be_written_in_several_ways(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = Carried(architecture="hf:vit", recipe="hf:vit")
    found = settle(Said("hf:./vit/", recipe=f"hf:{tmp_path}/vit"), own, "vit", whole=False)
    assert (found.architecture, found.notes) == ("hf:./vit/", ())
