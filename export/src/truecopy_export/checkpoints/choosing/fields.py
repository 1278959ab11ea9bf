"""Dotted names of places in a checkpoint: `model_ema`, `ema.module`, `callbacks.*.ema_state_dict`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from truecopy_export.checkpoints.weights import TOP_LEVEL


def at(content: Any, field: str) -> Any:
    """What stands at a dotted field; None when nothing does.

    Keys may hold dots themselves, list items are named by index, and a field may also be the common
    prefix of flat names (`ema_model` for `ema_model.conv.weight`), which gives those names without it.
    """
    if field == TOP_LEVEL:
        return content
    if isinstance(content, list | tuple):
        index, _, rest = field.partition(".")
        item = content[int(index)] if index.isdigit() and int(index) < len(content) else None
        return at(item, rest) if rest else item
    if not isinstance(content, Mapping):
        return None
    if field in content:
        return content[field]
    for key in content:
        if isinstance(key, str) and field.startswith(f"{key}."):
            found = at(content[key], field[len(key) + 1 :])
            if found is not None:
                return found
    flat = {
        key[len(field) + 1 :]: v
        for key, v in content.items()
        if isinstance(key, str) and key.startswith(f"{field}.")
    }
    return flat or None


def expand(content: Any, pattern: str) -> Iterator[tuple[str, str]]:
    """(field, what `*` stood for) of every place that a pattern with at most one `*` names."""
    before, star, after = pattern.partition("*")
    if not star:
        if at(content, pattern) is not None:
            yield pattern, ""
        return
    parent = at(content, before.removesuffix(".")) if before else content
    if isinstance(parent, Mapping):
        items = [(key, value) for key, value in parent.items() if isinstance(key, str)]
    else:
        items = (
            [(str(i), value) for i, value in enumerate(parent)] if isinstance(parent, list | tuple) else []
        )
    for name, value in items:
        # Only a container can be or hold a set of weights; a bare state dict has thousands of tensors.
        if isinstance(value, Mapping | list | tuple) and (
            not after or at(value, after.removeprefix(".")) is not None
        ):
            yield before + name + after, name
