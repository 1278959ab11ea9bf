"""What stands at the top level of a checkpoint, each place in a few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from truecopy_export.carried.telling import shown
from truecopy_export.checkpoints.unwrap import is_state_dict, state_dict_in
from truecopy_export.counted import counted

_MOST = 30


def held_by(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, words) of each key; a bare state dict is one place."""
    if is_state_dict(content):
        yield "the file itself", weights_in_words(content)
        return
    for key, value in list(content.items())[:_MOST]:
        yield key, _in_words(value)
    if len(content) > _MOST:
        yield "...", f"and {len(content) - _MOST} more"


def weights_in_words(state_dict: Mapping[str, Any]) -> str:
    """`62 tensors, 11,181,642 numbers, float32`"""
    tensors = [value for value in state_dict.values() if isinstance(value, torch.Tensor)]
    kinds = Counter(str(one.dtype).removeprefix("torch.") for one in tensors)
    names = ", ".join(kind for kind, _ in kinds.most_common())
    return f"{counted(len(tensors), 'tensor')}, {sum(one.numel() for one in tensors):,} numbers, {names}"


def _in_words(value: object) -> str:
    if is_state_dict(value) and isinstance(value, Mapping):
        return f"weights: {weights_in_words(value)}"
    if isinstance(value, Mapping):
        inner = state_dict_in(value)
        if inner is not None:
            return f"weights inside: {weights_in_words(inner)}"
        if {"state", "param_groups"} <= value.keys():
            return "an optimizer's state"
        return f"{len(value)} under names: {_start(list(value))}" if value else "nothing"
    plain = shown(value)
    if plain is not None:
        return plain
    if isinstance(value, list | tuple):
        tensors = sum(isinstance(one, torch.Tensor) for one in value)
        what = f", {counted(tensors, 'tensor')} among them" if tensors else ""
        return f"a list of {len(value)}{what}"
    if isinstance(value, torch.Tensor):
        return f"a tensor {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}"
    return "nothing" if value is None or value == "" else f"a {type(value).__name__}"


def _start(keys: list[Any]) -> str:
    return ", ".join(map(str, keys[:5])) + (", ..." if len(keys) > 5 else "")
