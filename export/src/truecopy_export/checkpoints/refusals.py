"""Which sets of weights cannot be taken unasked, and what the message tells people to say instead."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from truecopy.errors import AmbiguousEma

from .ema import Found
from .mmcv import TWINS
from .weights import TOP_LEVEL, Weights


def ambiguous(found: Sequence[Found], where: str) -> AmbiguousEma:
    what = (
        f"known layout {found[0].layout.name}" if len(found) == 1 else "more than one set of averaged weights"
    )
    return AmbiguousEma(
        f"Which weights are meant must be said ({what})",
        got="; ".join(_described(candidate) for candidate in found),
        where=where,
        fix=advice(found, raw=any(candidate.raw is not None for candidate in found)),
    )


def _described(candidate: Found) -> str:
    note = f" ({candidate.layout.note})" if candidate.layout.note else ""
    raw = "" if candidate.raw is None else f" beside {candidate.raw}"
    counter = "" if candidate.counter is None else f", counter {candidate.counter}"
    return f"{candidate.layout.name}: {candidate.ema}{raw}{counter}{note}"


def advice(found: Sequence[Found], *, raw: bool) -> str:
    options = [f"--ema {field}" for candidate in found for field in _sayable(candidate)] + ["--ema raw"] * raw
    unread = [list_fix(candidate) for candidate in found if candidate.layout.holds == "list"]
    return ". ".join((["Say " + " or ".join(options)] if options else []) + unread)


def _sayable(candidate: Found) -> tuple[str, ...]:
    """The fields that may follow `--ema` for this candidate, quoted for a shell."""
    if candidate.layout.holds == "list":
        return ()
    fields = [candidate.ema]
    if candidate.layout.holds == "twins":
        fields.append(TWINS if candidate.ema == TOP_LEVEL else f"{candidate.ema}.{TWINS}")
    return tuple(shlex.quote(field) for field in fields)


def means(candidate: Found, field: str) -> bool:
    return field == candidate.ema or (
        candidate.layout.holds == "twins" and field == f"{candidate.ema}.{TWINS}"
    )


def list_fix(candidate: Found) -> str:
    note = f" ({candidate.layout.note})" if candidate.layout.note else ""
    return (
        f"{candidate.ema} is a list without names, not read yet: copy it into the model where it was trained "
        f"and save its state dict{note}"
    )


def unnamed_rivals(taken: Weights, rivals: Sequence[str], where: str) -> AmbiguousEma:
    """More than one set of weights of the same network, and no known layout that says which is which."""
    says = " or ".join(f"--ema {field}" for field in rivals)
    return AmbiguousEma(
        "More than one set of weights of the same network is in the file, and their names say nothing certain",
        got=", ".join((taken.field, *rivals)),
        where=where,
        fix=f"Say {says}, or --ema raw for {taken.field}",
    )


def refuse_different(raw: Weights, ema: Weights, where: str) -> None:
    unlike = difference(raw, ema)
    if unlike is not None:
        raise AmbiguousEma(
            f"{ema.field} and {raw.field} are not two states of one network",
            got=unlike,
            where=where,
            fix=f"Say --ema {ema.field} or --ema raw",
        )


def refuse_never_updated(candidate: Found, where: str) -> None:
    if candidate.counter == 0:
        raise AmbiguousEma(
            f"The average at {candidate.ema} is the untrained initial weights: it was never updated ({candidate.layout.name})",
            expected="a counter above 0",
            got="0",
            where=where,
            fix="Say --ema raw"
            if candidate.raw is not None
            else "Take the checkpoint of the trained model, or one saved later",
        )


def difference(one: Weights, other: Weights) -> str | None:
    """What keeps two sets from being the same network, in words; None when nothing does."""
    names = sorted(one.tensors.keys() ^ other.tensors.keys())
    if names:
        return f"{len(names)} names stand in one set only ({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})"
    for name, tensor in one.tensors.items():
        if tensor.shape != other.tensors[name].shape:
            return f"{name} is {tuple(tensor.shape)} in {one.field} and {tuple(other.tensors[name].shape)} in {other.field}"
    return None
