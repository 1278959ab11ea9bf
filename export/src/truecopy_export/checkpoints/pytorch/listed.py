"""The closed list: every name that a pickle may ask for, and what stands for it here. Nothing else is ever called.

Nothing on it opens a file, imports, or calls back. Source of the torch names: torch 2.13 `_weights_only_unpickler.py`
(_get_allowed_globals).
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from .bad_pickle import BadPickle
from .plain_pickle import plain_key
from .rebuild import REBUILDS
from .standins import STANDINS, Inert


@dataclass(frozen=True)
class StorageType:
    """A storage's class, as its persistent id names it."""

    dtype: torch.dtype


_STORAGES: Mapping[str, torch.dtype] = {
    "DoubleStorage": torch.float64, "FloatStorage": torch.float32, "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16, "LongStorage": torch.int64, "IntStorage": torch.int32, "ShortStorage": torch.int16,
    "CharStorage": torch.int8, "ByteStorage": torch.uint8, "BoolStorage": torch.bool,
    "ComplexDoubleStorage": torch.complex128, "ComplexFloatStorage": torch.complex64, "QInt8Storage": torch.qint8,
    "QUInt8Storage": torch.quint8, "QInt32Storage": torch.qint32, "QUInt4x2Storage": torch.quint4x2,
    "QUInt2x4Storage": torch.quint2x4,
}  # fmt: skip


def _ordered(pairs: Any = ()) -> OrderedDict[Any, Any]:
    return OrderedDict(_pairs(pairs))


def _counter(counts: Any = ()) -> Counter[Any]:
    return Counter(dict(_pairs(counts)))


def _pairs(pairs: Any) -> Iterator[tuple[Any, Any]]:
    for pair in pairs.items() if type(pairs) is dict else _sequence(pairs):
        both = tuple(_sequence(pair)) if isinstance(pair, list | tuple) and len(pair) == 2 else ()
        if not both:
            raise BadPickle("a container made of no pairs")
        yield plain_key(both[0]), both[1]


def _set(items: Any = ()) -> set[Any]:
    return {plain_key(item) for item in _sequence(items)}


def _frozenset(items: Any = ()) -> frozenset[Any]:
    return frozenset(_set(items))


def _sequence(items: Any) -> Iterable[Any]:
    if not isinstance(items, list | tuple):
        raise BadPickle("a container made of no list")
    return items


def _size(sides: Any = ()) -> torch.Size:
    return torch.Size(_sequence(sides))


def _encoded(text: Any, encoding: Any = "utf-8") -> bytes:
    """Bytes, as pickle protocol 2 writes them: `_codecs.encode(text, "latin1")`."""
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", "utf-8", "utf8", "ascii"):
        raise BadPickle("bytes in an encoding that pickle never uses")
    return text.encode(encoding)


def _bytearray(*arguments: Any) -> bytearray:
    if not arguments:
        return bytearray()
    if isinstance(arguments[0], int):
        raise BadPickle("an array of bytes without the bytes")
    return bytearray(_encoded(*arguments) if isinstance(arguments[0], str) else bytes(arguments[0]))


def _bytes(*arguments: Any) -> bytes:
    return bytes(_bytearray(*arguments))


def _complex(*parts: Any) -> complex:
    if not all(type(part) in (int, float) for part in parts):
        raise BadPickle("a complex number of no numbers")
    return complex(*parts)


def _device(kind: Any, index: Any = None) -> torch.device:
    if not isinstance(kind, str) or not (index is None or type(index) is int):
        raise BadPickle("a device without a name")
    return torch.device(kind) if index is None else torch.device(kind, index)


def _layout(name: Any) -> str:
    if not isinstance(name, str):
        raise BadPickle("a layout without a name")
    return name[:60]


LISTED: Mapping[str, Any] = {
    "collections.OrderedDict": _ordered,
    "collections.Counter": _counter,
    "builtins.set": _set,
    "builtins.frozenset": _frozenset,
    "builtins.bytes": _bytes,  # b"" in protocol 2
    "builtins.bytearray": _bytearray,
    "builtins.complex": _complex,
    "_codecs.encode": _encoded,
    "torch.Size": _size,
    "torch.device": _device,
    "torch.serialization._get_layout": _layout,
    "torch.Tensor": Inert,
    # Types of tensors as values: as constructors they would allocate what a number says.
    **{
        f"{module}.{name.replace('Storage', 'Tensor')}": Inert
        for module in ("torch", "torch.cuda", "torch.sparse", "torch.cuda.sparse")
        for name in _STORAGES
    },
    **REBUILDS,
    **{str(dtype): dtype for dtype in vars(torch).values() if isinstance(dtype, torch.dtype)},
    **{str(scheme): scheme for scheme in vars(torch).values() if isinstance(scheme, torch.qscheme)},
    **{
        f"{module}.{name}": StorageType(dtype)
        for module in ("torch", "torch.cuda")
        for name, dtype in _STORAGES.items()
    },
    "torch.storage.UntypedStorage": StorageType(torch.uint8),
    "torch.storage.TypedStorage": StorageType(torch.uint8),
    **{name: made for made, name in STANDINS},
    # Protocol 2 writes Python 3's types by their names of Python 2.
    "builtins.long": Inert,
    "builtins.unicode": Inert,
}
