"""What a comparison becomes in the contract, in sentences, and whose label a name is."""

from __future__ import annotations

import shutil

import msgspec
import numpy as np
import pytest

from truecopy.contract import Proof
from truecopy.contract.codec import subject_sha256
from truecopy.errors import ProofError
from truecopy_export.proof import (
    Comparison,
    OneLabel,
    Original,
    find_proof_images,
    proof_document,
    proof_notes,
)

SIGMOID = "every output lies in [0, 1], but rows do not sum to 1"


@pytest.fixture
def draft(both):
    return both.member.contract


@pytest.fixture
def say(draft):
    """The proof of what a test changes in a comparison and its original."""

    def call(comparison, *, transform=None, other_network=True, precision="fp32") -> Proof:
        original = Original(transform, lambda tensor: tensor, other_network=other_network)
        graph = msgspec.structs.replace(draft.graph, precision=precision)
        return proof_document(comparison, original, msgspec.structs.replace(draft, graph=graph))

    return call


def counted(**changed) -> Comparison:
    filled = {"images": 4, "labelled": 4, "max_output_difference": 2e-6, "max_probability_delta": 1e-7}
    return Comparison(**(filled | {"hits": {"original": 3, "truecopy": 2}} | changed))


def test_without_a_comparison_nothing_is_proven(say):
    proof = say(None, transform=lambda picture: picture)
    assert (proof.level, proof.images, proof.labelled, proof.provider) == ("unproven", 0, False, "cpu")
    assert proof.tensor is proof.output is proof.decisions is proof.accuracy is proof.subject is None


def test_a_live_transform_is_bit_exact_also_around_the_same_network(say):
    for other_network in (True, False):
        proof = say(counted(flips=1), transform=lambda picture: picture, other_network=other_network)
        assert (proof.level, proof.images, proof.labelled) == ("bit-exact", 4, True)
        assert proof.tensor.differing_values == 0
        assert proof.output.max_abs_over_max_logit == 2e-6
        assert (proof.decisions.flips, proof.decisions.max_probability_delta) == (1, 1e-7)
        assert (proof.accuracy.original, proof.accuracy.truecopy, proof.accuracy.images) == (0.75, 0.5, 4)


def test_steps_by_hand_around_another_network_compare_the_network_only(say):
    proof = say(counted())
    assert (proof.level, proof.tensor) == ("self-consistent", None)
    assert proof.output is not None
    assert proof.decisions is not None
    assert proof.accuracy.original == 0.75


def test_steps_by_hand_around_the_same_network_compare_nothing(say):
    proof = say(counted(), other_network=False)
    assert proof.level == "self-consistent"
    assert proof.tensor is proof.output is proof.decisions is proof.accuracy.original is None
    assert proof.accuracy.truecopy == 0.5


def test_images_without_labels_give_no_accuracy(say):
    proof = say(counted(labelled=0, hits={}))
    assert not proof.labelled
    assert proof.accuracy is None


def test_other_weights_have_their_accuracy_beside(say):
    accuracy = say(counted(hits={"original": 3, "truecopy": 3, "raw": 1, "ema": 3})).accuracy
    assert (accuracy.raw, accuracy.ema) == (0.25, 0.75)


def test_a_probability_cannot_move_by_more_than_one(say):
    assert say(counted(max_probability_delta=1.0 + 1e-7)).decisions.max_probability_delta == 1.0


@pytest.mark.parametrize(("precision", "arithmetic"), [("fp32", "fp32"), ("fp16", "fp32"), ("int8", "int8")])
@pytest.mark.parametrize("comparison", [None, counted()], ids=["unproven", "compared"])
def test_the_arithmetic_is_what_the_cpu_computes_with(say, precision, arithmetic, comparison):
    assert say(comparison, precision=precision).arithmetic == arithmetic


def test_the_subject_is_the_contract_without_its_proof(say, draft):
    proof = say(counted())
    assert (
        proof.subject == subject_sha256(draft) == subject_sha256(msgspec.structs.replace(draft, proof=proof))
    )
    assert say(counted(), precision="fp16").subject != proof.subject


def notes(comparison, transform=None) -> list[str]:
    return proof_notes(comparison, Original(transform, lambda tensor: tensor), "pillow13")


def test_outputs_that_lie_in_0_to_1_without_summing_to_1_are_noted(both):
    def sigmoid(tensors):
        return 1 / (1 + np.exp(-both.session.run({"input": tensors})["logits"]))

    found = both.compare(answer=sigmoid, network=lambda tensor: sigmoid(tensor[None])[0])
    assert (found.inside_unit, found.already_probabilities) == (3, 0)
    (note,) = notes(found)
    assert note.startswith(SIGMOID)
    assert "it is no multiclass model" in note


