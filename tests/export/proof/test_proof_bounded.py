"""Level `bounded`: the original's own decoder is not reproduced, or its kernel depends on the CPU."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET
from PIL import Image

from truecopy.contract import Multiclass, Resize, Values
from truecopy.contract.portability import original_levels, tensor_units
from truecopy.contract.requires import lowest_runtime
from truecopy.errors import ProofError
from truecopy_export.proof import Comparison, Original, check_gate, proof_document, proof_notes

FLOAT = Resize(rule="exact", size=(8, 8), kernel="torch_f32_u8", filter="bilinear", antialias=True)
TASK = Multiclass(activation="softmax", labels=("a", "b"), label_ids=None, labels_source="list", threshold=None,
                  temperature=1.0)  # fmt: skip


def brighter(path):
    """A decoder of another kind: every value three levels up."""
    with Image.open(path) as opened:
        return opened.convert("RGB").point(lambda level: min(level + 3, 255))


@pytest.fixture
def other(both):
    return Original(both.original.transform, both.original.answer, load=brighter, other_decoder="a decoder")


@pytest.fixture
def draft(both):
    return both.member.contract


def compared(both, original) -> Comparison:
    from truecopy_export.proof import compare

    return compare(original, both.member, both.session, both.images(), lambda _: False, lambda *_: None)


def test_another_decoder_is_measured_and_all_that_follows_is_compared_on_the_same_pixels(both, other, draft):
    comparison = compared(both, other)
    assert comparison.differing_values == 0
    # Three levels, through div 255 and div 0.25, and some of them cut off at white.
    assert comparison.max_decoder_difference == pytest.approx(3 / 255 / 0.25, rel=1e-5)
    proof = proof_document(comparison, other, draft)
    assert (proof.level, proof.bound.source) == ("bounded", "decoder")
    assert proof.bound.tensor == comparison.max_decoder_difference
    assert proof.bound.levels == pytest.approx(3.0, rel=1e-5)
    note = next(note for note in proof_notes(comparison, other, "horizontal") if "not reproduced" in note)
    assert note.startswith(
        "pixels of a decoder are not reproduced: level bounded. From the same decoded array no"
    )


def test_a_loader_that_is_reproduced_must_give_the_same_tensor(both):
    comparison = compared(both, Original(both.original.transform, both.original.answer, load=brighter))
    assert comparison.differing_images == 3
    with pytest.raises(ProofError, match="tensor values differ on 3 of 3 images"):
        check_gate(comparison, both.member.contract.task)


def test_a_loader_that_fails_is_named(both):
    def broken(path):
        raise OSError("no such codec")

    with pytest.raises(ProofError, match=r"the original cannot read .*\.png: OSError: no such codec"):
        compared(both, Original(both.original.transform, both.original.answer, load=broken))


def test_a_kernel_that_depends_on_the_cpu_states_its_bound_beside_equal_bits(both, draft):
    steps = (FLOAT, Values(chain=(("div", 255.0), ("sub", 0.5), ("div", (0.25, 0.5, 0.5)))))
    assert original_levels(steps) == 1.0
    assert tensor_units(steps) == pytest.approx(1 / 255 / 0.25)
    proof = proof_document(Comparison(images=3), both.original, msgspec.structs.replace(draft, steps=steps))
    assert (proof.level, proof.tensor.differing_values, proof.tensor.max_abs) == ("bit-exact", 0, UNSET)
    assert (proof.bound.source, proof.bound.levels) == ("cpu", 1.0)
    assert proof_document(Comparison(images=3), both.original, draft).bound is UNSET


def test_on_another_cpu_the_gate_lets_pass_what_is_within_the_bound(both, draft):
    near = Comparison(images=3, differing_values=9, max_tensor_difference=0.015, max_output_difference=0.01)
    check_gate(near, TASK, allowed=0.0157)
    proof = proof_document(near, both.original, draft)
    assert (proof.level, proof.tensor.max_abs) == ("bounded", 0.015)
    with pytest.raises(ProofError, match=r"differences of up to 0\.015, 0\.014 allowed between CPUs"):
        check_gate(near, TASK, allowed=0.014)
    with pytest.raises(ProofError, match="9 tensor values differ"):
        check_gate(near, TASK)
    near.flips = 1
    with pytest.raises(ProofError, match="1 of 3 images get another label"):
        check_gate(near, TASK, allowed=0.0157)


def test_the_bound_and_the_new_words_need_the_newer_runtime(draft):
    assert lowest_runtime(draft) == "0.1"
    newer = msgspec.structs.replace
    assert lowest_runtime(newer(draft, steps=(FLOAT, draft.steps[-1]))) == "0.2"
    assert lowest_runtime(newer(draft, input=newer(draft.input, decoder="opencv"))) == "0.2"
    assert lowest_runtime(newer(draft, steps=(Values(chain=()), draft.steps[-1]))) == "0.2"
