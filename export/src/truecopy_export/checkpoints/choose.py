"""Decide which set of weights is meant, by key and by numbers, and say what was found and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from truecopy.errors import AmbiguousEma, CheckpointError

from .checkpoint import Checkpoint
from .choice import Choice, finished
from .ema import Found, find_layouts, names_an_average
from .extract import extract, raw_field
from .mmcv import TWINS
from .refusals import (
    advice,
    ambiguous,
    difference,
    list_fix,
    means,
    refuse_different,
    refuse_never_updated,
    unnamed_rivals,
)
from .rivals import find_rivals
from .weights import TOP_LEVEL, Kind, Weights, relative_distance


def choose_weights(checkpoint: Checkpoint, ema: str = "auto") -> Choice:
    """Take the averaged weights where a known trainer left them, else the only ones there are.

    `ema` is "auto", "raw", or the dotted field that is meant (`model_ema`, `ema.module`).

    Raises:
        AmbiguousEma: which set is meant cannot be told, or the average was never updated.
        CheckpointError: no weights, or weights that cannot be used.
    """
    found = find_layouts(checkpoint.content)
    if ema == "auto":
        return _automatic(checkpoint, found)
    if ema == "raw":
        return _raw(checkpoint, found)
    return _named(checkpoint, found, ema)


def _automatic(checkpoint: Checkpoint, found: Sequence[Found]) -> Choice:
    if not found:
        only = _only(checkpoint)
        rivals = find_rivals(checkpoint.content, only.taken)
        if rivals:
            raise unnamed_rivals(only.taken, rivals, checkpoint.name)
        return only
    if len(found) > 1 or not found[0].layout.taken:
        raise ambiguous(found, checkpoint.name)
    chosen = found[0]
    refuse_never_updated(chosen, checkpoint.name)
    ema, lines = _extract(checkpoint, chosen.ema, "ema", chosen.counter)
    if chosen.raw is None:
        return finished(chosen, ema, None, ema, lines)
    raw, more = _extract(checkpoint, chosen.raw, "raw", None)
    refuse_different(raw, ema, checkpoint.name)
    ema = dataclasses.replace(ema, distance=relative_distance(raw.tensors, ema.tensors))
    if ema.distance == 0.0 and ema.counter is None:
        raise AmbiguousEma(
            f"{ema.field} equals {raw.field} value for value, and no counter says that it was ever updated",
            where=checkpoint.name,
            fix=f"Say --ema {ema.field} or --ema raw",
        )
    return finished(chosen, ema, raw, ema, (*lines, *more))


def _raw(checkpoint: Checkpoint, found: Sequence[Found]) -> Choice:
    if not found:
        return _only(checkpoint)
    fields = {candidate.raw for candidate in found if candidate.raw is not None}
    if len(fields) != 1:
        names = ", ".join(sorted(fields)) or "none"
        unsure = any(candidate.layout.holds == "twins" for candidate in found)
        why = (
            "Which names hold the raw weights cannot be told"
            if unsure
            else "The raw weights are not stored in this checkpoint"
        )
        raise AmbiguousEma(
            why if not fields else "More than one set of raw weights could be meant",
            got=names,
            where=checkpoint.name,
            fix="Leave out --ema" if all(c.layout.taken for c in found) else advice(found, raw=False),
        )
    raw, lines = _extract(checkpoint, fields.pop(), "raw", None)
    candidate = found[0]
    if len(found) > 1 or not candidate.layout.taken:
        return finished(candidate, raw, raw, None, lines)
    ema, more = _beside(checkpoint, candidate.ema, "ema", candidate.counter, raw)
    return finished(candidate, raw, raw, ema, (*lines, *more))


def _named(checkpoint: Checkpoint, found: Sequence[Found], field: str) -> Choice:
    field = field if field != TWINS else f"{TOP_LEVEL}.{TWINS}"
    as_raw = next((candidate for candidate in found if candidate.raw == field), None)
    if as_raw is not None:
        raw, lines = _extract(checkpoint, field, "raw", None)
        return finished(as_raw, raw, raw, None, lines)
    candidate = next((candidate for candidate in found if means(candidate, field)), None)
    if candidate is None:
        kind: Kind = "ema" if names_an_average(field) else "raw"
        weights, lines = _extract(checkpoint, field, kind, None)
        taken = (f"taken: {field}, as --ema says", *lines)
        return Choice(weights, weights if kind == "raw" else None, weights if kind == "ema" else None, taken)
    if candidate.layout.holds == "list":
        raise AmbiguousEma(
            f"{field} is a list of tensors without names ({candidate.layout.name}), which is not read yet",
            where=checkpoint.name,
            fix=list_fix(candidate),
        )
    refuse_never_updated(candidate, checkpoint.name)
    ema, lines = _extract(checkpoint, field, "ema", candidate.counter)
    if candidate.raw is None:
        return finished(candidate, ema, None, ema, lines)
    other, more = _beside(checkpoint, candidate.raw, "raw", None, ema)
    if other is not None:
        ema = dataclasses.replace(ema, distance=relative_distance(other.tensors, ema.tensors))
    return finished(candidate, ema, other, ema, (*lines, *more))


def _only(checkpoint: Checkpoint) -> Choice:
    raw, lines = _extract(checkpoint, raw_field(checkpoint.content, checkpoint.name), "raw", None)
    first = (
        f"found: one set of weights, {raw.field}, {len(raw.tensors)} tensors; no averaged weights",
        f"taken: {raw.field} (the only set)",
    )
    return Choice(raw, raw, None, (*first, *lines))


def _extract(
    checkpoint: Checkpoint, field: str, kind: Kind, counter: int | None
) -> tuple[Weights, tuple[str, ...]]:
    return extract(checkpoint.content, field, kind, counter, checkpoint.name)


def _beside(
    checkpoint: Checkpoint, field: str, kind: Kind, counter: int | None, taken: Weights
) -> tuple[Weights | None, tuple[str, ...]]:
    """The set that was not asked for; that it cannot be used is a line in the report, not a refusal."""
    if counter == 0:
        return None, (f"{field} was never updated (counter 0) and is not compared",)
    try:
        other, lines = _extract(checkpoint, field, kind, counter)
    except CheckpointError as error:
        return None, (f"{field} cannot be compared: {error}",)
    unlike = difference(taken, other)
    if unlike is not None:
        return None, (f"{field} cannot be compared with {taken.field}: {unlike}",)
    if kind == "ema":
        other = dataclasses.replace(other, distance=relative_distance(taken.tensors, other.tensors))
    return other, lines
