"""Averages that are stored as a list of tensors without names: which tensor is which, or a refusal.

Sources: NeMo's EMA of 2022 keeps `[p for p in module.state_dict().values()]`; torch_ema and NeMo's EMAOptimizer
keep the parameters in the order of `module.parameters()`, which is that of the state dict without the buffers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

import torch

from truecopy.errors import AmbiguousEma

_BUFFERS = ("running_mean", "running_var", "num_batches_tracked")
_Place: TypeAlias = tuple[int, int, torch.Size]
_COMPARED = 4096  # values of a tensor; enough to tell two matrices apart


def is_tensor_list(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, torch.Tensor) for item in value)


def name_list(
    values: Sequence[Any], raw: Mapping[str, Any], *, buffers: bool, field: str, where: str
) -> dict[str, Any]:
    """The state dict `raw` with the tensors of the list in place of its own; what has no tensor there stays raw.

    `buffers`: the list is in the order of the state dict, buffers included; otherwise it holds parameters only.

    Raises:
        AmbiguousEma: the list fits in no way, or in more than one.
    """
    places = list(raw) if buffers else _parameters(raw)
    first = _fitted(values, [raw[name] for name in places])
    if first is None or (buffers and len(values) != len(places)):
        raise _misfit(values, len(places), field, where)
    last = _fitted(list(values)[::-1], [raw[name] for name in reversed(places)])
    if last is None or [len(places) - 1 - index for index in reversed(last)] != first:
        raise AmbiguousEma(
            f"The list at {field} has no names and fits the raw weights in more than one way",
            expected=f"{len(places)} tensors, one for each parameter",
            got=f"{len(values)} tensors",
            where=where,
            fix="Copy it into the model where it was trained and save that state dict, or say --ema raw",
        )
    named = {places[index]: value for index, value in zip(first, values, strict=True)}
    twins = {_place(raw[name]): name for name in named}
    return {name: named.get(name, _tied(value, named, twins)) for name, value in raw.items()}


def refuse_shuffled(
    ema: Mapping[str, torch.Tensor], raw: Mapping[str, torch.Tensor], field: str, where: str
) -> None:
    """An average lies near its own raw weights: a matrix that lies nearer to another's means another order.

    Raises:
        AmbiguousEma: the list is in another order than its shapes suggest.
    """
    shapes: dict[torch.Size, list[str]] = {}
    for name, tensor in raw.items():
        if tensor.dim() > 1 and tensor.is_floating_point():
            shapes.setdefault(tensor.shape, []).append(name)
    for names in shapes.values():
        for name in names:
            own = _apart(ema[name], raw[name])
            nearer = next((other for other in names if _apart(ema[name], raw[other]) < own), None)
            if nearer is not None:
                raise AmbiguousEma(
                    f"The list at {field} has no names, and its order is not that of the raw weights",
                    got=f"the tensor in the place of {name} is nearer to {nearer}",
                    where=where,
                    fix=f"Say --ema {field} if it is the order of module.parameters() all the same, or --ema raw",
                )


def same_values(values: Sequence[Any], raw: Mapping[str, Any]) -> bool:
    """Whether every tensor of the list stands in the state dict, value for value, in the same order."""
    rest = iter([value for value in raw.values() if _is_plain(value)])
    return all(
        _is_plain(value) and any(value.shape == item.shape and torch.equal(value, item) for item in rest)
        for value in values
    )


def _is_plain(value: object) -> TypeGuard[torch.Tensor]:
    """Contiguous and inside its storage: safe to compare before anybody has looked at it closely."""
    return (
        isinstance(value, torch.Tensor)
        and value.layout == torch.strided
        and value.device.type == "cpu"
        and not value.is_nested
        and value.is_contiguous()
        and value.storage_offset() * value.element_size() + value.nbytes <= value.untyped_storage().nbytes()
    )


def _parameters(raw: Mapping[str, Any]) -> list[str]:
    """The names that can be parameters, a shared tensor once, as `module.parameters()` has it."""
    seen: set[_Place] = set()
    names = []
    for name, value in raw.items():
        if not isinstance(value, torch.Tensor) or not value.is_floating_point() or name.endswith(_BUFFERS):
            continue
        if _place(value) not in seen:
            seen.add(_place(value))
            names.append(name)
    return names


def _place(value: torch.Tensor) -> _Place:
    """Where its values lie: what shares them is one parameter under two names."""
    if not _is_plain(value) or not value.numel():
        return id(value), 0, value.shape
    return value.untyped_storage().data_ptr(), value.storage_offset(), value.shape


def _tied(value: Any, named: Mapping[str, Any], twins: Mapping[_Place, str]) -> Any:
    """What stays raw; but a tied name (a decoder that shares its encoder's tensor) gets what its twin got."""
    if isinstance(value, torch.Tensor) and value.is_floating_point() and _place(value) in twins:
        return named[twins[_place(value)]]
    return value


def _fitted(values: Sequence[Any], places: Sequence[Any]) -> list[int] | None:
    """The first places, in order, whose shapes are those of the values; None when they do not fit."""
    found = []
    index = 0
    for value in values:
        while index < len(places) and not _fits(value, places[index]):
            index += 1
        if index == len(places):
            return None
        found.append(index)
        index += 1
    return found


def _fits(value: object, place: object) -> bool:
    return (
        isinstance(value, torch.Tensor)
        and isinstance(place, torch.Tensor)
        and value.shape == place.shape
        and value.is_floating_point() == place.is_floating_point()
    )


def _misfit(values: Sequence[Any], places: int, field: str, where: str) -> AmbiguousEma:
    return AmbiguousEma(
        f"The list at {field} has no names and does not fit the raw weights beside it",
        expected=f"{places} tensors of the shapes of the raw weights, in their order",
        got=f"{len(values)} tensors",
        where=where,
        fix="Copy it into the model where it was trained and save that state dict, or say --ema raw",
    )


def _apart(one: torch.Tensor, other: torch.Tensor) -> float:
    step = max(1, one.numel() // _COMPARED)
    return float((one.flatten()[::step].double() - other.flatten()[::step].double()).square().sum())
