"""Which sets of weights cannot be taken unasked, and what the message tells people to say instead."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from truecopy.errors import AmbiguousEma
from truecopy_export.checkpoints.weights import TOP_LEVEL, Weights

from .ema import Found
from .layouts import LISTS, UNKNOWN
from .mmcv import TWINS
from .running_statistics import are_initial


def ambiguous(found: Sequence[Found], where: str) -> AmbiguousEma:
    what = "more than one set of averaged weights" if len(found) > 1 else _known(found[0])
    return AmbiguousEma(
        f"Which weights are meant must be said ({what})",
        got="; ".join(
            _described(candidate) if len(found) == 1 else f"{candidate.layout.name}: {_described(candidate)}"
            for candidate in found
        ),
        where=where,
        fix=advice(found, raw=any(candidate.raw is not None for candidate in found)),
    )


def _described(candidate: Found) -> str:
    note = f" ({candidate.layout.note})" if candidate.layout.note else ""
    raw = "" if candidate.raw is None else f" beside {candidate.raw}"
    counter = "" if candidate.counter is None else f", counter {candidate.counter}"
    return f"{candidate.ema}{raw}{counter}{note}"


def _known(candidate: Found) -> str:
    return candidate.layout.said if candidate.layout.name == UNKNOWN else f"known {candidate.layout.said}"


def advice(found: Sequence[Found], *, raw: bool) -> str:
    options = [f"--ema {field}" for candidate in found for field in _sayable(candidate)] + ["--ema raw"] * raw
    unread = [_list_fix(candidate) for candidate in found if _is_nameless(candidate)]
    return ". ".join((["Say " + " or ".join(options)] if options else []) + unread)


def _sayable(candidate: Found) -> tuple[str, ...]:
    """The fields that may follow `--ema` for this candidate, quoted for a shell."""
    if _is_nameless(candidate):
        return ()
    fields = [candidate.ema]
    if candidate.layout.holds == "twins":
        fields.append(TWINS if candidate.ema == TOP_LEVEL else f"{candidate.ema}.{TWINS}")
    return tuple(shlex.quote(field) for field in fields)


def means(candidate: Found, field: str) -> bool:
    return field == candidate.ema or (
        candidate.layout.holds == "twins" and field == f"{candidate.ema}.{TWINS}"
    )


def refuse_nameless(candidate: Found, where: str) -> None:
    """A list without names, and no raw weights beside it whose names it could go by."""
    if _is_nameless(candidate):
        raise AmbiguousEma(
            f"{candidate.ema} is a list of tensors without names ({candidate.layout.name}), and no state dict stands "
            "beside it to take them from",
            where=where,
            fix=_list_fix(candidate),
        )


def _is_nameless(candidate: Found) -> bool:
    return candidate.layout.holds in LISTS and candidate.names is None


def _list_fix(candidate: Found) -> str:
    return f"Save {candidate.ema} beside the model's state dict, or copy it into the model and save that"


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
            fix=f"Say --ema {shlex.quote(ema.field)} or --ema raw",
        )


def refuse_equal(raw: Weights, ema: Weights, where: str) -> None:
    if ema.distance == 0.0 and ema.counter is None:
        raise AmbiguousEma(
            f"{ema.field} equals {raw.field} value for value, and no counter says that it was ever updated",
            where=where,
            fix=f"Say --ema {shlex.quote(ema.field)} or --ema raw",
        )


def refuse_initial_statistics(raw: Weights, ema: Weights, where: str) -> None:
    """Older ema-pytorch and others average parameters and leave the buffers as they were on the first day."""
    if are_initial(raw, ema):
        raise AmbiguousEma(
            f"The BatchNorm statistics at {ema.field} are the initial ones: the average was never updated, or only in its parameters",
            expected=f"statistics of a training, as {raw.field} has them",
            got="means of 0 and variances of 1 throughout",
            where=where,
            fix=f"Say --ema raw for {raw.field}, or --ema {shlex.quote(ema.field)} all the same",
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
