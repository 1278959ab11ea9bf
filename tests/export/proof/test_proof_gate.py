"""What lets a file be written, and what each refusal says."""

from __future__ import annotations

from truecopy.contract import Multiclass
from truecopy_export.proof import Comparison, check_gate


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
