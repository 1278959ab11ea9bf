"""Recognise the rows of the table of EMA layouts in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.unwrap import WRAPPER_KEYS, is_averaged_model, is_state_dict, state_dict_in
from truecopy_export.checkpoints.weights import TOP_LEVEL

from .fields import at, expand
from .layouts import LAYOUTS, LISTS, UNKNOWN, Holds, Layout
from .lists import is_tensor_list, same_values
from .mmcv import split_twins


@dataclass(frozen=True)
class Found:
    """A row recognised in a file, with the fields of that file.

    names: where a list without names takes them from, None for a state dict. counter: None where none is stored;
    0 also where the file says in another way that averaging had not begun.
    """

    layout: Layout
    ema: str
    raw: str | None
    counter: int | None
    names: str | None = None


_MOST = 100  # sets of weights of one layout
_AVERAGE = re.compile(
    r"((?i:(^|[_.])(ema|swa|avg|averaged?|averaging|shadow|teacher|polyak))|(?<=[a-z])(EMA|Ema|SWA|Swa|Shadow|Teacher))([_.]|$)"
)
# timm's task state: the head of a distillation task, not a second set of weights.
_NOT_WEIGHTS = frozenset({"task_state", "task_state_ema"})


def names_an_average(field: str) -> bool:
    return _AVERAGE.search(field) is not None


def find_layouts(content: Mapping[str, Any]) -> tuple[Found, ...]:
    """Every set of averaged weights in a file, each claimed by the first row that knows it.

    Raises:
        CheckpointError: more sets than any file has.
    """
    found: list[Found] = []
    claimed: list[str] = []
    rows = (
        *LAYOUTS,
        *(Layout(UNKNOWN, ema=key, raw=WRAPPER_KEYS) for key in _averages_by_name(content)),
    )
    for layout in rows:
        for candidate in _recognise(content, layout):
            if any(_overlap(candidate.ema, field) for field in claimed):
                continue
            found.append(candidate)
            claimed += [
                field for field in (candidate.ema, candidate.raw, candidate.names) if field is not None
            ]
    # Where the usual key holds an average, another average's raw weights are that one's.
    swapped = {each.ema: each.raw for each in found if each.layout.swapped}
    return tuple(replace(each, raw=swapped.get(each.raw or "", each.raw)) for each in found)


def _averages_by_name(content: Mapping[str, Any]) -> list[str]:
    """Keys of weights whose name says that they are an average."""
    named = {key: value for key, value in content.items() if _may_be_average(key)}
    distinct = {id(value): value for value in named.values()}  # one value may stand under many names
    held = {number for number, value in distinct.items() if state_dict_in(value) is not None}
    keys = [key for key, value in named.items() if id(value) in held]
    _refuse_too_many(len(keys))
    return keys


def _refuse_too_many(sets: int) -> None:
    if sets > _MOST:
        raise CheckpointError(
            "The checkpoint names more sets of averaged weights than can be told apart",
            expected=f"at most {_MOST}",
            fix="Where the model was trained, save the state dict of the set that is meant",
        )


def _may_be_average(key: str) -> bool:
    return key not in _NOT_WEIGHTS and "." not in key and names_an_average(key)


def _overlap(field: str, other: str) -> bool:
    return f"{field}.".startswith(f"{other}.") or f"{other}.".startswith(f"{field}.")


def _recognise(content: Mapping[str, Any], layout: Layout) -> Iterator[Found]:
    rejected: set[int] = set()  # by identity: one container may stand under many names
    held = 0
    for field, star, value in expand(content, layout.ema):
        if id(value) in rejected:
            continue
        # The top level as a whole counts only as a bare state dict, not as the wrapper of one.
        if not _holds(value, layout.holds) or (field == TOP_LEVEL and not is_state_dict(value)):
            rejected.add(id(value))
            continue
        held += 1
        _refuse_too_many(held)
        if not _signed(content, layout, star):
            continue
        alternatives = (raw.replace("*", star) for raw in layout.raw)
        raw = next(
            (r for r in alternatives if r != field and state_dict_in(at(content, r)) is not None), None
        )
        names = raw if layout.holds in LISTS else None
        if layout.stored is not None:
            raw = _stored(content, value, raw, layout.stored.replace("*", star))
        yield Found(layout, field, raw, _counter(content, layout, star), names)


def _holds(value: Any, what: Holds) -> bool:
    if what == "AveragedModel":
        return is_averaged_model(value)
    if what in LISTS:
        return is_tensor_list(value)
    state_dict = state_dict_in(value)
    return state_dict is not None and (what == "state dict" or split_twins(state_dict) is not None)


def _signed(content: Mapping[str, Any], layout: Layout, star: str) -> bool:
    """Whether the keys stand there, and are missing, that make a file one of this trainer's."""
    return (
        all(at(content, mark.replace("*", star)) is not None for mark in layout.marks)
        and all(content.get(key) is None for key in layout.absent)
        and all(key in content and _is(content[key], value) for key, value in layout.values)
    )


def _is(found: object, value: object) -> bool:
    # No comparison with a tensor, which is no bool.
    return found is value if value is None else type(found) is type(value) and found == value


def _stored(content: Mapping[str, Any], shadow: Any, raw: str | None, stored: str) -> str | None:
    """The raw weights of torch_ema: put aside while the average stands in the model itself."""
    aside = at(content, stored)
    state_dict = None if raw is None else state_dict_in(at(content, raw))
    if state_dict is None or not is_tensor_list(aside):
        return raw
    return stored if same_values(shadow, state_dict) else raw


def _counter(content: Mapping[str, Any], layout: Layout, star: str) -> int | None:
    begun = None if layout.begun is None else at(content, layout.begun.replace("*", star))
    if begun is not None and _number(begun) == 0:
        return 0
    return None if layout.counter is None else _number(at(content, layout.counter.replace("*", star)))


def _number(value: Any) -> int | None:
    if type(value) in (int, bool):
        return int(value)
    if not isinstance(value, torch.Tensor) or value.layout != torch.strided or value.device.type != "cpu":
        return None
    return (
        int(value) if value.numel() == 1 and value.dtype in (torch.int64, torch.int32, torch.bool) else None
    )
