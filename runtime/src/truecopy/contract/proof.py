"""What was compared at export, original against copy."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from .fields import Count, Difference, Name, Sha256, Share


class TensorDifference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Original against copy, over all values of all proof images. `max_abs`: the largest difference, tensor units."""

    differing_values: Count
    max_abs: Difference | UnsetType = UNSET


class Bound(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the original's tensors may be from these, and why they are not the same bits everywhere.

    levels: of 255, on the canvas. tensor: the same in tensor units; measured over the proof images for a decoder, stated
    for instruction sets. source: `decoder` or `cpu`.
    """

    source: Literal["decoder", "cpu"]
    levels: Difference
    tensor: Difference


class OutputDifference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    max_abs_over_max_logit: Difference


class Decisions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """flips: items with another label, set of labels or text. crossings: thresholds that one of the two passed and the
    other did not. max_error: the largest difference of each quantity, in its unit. edits: edit distance of all texts
    together. Absent where the task has no such thing; max_probability_delta is null for a regression.
    """

    flips: Count
    max_probability_delta: Share | None
    # Not of a multiclass threshold: the gate holds it, and the first runtimes read the document.
    crossings: Count | UnsetType = UNSET
    max_error: tuple[Difference, ...] | UnsetType = UNSET
    edits: Count | UnsetType = UNSET


class Accuracy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Share of right answers (top-1, all labels of an item, its whole text) on the `images` that have a label: of the
    original and of the copy; raw and EMA where both exist.
    """

    original: Share | None
    truecopy: Share
    raw: Share | None = None
    ema: Share | None = None
    images: Count | None = None


class Errors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mean absolute error of each quantity, in its unit, on the `items` whose truth is known."""

    original: tuple[Difference, ...] | None
    truecopy: tuple[Difference, ...]
    raw: tuple[Difference, ...] | None
    ema: tuple[Difference, ...] | None
    items: Count


class Proof(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was compared at export. Null: not compared (`level` says why).

    images: how many items, whatever their kind. subject: SHA-256 of what was proven, `subject_sha256` of the contract; null in documents that do not say.
    bound: absent where the original makes the same tensors on every CPU.
    """

    level: Literal["bit-exact", "bounded", "self-consistent", "unproven"]
    images: Count
    labelled: bool
    provider: Name
    arithmetic: Literal["fp32", "fp16", "int8"]
    isa: Name
    tensor: TensorDifference | None
    output: OutputDifference | None
    decisions: Decisions | None
    accuracy: Accuracy | None
    subject: Sha256 | None = None
    bound: Bound | UnsetType = UNSET
    errors: Errors | UnsetType = UNSET
