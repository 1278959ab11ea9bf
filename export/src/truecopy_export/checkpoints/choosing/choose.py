"""Decide which set of weights is meant, by key and by numbers, and say what was found and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from truecopy.errors import AmbiguousEma, CheckpointError
from truecopy_export.checkpoints.checkpoint import Checkpoint
from truecopy_export.checkpoints.weights import TOP_LEVEL, Kind, Weights, relative_distance

from .asked import asked
from .choice import Choice, finished, not_begun
from .ema import Found, find_layouts, names_an_average
from .extract import Place, extract, raw_field
from .hints import averaged_by_name, hints
from .layouts import LISTS, STOCHASTIC
from .lists import refuse_shuffled
from .refusals import (
    advice,
    ambiguous,
    difference,
    means,
    refuse_different,
    refuse_equal,
    refuse_initial_statistics,
    refuse_nameless,
    refuse_never_updated,
    unnamed_rivals,
)
from .rivals import find_rivals
from .stochastic import holds_the_average, refuse_without_statistics


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
    waiting = [each for each in found if each.layout.waits and each.counter == 0 and each.raw is not None]
    begun = [each for each in found if each not in waiting]
    if not begun:
        return _without_average(checkpoint, waiting)
    if len(begun) > 1 or not begun[0].layout.taken:
        raise ambiguous(begun, checkpoint.name)
    chosen = begun[0]
    refuse_never_updated(chosen, checkpoint.name)
    refuse_nameless(chosen, checkpoint.name)
    ema, lines = extract(checkpoint.content, _ema(chosen), checkpoint.name)
    lines = (*not_begun(waiting), *_passed_over(checkpoint, found, ema), *lines)
    if chosen.raw is None:
        return finished(chosen, ema, None, ema, lines)
    raw, more = extract(checkpoint.content, _raw_beside(chosen), checkpoint.name)
    return _compared(checkpoint, chosen, raw, ema, (*lines, *more))


def _compared(
    checkpoint: Checkpoint, chosen: Found, raw: Weights, ema: Weights, lines: tuple[str, ...]
) -> Choice:
    """The average, if the numbers say that it is one."""
    refuse_different(raw, ema, checkpoint.name)
    if chosen.layout.name == STOCHASTIC:
        if holds_the_average(raw, ema):
            taken = dataclasses.replace(raw, kind="ema", counter=ema.counter)
            moved = f"{raw.field} is the average itself: it equals {ema.field} in every parameter"
            return finished(chosen, taken, None, taken, (moved, *lines))
        refuse_without_statistics(raw, ema, checkpoint.name)
    refuse_initial_statistics(raw, ema, checkpoint.name)
    if chosen.layout.holds in LISTS:
        refuse_shuffled(ema.tensors, raw.tensors, ema.field, checkpoint.name)
    ema = dataclasses.replace(ema, distance=relative_distance(raw.tensors, ema.tensors))
    refuse_equal(raw, ema, checkpoint.name)
    return finished(chosen, ema, raw, ema, lines)


def _without_average(checkpoint: Checkpoint, waiting: Sequence[Found]) -> Choice:
    """The only set, where no other set of the same network stands beside it."""
    if waiting:
        raw, lines = extract(checkpoint.content, _raw_beside(waiting[0]), checkpoint.name)
        only = Choice(raw, raw, None, (*not_begun(waiting), f"taken: {raw.field} (raw)", *lines))
    else:
        only = _only(checkpoint, averaged_by_name(checkpoint))
    if rivals := _others(checkpoint, waiting, only.taken):
        raise unnamed_rivals(only.taken, rivals, checkpoint.name)
    return only


def _passed_over(checkpoint: Checkpoint, found: Sequence[Found], taken: Weights) -> tuple[str, ...]:
    """Sets of the same network that no layout names are not taken where one does, but neither are they kept quiet."""
    others = _others(checkpoint, found, taken)
    return (f"also there, and not taken: {', '.join(others)} (the same network)",) if others else ()


def _others(checkpoint: Checkpoint, found: Sequence[Found], taken: Weights) -> list[str]:
    known = [field for each in found for field in (each.ema, each.raw, each.names) if field is not None]
    rivals = find_rivals(checkpoint.content, taken)
    return [field for field in rivals if not any(f"{field}.".startswith(f"{each}.") for each in known)]


def _raw(checkpoint: Checkpoint, found: Sequence[Found]) -> Choice:
    if not found:
        return _only(checkpoint, "raw")
    raws = {each.raw: each for each in found if each.raw is not None}
    if len(raws) != 1:
        unsure = any(each.layout.holds == "twins" for each in found)
        why = (
            "Which names hold the raw weights cannot be told"
            if unsure
            else "The raw weights are not stored in this checkpoint"
        )
        raise AmbiguousEma(
            why if not raws else "More than one set of raw weights could be meant",
            got=", ".join(sorted(raws)) or "none",
            where=checkpoint.name,
            fix="Leave out --ema" if all(each.layout.taken for each in found) else advice(found, raw=False),
        )
    candidate = next(iter(raws.values()))
    raw, lines = extract(checkpoint.content, _raw_beside(candidate), checkpoint.name)
    if len(found) > 1 or not candidate.layout.taken:
        return finished(candidate, raw, raw, None, lines)
    ema, more = _beside(checkpoint, _ema(candidate), raw)
    return finished(candidate, raw, raw, ema, (*lines, *more))


def _named(checkpoint: Checkpoint, found: Sequence[Found], field: str) -> Choice:
    whole, part = asked(checkpoint.content, found, field)
    as_raw = next((each for each in found if each.raw == whole), None)
    if as_raw is not None:
        raw, lines = extract(checkpoint.content, _raw_beside(as_raw, part), checkpoint.name)
        return finished(as_raw, raw, raw, None, lines)
    candidate = next((each for each in found if means(each, whole)), None)
    if candidate is None:
        kind: Kind = "ema" if names_an_average(field) else averaged_by_name(checkpoint)
        weights, lines = extract(checkpoint.content, Place(whole, kind, part=part), checkpoint.name)
        why = "" if kind == "ema" else "; nothing says that it is an average, so it goes as raw"
        taken = (f"taken: {weights.field}, as --ema says{why}", *lines)
        return Choice(weights, weights if kind == "raw" else None, weights if kind == "ema" else None, taken)
    refuse_nameless(candidate, checkpoint.name)
    refuse_never_updated(candidate, checkpoint.name)
    ema, lines = extract(
        checkpoint.content, dataclasses.replace(_ema(candidate), field=whole, part=part), checkpoint.name
    )
    if candidate.raw is None:
        return finished(candidate, ema, None, ema, lines)
    other, more = _beside(checkpoint, _raw_beside(candidate, part), ema)
    if other is not None:
        ema = dataclasses.replace(ema, distance=relative_distance(other.tensors, ema.tensors))
    return finished(candidate, ema, other, ema, (*lines, *more))


def _only(checkpoint: Checkpoint, kind: Kind) -> Choice:
    place = Place(raw_field(checkpoint.content, checkpoint.name), kind)
    weights, lines = extract(checkpoint.content, place, checkpoint.name)
    first = (
        f"found: one set of weights, {weights.field}, {len(weights.tensors)} tensors; no averaged weights",
        f"taken: {weights.field} (the only set)",
        *hints(checkpoint),
    )
    return Choice(
        weights, weights if kind == "raw" else None, weights if kind == "ema" else None, (*first, *lines)
    )


def _beside(checkpoint: Checkpoint, place: Place, taken: Weights) -> tuple[Weights | None, tuple[str, ...]]:
    """The set that was not asked for; that it cannot be used is a line in the report, not a refusal."""
    if place.counter == 0:
        return None, (f"{place.field} was never updated (counter 0) and is not compared",)
    try:
        other, lines = extract(checkpoint.content, place, checkpoint.name)
    except CheckpointError as error:
        return None, (f"{place.field} cannot be compared: {error}",)
    unlike = difference(taken, other)
    if unlike is not None:
        return None, (f"{place.field} cannot be compared with {taken.field}: {unlike}",)
    if place.kind == "ema":
        other = dataclasses.replace(other, distance=relative_distance(taken.tensors, other.tensors))
    return other, lines


def _ema(candidate: Found) -> Place:
    buffers = candidate.layout.holds == "state dict list"
    return Place(candidate.ema, "ema", candidate.counter, candidate.names, buffers)


def _raw_beside(candidate: Found, part: str = "") -> Place:
    return Place(candidate.raw or TOP_LEVEL, "raw", None, candidate.names, part=part)
