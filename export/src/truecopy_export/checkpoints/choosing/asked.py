"""What `--ema FIELD` names: a set of weights, or a part of one (`state_dict.net`, a network beside its loss)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from truecopy_export.checkpoints.unwrap import is_state_dict, state_dict_in
from truecopy_export.checkpoints.weights import TOP_LEVEL

from .ema import Found
from .fields import at
from .mmcv import TWINS


def asked(content: Mapping[str, Any], found: Sequence[Found], field: str) -> tuple[str, str]:
    """(the set, the part of it); the part is "" where the whole set is meant.

    The sets of a known layout come first, the longest field first, so that a part of one keeps what the layout knows.
    """
    if field == TWINS:
        return f"{TOP_LEVEL}.{TWINS}", ""
    known = {name: names for each in found for name, names in _fields(each)}
    for whole, names in sorted(known.items(), key=lambda item: -len(item[0])):
        part = _part(content, whole, names, field)
        if part is not None:
            return whole, part
    for whole in _leading(field):
        if is_state_dict(at(content, whole)) and (part := _part(content, whole, whole, field)):
            return whole, part
    return field, ""


def _fields(candidate: Found) -> Iterator[tuple[str, str]]:
    """Every set of a layout, and where its names stand: a list has none of its own."""
    yield candidate.ema, candidate.names or candidate.ema
    if candidate.layout.holds == "twins":
        yield f"{candidate.ema}.{TWINS}", candidate.ema
    if candidate.raw is not None:
        yield candidate.raw, candidate.names or candidate.raw


def _part(content: Mapping[str, Any], whole: str, names: str, field: str) -> str | None:
    """What the field names inside the set `whole`; None where it names no part of it."""
    if field == whole:
        return ""
    if whole != TOP_LEVEL and not field.startswith(f"{whole}."):
        return None
    part = field if whole == TOP_LEVEL else field[len(whole) + 1 :]
    state_dict = state_dict_in(at(content, names)) or {}
    if state_dict and state_dict_in(at(content, field)) is state_dict:
        return ""  # `ema.module` for a set that stands under a wrapper key of its own
    return part if part and any(name.startswith(f"{part}.") for name in state_dict) else None


def _leading(field: str) -> Iterator[str]:
    """The fields that a field may lie in, the shortest first."""
    yield TOP_LEVEL
    for index, letter in enumerate(field):
        if letter == ".":
            yield field[:index]
