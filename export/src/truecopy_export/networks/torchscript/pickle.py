"""The pickles in a TorchScript archive, gone through with inert stand-ins before torch's C++ reader sees them.

That reader (`torch/csrc/jit/serialization/unpickler.cpp`) compares neither a tensor's size and strides with its storage nor
the place of a memo entry with the pickle's length: out of bounds it reads foreign memory or ends the process.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.networks.quantised import quantised
from truecopy_export.networks.strided import check_strided, damaged

# Everything that torch's C++ pickler writes, and no other opcode.
_OPCODES = frozenset(
    {
        "PROTO", "GLOBAL", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET", "EMPTY_TUPLE", "EMPTY_DICT", "EMPTY_LIST",
        "NEWOBJ", "MARK", "BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "NEWTRUE", "NEWFALSE", "NONE",
        "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "REDUCE", "BINPERSID", "SETITEM", "SETITEMS", "APPEND", "APPENDS", "BUILD",
        "STOP",
    }
)  # fmt: skip
_LISTS = frozenset({"build_intlist", "build_tensorlist", "build_doublelist", "build_boollist"})
_STORAGES: Mapping[str, int] = {
    f"{name}Storage": size
    for name, size in (
        ("Float", 4), ("Double", 8), ("Half", 2), ("BFloat16", 2), ("Long", 8), ("Int", 4), ("Short", 2), ("Char", 1),
        ("Byte", 1), ("Bool", 1), ("ComplexFloat", 8), ("ComplexDouble", 16),
    )
}  # fmt: skip


@dataclass(frozen=True)
class _Storage:
    numel: int


class _Inert:
    """An object of the archive's own classes: its state is looked at, and dropped."""

    def __setstate__(self, state: object) -> None:
        pass


def check_pickle(data: bytes, members: Mapping[str, bytes], folder: str, where: str) -> None:
    """data: of `data.pkl` or `constants.pkl`; its tensors are members `folder/KEY`.

    Raises:
        Blocked: it asks for a name that no TorchScript archive of plain tensors has.
        CheckpointError: damaged; a tensor lies outside its storage; quantised tensors.
    """
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name not in _OPCODES:
                raise damaged(f"the opcode {opcode.name}", where)
            if opcode.name.endswith("PUT") and int(argument or 0) > len(data):
                raise damaged("a memo entry beyond the end", where)
        _Reader(data, members, folder, where).load()
    except CheckpointError:
        raise
    except Exception as error:  # pickle raises many kinds
        raise damaged(f"{type(error).__name__}: {error}"[:200], where) from error


# Written in Python, so that one opcode can be read as torch writes it.
_Unpickler: Any = pickle._Unpickler


class _Reader(_Unpickler):  # type: ignore[misc]
    """No name is imported: each is one of the functions here, or refused."""

    dispatch = dict(_Unpickler.dispatch)

    def __init__(self, data: bytes, members: Mapping[str, bytes], folder: str, where: str) -> None:
        super().__init__(io.BytesIO(data))
        self._members, self._folder, self._where = members, folder, where

    def find_class(self, module: str, name: str) -> Any:
        if (module + ".").startswith("__torch__."):
            if module.startswith("__torch__.torch.classes"):
                if "quantized" in module:
                    raise quantised(f"{module}.{name}", self._where)
                raise self._refused(module, name)
            return _Inert
        known: Mapping[tuple[str, str], Callable[..., Any]] = {
            ("torch._utils", "_rebuild_tensor_v2"): self._tensor,
            ("torch._utils", "_rebuild_tensor"): self._tensor,
            ("torch.jit._pickle", "restore_type_tag"): lambda value, _: value,
            ("collections", "OrderedDict"): OrderedDict,
            ("torch", "device"): lambda *_: None,
        }
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        if module == "torch.jit._pickle" and name in _LISTS:
            return list
        if "qtensor" in name or (module == "torch" and name.startswith("Q")):
            raise quantised(f"{module}.{name}", self._where)
        if (module, name) in known:
            return known[module, name]
        raise self._refused(module, name)

    def load_reduce(self) -> None:
        """Torch writes an enum as its class and its value, without a tuple around it."""
        arguments = self.stack.pop()
        called = self.stack[-1]
        self.stack[-1] = _Inert() if called is _Inert else called(*arguments)

    dispatch[pickle.REDUCE[0]] = load_reduce

    def persistent_load(self, pid: Any) -> _Storage:
        kind, size, key, device, numel = pid
        data = self._members.get(f"{self._folder}/{key}")
        if kind != "storage" or not isinstance(size, int) or not isinstance(device, str) or data is None:
            raise damaged(f"a tensor of a member {self._folder}/{key} that is not there", self._where)
        if not isinstance(numel, int) or numel < 0 or numel * size > len(data):
            raise damaged(f"a tensor of {numel} numbers in a member of {len(data)} bytes", self._where)
        return _Storage(min(numel, len(data) // size))

    def _tensor(self, storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> None:
        check_strided(storage.numel, offset, size, stride, self._where)

    def _refused(self, module: str, name: str) -> Blocked:
        return Blocked(
            "the archive's pickle asks for a name that no TorchScript of plain tensors has: it is not loaded",
            expected="tensors and plain values",
            got=f"{module}.{name}",
            where=self._where,
            fix="Save the weights alone (torch.save(model.state_dict(), ...)) and export them with --arch",
        )
