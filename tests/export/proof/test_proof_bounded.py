"""Level `bounded`: the original's own decoder is not reproduced, or its kernel depends on the CPU."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from msgspec import UNSET
from PIL import Image

from truecopy.contract import Multiclass, Resize, Values
from truecopy.contract.portability import original_levels, tensor_units
from truecopy.contract.requires import lowest_runtime
from truecopy.errors import ProofError
from truecopy_export.proof import Comparison, Original, check_gate, proof_document, proof_notes
from truecopy_export.proof.isa import reproduced_here

FLOAT = Resize(rule="exact", size=(8, 8), kernel="torch_f32_u8", filter="bilinear", antialias=True)
TASK = Multiclass(activation="softmax", labels=("a", "b"), label_ids=None, labels_source="list", threshold=None,
                  temperature=1.0)  # fmt: skip


def brighter(path):
    """A decoder of another kind: every value three levels up."""
    with Image.open(path) as opened:
        return opened.convert("RGB").point(lambda level: min(level + 3, 255))


def fed(tensor):
    return {"input": np.asarray(tensor)[np.newaxis]}


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


def test_the_flips_and_the_accuracy_of_the_original_are_those_by_its_own_decoder(both):
    def inverted(path):
        with Image.open(path) as opened:
            return opened.convert("RGB").point(lambda level: 255 - level)

    other = Original(both.original.transform, both.original.answer, load=inverted, other_decoder="a decoder")
    comparison = compared(both, other)
    check_gate(comparison, both.member.contract.task)
    assert (comparison.flips, comparison.differing_values) == (0, 0)
    proof = proof_document(comparison, other, both.member.contract)
    assert proof.decisions.flips == comparison.decoder_flips
    by_decoder = [
        int(np.argmax(both.original.answer(fed(both.original.transform(inverted(path))))) == truth)
        for path, truth in zip(both.images().sources, both.images().truths, strict=True)
    ]
    assert proof.accuracy.original == pytest.approx(sum(by_decoder) / 3)


def test_a_file_that_only_the_other_decoder_refuses_is_named(both):
    def broken(path):
        raise ValueError("no TIFF")

    other = Original(both.original.transform, both.original.answer, load=broken, other_decoder="a decoder")
    with pytest.raises(
        ProofError, match=r"a decoder cannot read .*\.png: ValueError: no TIFF - at stage decode"
    ):
        compared(both, other)


def test_a_tensor_with_nan_is_infinitely_far(both):
    def poisoned(picture):
        made = np.asarray(both.original.transform(picture)).copy()
        made[0, 0, 0] = np.nan
        return made

    original = Original(poisoned, lambda feeds: both.original.answer(fed(np.nan_to_num(feeds["input"][0]))))
    comparison = compared(both, original)
    assert comparison.max_tensor_difference == float("inf")
    with pytest.raises(ProofError, match="tensor values differ on 3 of 3 images"):
        check_gate(comparison, TASK, allowed=1e9)


def test_nothing_is_allowed_between_cpus_where_torch_is_the_one_that_is_reproduced(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("flags : fpu sse2 avx2 avx512f\n")
    assert (reproduced_here(2, cpuinfo), reproduced_here(1, cpuinfo)) == (True, False)
    cpuinfo.write_text("Features : asimd\n")
    assert not reproduced_here(8, cpuinfo)


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
    assert tensor_units(steps) == pytest.approx((1 / 255 / 0.5, 1 / 255 / 0.25))
    assert tensor_units((Values(chain=(("mul", 0.0),)),)) == (0.0, 0.0)
    proof = proof_document(Comparison(images=3), both.original, msgspec.structs.replace(draft, steps=steps))
    assert (proof.level, proof.tensor.differing_values, proof.tensor.max_abs) == ("bit-exact", 0, UNSET)
    assert (proof.bound.source, proof.bound.levels) == ("cpu", 1.0)
    assert proof_document(Comparison(images=3), both.original, draft).bound is UNSET


def test_on_another_cpu_the_gate_lets_pass_what_is_within_the_bound(both, draft):
    near = Comparison(images=3, differing_values=9, max_tensor_difference=0.015, max_output_difference=1e-5)
    check_gate(near, TASK, allowed=0.0157)
    proof = proof_document(near, both.original, draft)
    assert (proof.level, proof.tensor.max_abs) == ("bounded", 0.015)
    with pytest.raises(ProofError, match=r"differences of up to 0\.015, 0\.014 allowed between CPUs"):
        check_gate(near, TASK, allowed=0.014)
    with pytest.raises(ProofError, match="9 tensor values differ"):
        check_gate(near, TASK)
    near.max_output_difference = 0.01
    with pytest.raises(ProofError, match="the outputs differ too much"):
        check_gate(near, TASK, allowed=0.0157)
    near.max_output_difference, near.flips = 0.0, 1
    with pytest.raises(ProofError, match="1 of 3 images get another label"):
        check_gate(near, TASK, allowed=0.0157)


def test_the_bound_and_the_new_words_need_the_newer_runtime(draft):
    assert lowest_runtime(draft) == "0.1"
    newer = msgspec.structs.replace
    assert lowest_runtime(newer(draft, steps=(FLOAT, draft.steps[-1]))) == "0.2"
    assert lowest_runtime(newer(draft, input=newer(draft.input, decoder="opencv"))) == "0.2"
    assert lowest_runtime(newer(draft, steps=(Values(chain=()), draft.steps[-1]))) == "0.2"
