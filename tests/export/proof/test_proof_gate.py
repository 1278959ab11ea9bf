"""What lets a file be written, and what each refusal says."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from tests.export.proof.small_members import POINTS, TAGS

from truecopy.contract import Multiclass
from truecopy.errors import ProofError
from truecopy_export.proof import Comparison, check_gate
from truecopy_export.proof.comparison import Furthest


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


def refusal(task, **counted):
    with pytest.raises(ProofError) as caught:
        check_gate(Comparison(images=9, max_output_difference=2e-4, worst="a", **counted), task)
    return str(caught.value)


def test_a_difference_is_named_by_what_it_is_relative_to():
    said = "the outputs differ too much: expected at most 1e-04 {}, got 2.0e-04 - at stage output, a"
    inside = {"already_probabilities": 9, "inside_unit": 9}
    assert refusal(task()) == said.format("of the largest logit")
    assert refusal(POINTS, width=1) == said.format("of the largest number")
    assert refusal(task("none"), width=2, **inside) == said.format("of the largest probability")
    assert refusal(replace(TAGS, activation="none"), width=2, **inside) == said.format("in probability")


def test_a_difference_of_each_quantity_is_relative_to_its_own_largest_number():
    furthest = Furthest()
    furthest.count("a", np.array([8.0, 0.0]), np.array([1e6, 0.1]))
    assert (furthest.item, furthest.relative) == ("a", 8e-6)
    furthest.count("b", np.array([2.0, 0.003]), np.array([2e6, 0.3]))
    assert (furthest.item, furthest.relative) == ("b", pytest.approx(0.01))
    assert Furthest().item is None
