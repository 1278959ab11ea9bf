"""What a comparison becomes in the contract."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from truecopy.contract import (
    Accuracy,
    Binary,
    Bound,
    Contract,
    Decisions,
    Errors,
    Multilabel,
    OutputDifference,
    Proof,
    Regression,
    Sequence,
    Task,
    TensorDifference,
)
from truecopy.contract.codec import subject_sha256
from truecopy.contract.portability import original_levels, tensor_units
from truecopy.engine import instruction_set
from truecopy.proof import arithmetic_on
from truecopy_export.request import Precision

from .comparison import Comparison, Tally
from .original import Original


def proof_document(comparison: Comparison | None, original: Original, draft: Contract) -> Proof:
    """The `proof` of a contract. What was not compared is null: hand-written steps have no original tensor, and a
    graph is no other network than itself.
    """
    nothing = msgspec.structs.replace(unproven(draft.graph.precision), bound=_cpu_bound(draft))
    if comparison is None:
        return nothing
    has_original = _has_original(comparison, original)
    compared = has_original or original.other_network
    output = OutputDifference(max_abs_over_max_logit=comparison.max_output_difference)
    tally = comparison.by_decoder if original.other_decoder else comparison
    decisions = _decisions(draft.task, comparison, tally)
    return msgspec.structs.replace(
        nothing,
        level=_level(comparison, original),
        images=comparison.images,
        labelled=comparison.labelled > 0,
        tensor=_tensor(comparison) if has_original else None,
        bound=_bound(comparison, original, draft),
        output=output if compared else None,
        decisions=decisions if compared else None,
        accuracy=_accuracy(comparison, compared=compared),
        errors=_errors(comparison, compared=compared),
        subject=subject_sha256(draft),
    )


def _has_original(comparison: Comparison, original: Original) -> bool:
    """Was every tensor compared: with a live transform's, or because the items are given as the graph takes them?"""
    return original.transform is not None or 0 < comparison.images == comparison.with_original


def _decisions(task: Task, comparison: Comparison, tally: Tally) -> Decisions:
    """What the task has; of a multiclass threshold nothing, which the gate holds: the first runtimes read its document."""
    clipped = isinstance(task, Regression) and any(value.clip != (None, None) for value in task.values)
    thresholds = isinstance(task, Binary | Multilabel) or clipped
    delta = None if isinstance(task, Regression) else min(1.0, comparison.max_probability_delta)
    return Decisions(
        flips=tally.flips,
        max_probability_delta=delta,
        crossings=tally.crossings if thresholds else UNSET,
        max_error=UNSET if tally.max_error is None else tuple(map(float, tally.max_error)),
        edits=tally.edits if isinstance(task, Sequence) else UNSET,
    )


def _level(comparison: Comparison, original: Original) -> Literal["bit-exact", "bounded", "self-consistent"]:
    if not _has_original(comparison, original):
        return "self-consistent"
    return "bounded" if comparison.differing_values or original.other_decoder else "bit-exact"


def _tensor(comparison: Comparison) -> TensorDifference:
    differing = comparison.differing_values
    return TensorDifference(
        differing_values=differing, max_abs=comparison.max_tensor_difference if differing else UNSET
    )


def _bound(comparison: Comparison, original: Original, draft: Contract) -> Bound | UnsetType:
    """Where the original makes other tensors: by a decoder that is not reproduced, or on another CPU."""
    if original.other_decoder is None:
        return _cpu_bound(draft)
    measured = comparison.max_decoder_difference
    # In the channel that a level moves least, so that no channel is further away than is said.
    smallest = tensor_units(draft.steps)[0]
    levels = min(255.0, measured / smallest) if smallest else 255.0
    return Bound(source="decoder", levels=levels, tensor=measured)


def _cpu_bound(draft: Contract) -> Bound | UnsetType:
    levels = original_levels(draft.steps)
    return (
        Bound(source="cpu", levels=levels, tensor=levels * tensor_units(draft.steps)[1]) if levels else UNSET
    )


def unproven(precision: Precision) -> Proof:
    """A proof of nothing, on this host's CPU."""
    return Proof(
        level="unproven",
        images=0,
        labelled=False,
        provider="cpu",
        arithmetic=arithmetic_on("cpu", precision),
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


def _errors(comparison: Comparison, *, compared: bool) -> Errors | UnsetType:
    """Of a regression whose truths are known."""
    copy = _mean_error(comparison, "truecopy")
    if copy is None:
        return UNSET
    return Errors(
        original=_mean_error(comparison, "original") if compared else None,
        truecopy=copy,
        raw=_mean_error(comparison, "raw"),
        ema=_mean_error(comparison, "ema"),
        items=comparison.labelled,
    )


def _mean_error(comparison: Comparison, who: str) -> tuple[float, ...] | None:
    mean = comparison.mean_error(who)
    return None if mean is None else tuple(map(float, mean))
