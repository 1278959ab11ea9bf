"""Dotted names of places in a checkpoint: `model_ema`, `ema.module`, `callbacks.*.ema_state_dict`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from truecopy_export.checkpoints.weights import TOP_LEVEL

_DEEPEST = 16  # containers in containers; the deepest place of the table of layouts is four deep


def at(content: Any, field: str) -> Any:
    """What stands at a dotted field; None when nothing does.

    Keys may hold dots themselves, list items are named by index, and a field may also be the common
    prefix of flat names (`ema_model` for `ema_model.conv.weight`), which gives those names without it.
    """
    if field == TOP_LEVEL:
        return content
    return _at(content, field, _DEEPEST, set())


def _at(content: Any, field: str, depth: int, seen: set[tuple[int, int]]) -> Any:
    """seen: where nothing stands, as the identity of a container and the length of what is left of the field."""
    if isinstance(content, list | tuple):
        index, _, rest = field.partition(".")
        item = content[int(index)] if _is_index(index, content) else None
        return _at(item, rest, depth - 1, seen) if rest and depth else item
    if not isinstance(content, Mapping) or (id(content), len(field)) in seen:
        return None
    if field in content:
        return content[field]
    flat: dict[str, Any] = {}
    for key, value in content.items():
        if not isinstance(key, str):
            continue
        if depth and field.startswith(f"{key}."):
            found = _at(value, field[len(key) + 1 :], depth - 1, seen)
            if found is not None:
                return found
        if key.startswith(f"{field}."):
            flat[key[len(field) + 1 :]] = value
    if not flat:
        seen.add((id(content), len(field)))
    return flat or None


def _is_index(text: str, items: Sequence[Any]) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and int(text) < len(items)


def expand(content: Any, pattern: str) -> Iterator[tuple[str, str, Any]]:
    """(field, what `*` stood for, what stands there) of every place that a pattern with at most one `*` names."""
    before, star, after = pattern.partition("*")
    if not star:
        value = at(content, pattern)
        if value is not None:
            yield pattern, "", value
        return
    parent = at(content, before.removesuffix(".")) if before else content
    if isinstance(parent, Mapping):
        items = [(key, value) for key, value in parent.items() if isinstance(key, str)]
    else:
        items = (
            [(str(i), value) for i, value in enumerate(parent)] if isinstance(parent, list | tuple) else []
        )
    inside: dict[int, Any] = {}  # by identity: one container may stand under many names
    for name, value in items:
        # Only a container can be or hold a set of weights; a bare state dict has thousands of tensors.
        if not isinstance(value, Mapping | list | tuple):
            continue
        if id(value) not in inside:
            inside[id(value)] = at(value, after.removeprefix(".")) if after else value
        if inside[id(value)] is not None:
            yield before + name + after, name, inside[id(value)]
