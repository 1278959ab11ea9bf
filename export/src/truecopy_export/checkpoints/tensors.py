"""Turn the entries of a state dict into tensors that are safe to calculate with, or refuse them by name.

`weights_only=True` lets sparse, overlapping, stride-0, quantised and data-less tensors through; some of them
end the process at their first use. So layout and bounds are looked at before any arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from truecopy.errors import CheckpointError

from .pytorch.rebuild import Unread

_PLAIN = frozenset(
    {
        torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64, torch.complex128, torch.bool,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
    }
)  # fmt: skip
_CAST = (torch.float16, torch.bfloat16, torch.float64)

# A stride-0 tensor of a few bytes can stand for terabytes; what real models expand is far below this.
_EXPANDED_LIMIT = 256 * 1024 * 1024  # bytes

_STATE_DICT = (
    'Where the model was trained: torch.save(model.state_dict(), "weights.pth") of the plain float model'
)


def sound_tensors(entries: Mapping[str, Any], where: str) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Dense, finite, contiguous tensors with storage of their own; and lines that say what was cast.

    Raises:
        CheckpointError: an entry is no plain tensor, or holds NaN or infinity; it is named.
    """
    for name, entry in entries.items():
        _refuse_unsound(entry, f"{where}: {_printable(name)}")
    shared = _shared_storages(entries)
    tensors: dict[str, torch.Tensor] = {}
    casts: dict[str, int] = {}
    for name, entry in entries.items():
        tensor = entry.detach().resolve_conj().resolve_neg()
        if (
            not tensor.is_contiguous()
            or _storage(tensor) in shared
            or tensor.untyped_storage().nbytes() != tensor.nbytes
        ):
            tensor = tensor.contiguous().clone()
        if tensor.dtype in _CAST:
            casts[str(tensor.dtype)] = casts.get(str(tensor.dtype), 0) + 1
        # Before the cast: what float64 can hold and float32 cannot becomes infinity, and is found too.
        tensors[name] = tensor.float() if tensor.dtype in _CAST else tensor
        _refuse_not_finite(tensors[name], f"{where}: {_printable(name)}")
    lines = tuple(
        f"{where}: {count} tensors cast from {dtype.removeprefix('torch.')} to float32"
        for dtype, count in casts.items()
    )
    return tensors, lines


def _printable(name: str) -> str:
    """A name for a message: one of a hostile file may hold what moves a terminal's cursor."""
    return name if name.isprintable() else ascii(name)


def _refuse_unsound(entry: object, where: str) -> None:
    if not isinstance(entry, torch.Tensor):
        raise CheckpointError(
            "An entry of the state dict is no tensor", got=type(entry).__name__, where=where, fix=_STATE_DICT
        )
    if isinstance(entry, Unread):
        raise CheckpointError(entry.what, got=entry.got, where=where, fix=_STATE_DICT)
    # These attributes read no element; the order matters, strides do not exist for the first ones.
    if entry.is_nested or entry.layout != torch.strided:
        kind = "nested" if entry.is_nested else f"sparse ({entry.layout})"
        raise CheckpointError("A tensor is not dense", got=kind, where=where, fix="Save it with .to_dense()")
    if entry.is_quantized:
        raise CheckpointError(
            "A tensor is quantised",
            expected="float weights: Truecopy makes int8 itself, with its own proof",
            got=str(entry.dtype),
            where=where,
            fix=_STATE_DICT,
        )
    if entry.device.type != "cpu":
        raise CheckpointError(
            "A tensor was saved without its data", got=f"device {entry.device}", where=where, fix=_STATE_DICT
        )
    if entry.dtype not in _PLAIN:
        raise CheckpointError(
            "A tensor has a type that is not read", got=str(entry.dtype), where=where, fix=_STATE_DICT
        )
    _refuse_out_of_bounds(entry, where)


def _refuse_out_of_bounds(tensor: torch.Tensor, where: str) -> None:
    reach = sum((size - 1) * stride for size, stride in zip(tensor.shape, tensor.stride(), strict=True))
    stored = tensor.untyped_storage().nbytes()
    if tensor.numel() and (tensor.storage_offset() + reach + 1) * tensor.element_size() > stored:
        raise CheckpointError(
            "A tensor reaches beyond its stored data",
            expected=f"at most {stored} bytes",
            where=where,
            fix="Copy the file again",
        )
    if tensor.nbytes > max(stored, _EXPANDED_LIMIT):
        raise CheckpointError(
            "A tensor repeats a few stored values over and over",
            expected=f"at most {_EXPANDED_LIMIT} bytes",
            got=f"{stored} bytes that stand for {tensor.nbytes}",
            where=where,
            fix="Save it with .contiguous()",
        )


def _refuse_not_finite(tensor: torch.Tensor, where: str) -> None:
    if not (tensor.is_floating_point() or tensor.is_complex()) or bool(torch.isfinite(tensor).all()):
        return
    bad = int(tensor.numel() - torch.isfinite(tensor).sum())
    raise CheckpointError(
        "A tensor holds NaN or infinity",
        got=f"{bad} of {tensor.numel()} values",
        where=where,
        fix="The training diverged: take an earlier checkpoint, or say another set with --ema",
    )


def _storage(tensor: torch.Tensor) -> int:
    return int(tensor.untyped_storage().data_ptr())


def _shared_storages(entries: Mapping[str, torch.Tensor]) -> set[int]:
    seen: set[int] = set()
    shared: set[int] = set()
    for tensor in entries.values():
        (shared if _storage(tensor) in seen else seen).add(_storage(tensor))
    return shared
