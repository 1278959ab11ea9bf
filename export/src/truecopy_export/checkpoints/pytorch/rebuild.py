"""Tensors as a pickle describes them: a storage, an offset, sizes and strides, within the bytes that are there.

Only plain tensors are made. Of the other kinds (quantised, sparse, nested, ...) an `Unread` stands in their place, which
has the shape and no data, so that the rest of the file can be read and a message can name the tensor.
Source: torch 2.13 `torch/_utils.py` (_rebuild_*), `torch/_tensor.py` (Tensor.__reduce_ex__, _rebuild_from_type_v2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from .bad_pickle import BadPickle

_MAX_ELEMENTS = 1 << 58  # times 16 bytes still fits 64 bits
_MAX_DIMENSIONS = 64


@dataclass(frozen=True, eq=False)
class Stored:
    """What a persistent id stands for: bytes, and the type of the elements in them."""

    storage: torch.UntypedStorage
    dtype: torch.dtype


class Unread(torch.Tensor):  # type: ignore[misc]
    """A tensor that is not made: shape without data (device meta). `what` it is and was `got`, for a message."""

    what: str
    got: str


def unread(what: str, got: str, size: Any = ()) -> Unread:
    """size: as the pickle says it; one element where that is no size."""
    known = isinstance(size, tuple) and 0 < len(size) <= _MAX_DIMENSIONS
    known = (
        known and all(type(side) is int and side >= 0 for side in size) and math.prod(size) <= _MAX_ELEMENTS
    )
    made: Unread = torch.empty(size if known else (1,), device="meta").as_subclass(Unread)
    made.what, made.got = what, got
    return made


def rebuild_tensor(
    stored: Any, offset: Any, size: Any, stride: Any, _grad: Any = None, _hooks: Any = None, bits: Any = None
) -> torch.Tensor:
    """`torch._utils._rebuild_tensor` and `_rebuild_tensor_v2`: a view of a storage, held within its bytes."""
    if not isinstance(stored, Stored):
        raise BadPickle("a tensor without a storage")
    return _turned(_view(stored.storage, stored.dtype, offset, size, stride), bits)


def _rebuild_tensor_v3(
    stored: Any, offset: Any, size: Any, stride: Any, _grad: Any, _hooks: Any, dtype: Any, bits: Any = None
) -> torch.Tensor:
    if not isinstance(stored, Stored) or not isinstance(dtype, torch.dtype):
        raise BadPickle("a tensor without a storage or a type")
    return _turned(_view(stored.storage, dtype, offset, size, stride), bits)


def _turned(tensor: torch.Tensor, bits: Any) -> torch.Tensor:
    """With the bits of its metadata: a conjugate or a negative that was never written out."""
    if not bits:
        return tensor
    if not isinstance(bits, dict) or not {*bits} <= {"conj", "neg"}:
        raise BadPickle("a tensor with metadata that is not known")
    tensor = tensor.conj() if bits.get("conj") else tensor
    negative: torch.Tensor = torch._neg_view(tensor) if bits.get("neg") else tensor
    return negative


def _view(
    storage: torch.UntypedStorage, dtype: torch.dtype, offset: Any, size: Any, stride: Any
) -> torch.Tensor:
    numbers = (offset, *_numbers(size), *_numbers(stride))
    if any(type(number) is not int or number < 0 for number in numbers) or len(size) != len(stride):
        raise BadPickle("a tensor with impossible sizes or strides")
    # The product of thousands of sizes would be a number that takes minutes.
    if len(size) > _MAX_DIMENSIONS or math.prod(size) > _MAX_ELEMENTS or max(numbers) > _MAX_ELEMENTS:
        raise BadPickle("a tensor of absurd size")
    reach = offset + 1 + sum((side - 1) * step for side, step in zip(size, stride, strict=True))
    if math.prod(size) and reach * dtype.itemsize > storage.nbytes():
        raise BadPickle(f"a tensor that reaches {reach * dtype.itemsize} bytes into {storage.nbytes()}")
    empty = torch.empty(0, dtype=dtype)
    return empty.set_(storage, offset, size, stride) if math.prod(size) else empty.reshape(size)


def _numbers(value: object) -> tuple[Any, ...]:
    if not isinstance(value, tuple):
        raise BadPickle("a size that is no tuple")
    return value


def _rebuild_parameter(data: Any, *_: Any) -> torch.Tensor:
    # A plain tensor: that it is a parameter is the architecture's business, and attributes of its own are not taken.
    if not isinstance(data, torch.Tensor):
        raise BadPickle("a parameter without a tensor")
    return data


def _rebuild_from_type(rebuild: Any, _type: Any, arguments: Any, _state: Any) -> torch.Tensor:
    if not any(rebuild is known for known in REBUILDS.values()) or not isinstance(arguments, tuple):
        raise BadPickle("a tensor made by no function of torch's")
    made: torch.Tensor = rebuild(*arguments)
    return made


def _rebuild_quantised(stored: Any, _offset: Any, size: Any, *_: Any) -> Unread:
    got = str(stored.dtype) if isinstance(stored, Stored) else "no storage"
    return unread("A tensor is quantised (Truecopy makes int8 itself, with its own proof)", got, size)


def _rebuild_sparse(layout: Any, data: Any) -> Unread:
    size = (
        next((part for part in reversed(data) if type(part) is tuple), ()) if isinstance(data, tuple) else ()
    )
    return unread("A tensor is not dense", f"sparse ({_in_words(layout)})", size)


def _rebuild_nested(*_: Any) -> Unread:
    return unread("A tensor is not dense", "nested")


def _rebuild_meta(dtype: Any, size: Any, *_: Any) -> Unread:
    return unread("A tensor was saved without its data", f"device meta, {_in_words(dtype)}", size)


def _rebuild_wrapper(cls: Any, _dtype: Any = None, size: Any = (), *_: Any) -> Unread:
    return unread("A tensor is of a class of its own", _in_words(cls), size)


def _rebuild_from_device(data: Any, dtype: Any, device: Any, *_: Any) -> torch.Tensor:
    """XLA and its like: the data as a tensor of the CPU, or as a NumPy array."""
    if type(data) is torch.Tensor and data.dtype == dtype:
        return data
    return unread("A tensor was saved on a device that is not read", _in_words(device))


def _in_words(value: object) -> str:
    """Of a container only its kind: one list that holds another twice, thirty deep, has a billion words."""
    if isinstance(value, str | torch.dtype | torch.device):
        return str(value)[:60]
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else f"a {type(value).__name__}"


REBUILDS: Mapping[str, Callable[..., torch.Tensor]] = {
    "torch._utils._rebuild_tensor": rebuild_tensor,
    "torch._utils._rebuild_tensor_v2": rebuild_tensor,
    "torch._utils._rebuild_tensor_v3": _rebuild_tensor_v3,
    "torch._utils._rebuild_parameter": _rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": _rebuild_parameter,
    "torch.nn.parameter.Parameter": _rebuild_parameter,
    "torch._tensor._rebuild_from_type_v2": _rebuild_from_type,
    "torch._utils._rebuild_qtensor": _rebuild_quantised,
    "torch._utils._rebuild_sparse_tensor": _rebuild_sparse,
    "torch._utils._rebuild_nested_tensor": _rebuild_nested,
    "torch._utils._rebuild_meta_tensor_no_storage": _rebuild_meta,
    "torch._utils._rebuild_wrapper_subclass": _rebuild_wrapper,
    "torch._utils._rebuild_device_tensor_from_numpy": _rebuild_from_device,
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": _rebuild_from_device,
}
