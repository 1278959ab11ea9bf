"""What a comparison becomes in the contract, and what is said to people about it."""

from __future__ import annotations

import msgspec

from truecopy.contract import Accuracy, Contract, Decisions, OutputDifference, Proof, TensorDifference
from truecopy.contract.codec import subject_sha256
from truecopy.contract.resize import PassOrder
from truecopy_export.request import Precision

from .compare import Comparison
from .isa import instruction_set
from .original import Original


def proof_document(comparison: Comparison | None, original: Original, draft: Contract) -> Proof:
    """The `proof` of a contract. What was not compared is null: hand-written steps have no original tensor, and a
    graph is no other network than itself.
    """
    nothing = unproven(draft.graph.precision)
    if comparison is None:
        return nothing
    has_original = original.transform is not None
    compared = has_original or original.other_network
    output = OutputDifference(max_abs_over_max_logit=comparison.max_output_difference)
    decisions = Decisions(
        flips=comparison.flips, max_probability_delta=min(1.0, comparison.max_probability_delta)
    )
    return msgspec.structs.replace(
        nothing,
        level="bit-exact" if has_original else "self-consistent",
        images=comparison.images,
        labelled=comparison.labelled > 0,
        tensor=TensorDifference(differing_values=comparison.differing_values) if has_original else None,
        output=output if compared else None,
        decisions=decisions if compared else None,
        accuracy=_accuracy(comparison, compared=compared),
        subject=subject_sha256(draft),
    )


def unproven(precision: Precision) -> Proof:
    """A proof of nothing, on this host's CPU.

    ONNX Runtime's CPU provider computes FP16 graphs in FP32: there a proof is about rounded weights only.
    """
    return Proof(
        level="unproven",
        images=0,
        labelled=False,
        provider="cpu",
        arithmetic="int8" if precision == "int8" else "fp32",
        isa=instruction_set(),
        tensor=None,
        output=None,
        decisions=None,
        accuracy=None,
    )


def _accuracy(comparison: Comparison, *, compared: bool) -> Accuracy | None:
    copy = comparison.accuracy("truecopy")
    if copy is None:
        return None
    return Accuracy(
        original=comparison.accuracy("original") if compared else None,
        truecopy=copy,
        raw=comparison.accuracy("raw"),
        ema=comparison.accuracy("ema"),
        images=comparison.labelled,
    )


def proof_notes(comparison: Comparison, original: Original, passes: PassOrder) -> list[str]:
    """Sentences for people."""
    notes = []
    if comparison.affected_by_passes:
        notes.append(
            f"{comparison.affected_by_passes} of {comparison.images} proof images depend on Pillow's pass order; "
            f"the file says {passes!r}. If training ran another Pillow (below 13: horizontal), say --pillow-passes"
        )
    if comparison.unreadable:
        left_out = len(comparison.unreadable)
        notes.append(
            f"{left_out} proof images could not be read and were left out: {comparison.unreadable[0]}"
        )
    if comparison.images and comparison.inside_unit == comparison.images > comparison.already_probabilities:
        notes.append(
            "every output lies in [0, 1], but rows do not sum to 1: if the network ends in a sigmoid, it is no "
            "multiclass model, and a softmax on top changes its answers"
        )
    if comparison.images and comparison.undecided == comparison.images:
        notes.append("all classes get the same output on every image: was this network ever trained?")
    raw, ema = comparison.accuracy("raw"), comparison.accuracy("ema")
    if raw is not None and ema is not None and raw > ema:
        notes.append(
            f"the raw weights are right more often than the averaged ones: {raw:.4f} against {ema:.4f}"
        )
    if 0 < comparison.labelled < comparison.images:
        notes.append(
            f"accuracies are over the {comparison.labelled} of {comparison.images} images that have a label"
        )
    if comparison.labelled:
        return notes
    if original.transform is None:
        notes.append(
            "steps written by hand have no original to equal, and the proof images have no labels: whether these "
            "steps are the right ones is not proven"
        )
    else:
        notes.append("equality proven, correctness not: the proof images have no labels")
    return notes
