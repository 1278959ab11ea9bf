"""Other sets of the same weights in a file that no layout of the table names: their shapes give them away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from truecopy_export.checkpoints.unwrap import COUNTERS, is_state_dict, strip_prefixes
from truecopy_export.checkpoints.weights import TOP_LEVEL, Weights

_DEPTH = 4


def find_rivals(content: Mapping[str, Any], taken: Weights) -> tuple[str, ...]:
    """Dotted fields that hold at least half of the tensors of `taken`, under the same names and shapes.

    A shadow copy may leave out buffers, or carry another prefix. The set that was taken is not its own rival.
    """
    shapes = {name: tensor.shape for name, tensor in taken.tensors.items()}
    same: dict[int, bool] = {}  # by identity: one set may stand under many names
    rivals = []
    for field, state_dict in _state_dicts(content, "", _DEPTH, set()):
        if _is_taken(field, taken.field):
            continue
        if id(state_dict) not in same:
            same[id(state_dict)] = _same_network(state_dict, shapes)
        if same[id(state_dict)]:
            rivals.append(field)
    return tuple(rivals)


def _state_dicts(
    value: Any, field: str, depth: int, seen: set[tuple[int, int]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(field, state dict). seen: what was walked, by identity and depth; one that holds none may stand in every place."""
    if not isinstance(value, Mapping) or (id(value), depth) in seen:
        return
    if is_state_dict(value):
        yield field or TOP_LEVEL, value
        return
    seen.add((id(value), depth))
    if depth > 0:
        for key, inner in value.items():
            if isinstance(key, str):
                yield from _state_dicts(inner, f"{field}.{key}".removeprefix("."), depth - 1, seen)


def _is_taken(field: str, taken: str) -> bool:
    return taken == TOP_LEVEL or f"{field}.".startswith(f"{taken}.")


def _same_network(state_dict: Mapping[str, Any], shapes: Mapping[str, torch.Size]) -> bool:
    names, _ = strip_prefixes(state_dict, lightning=True)
    tensors = {
        name: value
        for name, value in names.items()
        if isinstance(value, torch.Tensor) and name not in COUNTERS
    }
    known = [name for name, tensor in tensors.items() if shapes.get(name) == tensor.shape]
    return len(known) == len(tensors) and 2 * len(known) >= len(shapes)