@pytest.mark.parametrize(
    ("inside", "already", "noted"), [(4, 0, True), (4, 3, True), (4, 4, False), (3, 0, False), (0, 0, False)]
)
def test_a_softmax_and_single_rows_inside_0_to_1_are_not_noted(inside, already, noted):
    found = notes(counted(inside_unit=inside, already_probabilities=already))
    assert any(note.startswith(SIGMOID) for note in found) is noted


def test_without_images_nothing_is_noted_about_outputs():
    assert not any(note.startswith(SIGMOID) for note in notes(Comparison()))


@pytest.fixture
def crane_folder(pictures, tmp_path):
    """Class folders `crane`, `dog` and `owl`."""
    folder = shutil.copytree(pictures, tmp_path / "photos")
    (folder / "cat").rename(folder / "crane")
    return folder


def test_a_name_that_is_one_class_s_label_and_another_s_id_is_told_apart_by_the_others_or_refused(
    crane_folder, tmp_path
):
    labels = OneLabel(("crane", "dog", "owl"), ("n0", "crane", "n2"))
    assert find_proof_images(crane_folder, labels).truths == (0, 1, 2)
    crossed = OneLabel(("crane", "dog", "owl"), ("dog", "crane", "owl"))
    with pytest.raises(ProofError, match=r"'crane' means two classes, .*--proof-labels takes a CSV file"):
        find_proof_images(crane_folder, crossed)
    table = tmp_path / "truth.csv"
    table.write_text("file,label\ncrane/0.png,crane\n")
    with pytest.raises(
        ProofError,
        match=r"'crane' means two classes, .*: .*got 'crane', the label of class 0 and the label id of class 1 - at .*:2",
    ):
        find_proof_images(crane_folder, labels, table)
    table.write_text("file,label\ncrane/0.png,n0\ndog/1.png,crane\nowl/2.png,n2\n")
    assert find_proof_images(crane_folder, labels, table).truths == (0, 1, 2)
    table.write_text("file,label\ncrane/0.png,crane\ndog/1.png,dog\n")
    assert find_proof_images(crane_folder, labels, table).truths == (0, 1, None)


def test_a_name_that_is_label_and_id_of_the_same_class_is_that_class(crane_folder):
    labels = OneLabel(("crane", "dog", "owl"), ("crane", "n1", "n2"))
    assert find_proof_images(crane_folder, labels).truths == (0, 1, 2)


def test_a_number_that_is_one_class_s_label_and_another_s_id_is_refused_too(crane_folder, tmp_path):
    table = tmp_path / "truth.csv"
    table.write_text("file,label\ncrane/0.png,2\n")
    with pytest.raises(ProofError, match="got '2'"):
        find_proof_images(crane_folder, OneLabel(("2", "b", "c"), ("n0", "2", "n2")), table)


def test_a_name_that_is_two_classes_label_and_a_third_s_id_is_refused(crane_folder):
    labels = OneLabel(("crane", "crane", "owl", "x"), ("n0", "dog", "n2", "crane"))
    with pytest.raises(
        ProofError, match=r"label ids and labels .*got 'crane', a label id.*'owl', a label - at"
    ):
        find_proof_images(crane_folder, labels)


def test_a_network_that_answers_everything_alike_is_noted(both):
    def nothing(tensors):
        return np.zeros_like(both.session.run({"input": tensors})["logits"])

    found = both.compare(answer=nothing, network=lambda tensor: nothing(tensor[None])[0])
    assert found.undecided == found.images == 3
    assert any("was this network ever trained?" in note for note in notes(found))
    assert not any("ever trained" in note for note in notes(both.compare()))


@pytest.mark.parametrize(
    ("task", "width", "labelled", "right", "noted"),
    [
        ("multiclass", 5, 20, 1, True),
        ("multiclass", 5, 20, 2, False),
        ("multiclass", 5, 19, 0, False),
        ("binary", 1, 20, 4, True),
        ("binary", 2, 20, 5, False),
        ("multilabel", 5, 20, 0, False),
        ("sequence", 5, 20, 0, False),
    ],
)
def test_answers_that_are_right_less_often_than_by_chance_ask_for_the_order_of_labels(
    task, width, labelled, right, noted
):
    found = notes(
        counted(images=labelled, labelled=labelled, task=task, width=width, hits={"truecopy": right})
    )
    said = [note for note in found if note.endswith("is the order of --labels right?")]
    assert bool(said) is noted
    if noted:
        assert f"an accuracy of {right / labelled:.4f} is less than half of what chance gives" in said[0]


def test_a_linear_end_is_no_sigmoid():
    original = Original(None, lambda tensor: tensor)
    found = counted(inside_unit=4)
    assert any(note.startswith(SIGMOID) for note in proof_notes(found, original, "pillow13"))
    assert not any(note.startswith(SIGMOID) for note in proof_notes(found, original, "pillow13", "Linear"))
