"""What lets a file be written, and what each refusal says."""

from __future__ import annotations

import pytest

from truecopy.contract import Multiclass
from truecopy.errors import ProofError, RecipeError
from truecopy_export.proof import Comparison, check_gate, proof_level


def task(activation="softmax"):
    return Multiclass(
        activation=activation,
        labels=("a", "b"),
        label_ids=None,
        labels_source="list",
        threshold=None,
        temperature=1.0,
    )


def test_a_proof_without_differences_passes():
    check_gate(Comparison(images=9, max_output_difference=1e-4), task())
    check_gate(Comparison(images=9, already_probabilities=9), task("none"))
    check_gate(Comparison(images=9, already_probabilities=8), task())


@pytest.mark.parametrize(
    ("comparison", "message"),
    [
        (
            Comparison(images=9, differing_values=7, differing_images=2, first_differing="a.png"),
            "7 tensor values differ on 2 of 9 images: expected 0 - at stage tensor, first a.png. The recipe's steps",
        ),
        (
            Comparison(images=9, max_output_difference=1.1e-4, worst="b.png"),
            "the outputs differ too much: expected at most 1e-04 of the largest logit, got 1.1e-04 - at stage output, b.png",
        ),
        (
            Comparison(images=9, flips=1, first_flip="c.png"),
            "1 of 9 images get another label: expected 0 - at stage result, first c.png",
        ),
    ],
)
def test_each_difference_fails_with_its_stage_and_image(comparison, message):
    with pytest.raises(ProofError) as caught:
        check_gate(comparison, task())
    assert message in str(caught.value)
    assert caught.value.exit_code == 4


def test_the_stated_activation_must_be_the_one_that_is_missing():
    with pytest.raises(RecipeError, match="The graph ends in a softmax: type --activation none"):
        check_gate(Comparison(images=9, already_probabilities=9), task())
    with pytest.raises(RecipeError, match=r"no probabilities: expected rows .* Type --activation softmax"):
        check_gate(Comparison(images=9, already_probabilities=8), task("none"))


def test_hand_written_steps_reach_no_more_than_self_consistent():
    assert proof_level(has_original=True) == "bit-exact"
    assert proof_level(has_original=False) == "self-consistent"
