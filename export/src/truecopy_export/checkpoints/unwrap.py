"""Find a state dict under what scripts wrap around it, and take the wrappers' prefixes off its names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

# Keys under which training scripts put the weights, in the order in which they are looked for.
WRAPPER_KEYS = ("state_dict", "model", "model_state_dict", "net", "network", "weights", "params")

# DistributedDataParallel and AveragedModel, torch.compile, Opacus.
_WRAPPER_PREFIXES = ("module.", "_orig_mod.", "_module.")
# The same anywhere inside a name, and those of FSDP and of activation checkpointing.
_WRAPPERS = frozenset(
    {"module", "_orig_mod", "_module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"}
)
# The attribute under which a LightningModule or a classifier around a backbone holds the network.
_ATTRIBUTE_PREFIXES = ("model.", "backbone.")

# AveragedModel and mmengine's averaged models keep their counter beside the names `module.*`.
COUNTERS = ("n_averaged", "steps")


def is_state_dict(value: object) -> bool:
    """Mostly tensors under plain names, at least one of them not a scalar, and no dictionary inside."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        return False
    tensors = [item for item in value.values() if isinstance(item, torch.Tensor)]
    if 2 * len(tensors) <= len(value) or not any(tensor.dim() > 0 for tensor in tensors):
        return False
    return not any(isinstance(item, Mapping) and item for item in value.values())


def is_averaged_model(value: object) -> bool:
    """The state dict of `torch.optim.swa_utils.AveragedModel`: `module.*` and `n_averaged`."""
    return (
        is_state_dict(value) and isinstance(value, Mapping) and "n_averaged" in value and _is_wrapped(value)
    )


def _is_wrapped(names: Mapping[str, Any]) -> bool:
    """Every name but a counter begins with `module.`, and there is one."""
    rest = [name for name in names if name not in COUNTERS]
    return bool(rest) and all(name.startswith("module.") for name in rest)


def state_dict_in(value: Any, depth: int = 3) -> Mapping[str, Any] | None:
    """The state dict that is `value`, or stands in it under one wrapper key or `module`; None if none does."""
    return _state_dict_in(value, depth, set())


def _state_dict_in(value: Any, depth: int, seen: set[tuple[int, int]]) -> Mapping[str, Any] | None:
    """seen: what holds none, by identity and depth; the same may stand under every key of every level."""
    if not isinstance(value, Mapping) or (id(value), depth) in seen:
        return None
    if is_state_dict(value):
        return value
    if depth > 0:
        for key in (*WRAPPER_KEYS, "module"):
            inner = _state_dict_in(value.get(key), depth - 1, seen)
            if inner is not None:
                return inner
    seen.add((id(value), depth))
    return None


def strip_prefixes(state_dict: Mapping[str, Any], *, lightning: bool) -> tuple[dict[str, Any], str]:
    """Take off every prefix that all names carry; returns the plain names and all that was taken off.

    In a Lightning checkpoint that is any attribute (`net.`), elsewhere only the closed list: a network
    may well hold everything under one name of its own, so `load_into` can put an attribute back.
    """
    names = dict(state_dict)
    if _is_wrapped(names):
        names = {name: value for name, value in names.items() if name not in COUNTERS}
    taken = ""
    while prefix := _common_prefix(names, lightning=lightning):
        names = {name[len(prefix) :]: value for name, value in names.items()}
        taken += prefix
        lightning = lightning and prefix in _WRAPPER_PREFIXES  # one attribute only
    return names, taken


def _common_prefix(names: Mapping[str, Any], *, lightning: bool) -> str:
    first = next(iter(names), "").partition(".")
    allowed = (*_WRAPPER_PREFIXES, *_ATTRIBUTE_PREFIXES)
    prefix = first[0] + "."
    if not first[2] or not (prefix in allowed or (lightning and not first[0].isdigit())):
        return ""
    return prefix if all(name.startswith(prefix) and len(name) > len(prefix) for name in names) else ""


def without_inner_wrappers(
    tensors: Mapping[str, torch.Tensor],
) -> tuple[Mapping[str, torch.Tensor], tuple[str, ...]]:
    """The names without the wrappers' parts anywhere in them (`features.module.0.weight`), and those parts.

    Nothing is taken out where two names would become one.
    """
    parts = {part for name in tensors for part in name.split(".")} & _WRAPPERS
    plain = {
        ".".join(part for part in name.split(".") if part not in _WRAPPERS): tensor
        for name, tensor in tensors.items()
    }
    return (plain, tuple(sorted(parts))) if parts and len(plain) == len(tensors) else (tensors, ())
