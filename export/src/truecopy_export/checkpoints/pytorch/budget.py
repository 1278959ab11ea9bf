"""How much a pickle may make: in proportion to its file, since a short one can copy what it holds over and over.

What stands in the memo is an argument again for two bytes; an empty set is one byte and 240 in memory.
"""

from __future__ import annotations

from collections.abc import Mapping

from .bad_pickle import BadPickle

_FREE = 64 << 20  # bytes, whatever the file's size
_TIMES = 8  # an honest tensor takes 3000 bytes of memory, and 300 of the file where it has no data
_MOST = 1 << 30  # bytes; the opcodes that are read make half of that into tensors
_ITEM = 64  # bytes: an entry of a dictionary or a set, or a copy of a place in a list
_CALL = 512
# Bytes in memory of what an opcode leaves behind; of the rest the file holds about as much itself.
_COSTS: Mapping[str, int] = {
    "MARK": 96, "EMPTY_LIST": 96, "EMPTY_DICT": 256, "EMPTY_SET": 256, "LIST": 96, "DICT": 256, "FROZENSET": 256,
    "TUPLE": 64, "TUPLE1": 64, "TUPLE2": 64, "TUPLE3": 64, "PUT": 64, "BINPUT": 64, "LONG_BINPUT": 64, "MEMOIZE": 64,
    "REDUCE": _CALL, "NEWOBJ": _CALL, "NEWOBJ_EX": _CALL, "INST": _CALL, "OBJ": _CALL, "PERSID": _CALL, "BINPERSID": _CALL,
}  # fmt: skip


class Budget:
    """For all pickles of one file."""

    def __init__(self, file_size: int) -> None:
        """file_size: in bytes."""
        self._file_size = file_size
        self._left = min(_FREE + _TIMES * file_size, _MOST)

    def opcode(self, name: str) -> None:
        """Raises:
        BadPickle: the budget is spent.
        """
        if name in _COSTS:
            self._spend(_COSTS[name])

    def items(self, count: int) -> None:
        """Places filled, before they are.

        Raises:
            BadPickle: the budget is spent.
        """
        self._spend(_ITEM * count)

    def copy(self, value: object) -> None:
        """What may be copied by the call that it is handed to: a text, bytes, or the places of a container.

        Raises:
            BadPickle: the budget is spent.
        """
        if isinstance(value, str | bytes | bytearray):
            self._spend(4 * len(value) if isinstance(value, str) and not value.isascii() else len(value))
        elif isinstance(value, list | tuple | dict | set | frozenset):
            self.items(len(value))

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise BadPickle(f"it makes far more than its {self._file_size} bytes can hold")
