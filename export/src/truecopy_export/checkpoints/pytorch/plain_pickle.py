"""A pickle becomes plain values here, without Python's unpickler: a name that is not on a closed list is never called.

`pickletools.genops` decodes the opcodes; the machine below only moves values on a stack. A call happens for the makers of
the closed list alone. Every other global is written down and stands as an `Unknown`, which swallows what is done to it: so
one run says everything that a pickle asks for, names built at run time included.
Source: CPython `Lib/pickletools.py` (opcodes and their stack effects), `Lib/pickle.py` (_Unpickler).
"""

from __future__ import annotations

import pickletools
import re
import warnings
from argparse import Namespace
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, TypeAlias

import numpy as np

from truecopy.errors import CheckpointError

from .bad_pickle import BadPickle
from .budget import Budget
from .standins import Inert

MAX_OPCODES = 5_000_000  # a state dict has about 30 for a tensor
_LONGEST_KEY = 4  # parts of a tuple
_SURROGATES = re.compile("[\ud800-\udfff]")  # halves of a character: they can be neither printed nor written
_HASHED_APART = 1 << 60  # integers below have hashes of their own
_HASHED_APART_IN_TUPLE = 1 << 32  # as many pairs as hashes, so that few can be found to share one
_MAX_LONG = 1 << 12  # bits; Python itself refuses to print what has more than 4300 digits

Makers: TypeAlias = Mapping[str, Any]


class Unknown(Inert):
    """What a name outside the closed list would have made."""

    __slots__ = ()


class PlainPickle:
    """A machine for one file: `names` that were asked for and are not on the list are collected over all its pickles."""

    def __init__(self, listed: Makers, persistent: Callable[[Any], Any], file_size: int) -> None:
        """listed: dotted name to what stands for it; what can be called there may be called.

        persistent: what a persistent id stands for. file_size: in bytes; what is made stays in proportion to it.
        """
        self._budget = Budget(file_size)
        self._listed, self._persistent = listed, persistent
        self._callable = {id(made) for made in listed.values() if callable(made)}
        self.unknown: set[str] = set()
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def load(self, file: BinaryIO) -> Any:
        """One pickle, up to its STOP.

        Raises:
            BadPickle: damaged, cut short, too large, or an opcode that needs more than the file.
            CheckpointError: what a persistent id stands for cannot be read.
        """
        self._stack, self._marks, self._memo = [], [], {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of odd escapes in the names of a damaged pickle
                self._run(file)
        except MemoryError as error:
            raise BadPickle("it asks for more memory than there is") from error
        if self._marks or len(self._stack) != 1:
            raise BadPickle(f"it ends with {len(self._stack)} values in the place of one")
        return self._stack[0]

    def _run(self, file: BinaryIO) -> None:
        for number, (name, argument) in enumerate(_opcodes(file)):
            if number >= MAX_OPCODES:
                raise BadPickle(f"more than {MAX_OPCODES} opcodes")
            self._budget.opcode(name)
            try:
                self._step(name, argument)
            except (BadPickle, CheckpointError, MemoryError):
                raise
            except (IndexError, KeyError) as error:
                raise BadPickle(f"the opcode {name} takes what was not put there") from error
            except Exception as error:
                # A damaged pickle makes the makers raise nearly anything: they were given what does not fit them.
                raise BadPickle(f"the opcode {name} takes what does not fit it") from error

    def _step(self, name: str, argument: Any) -> None:
        if name in _LITERALS:
            self._stack.append(argument)
        elif name in _EMPTY:
            self._stack.append(_EMPTY[name]())
        elif name in _ACTIONS:
            _ACTIONS[name](self, argument)
        elif name not in _SKIPPED:
            raise BadPickle(f"the opcode {name}")

    # names and calls

    def _find(self, module: object, name: object) -> Any:
        if not isinstance(module, str) or not isinstance(name, str):
            raise BadPickle("a global without a name")
        module = "builtins" if module == "__builtin__" else module  # Python 2
        path = f"{module}.{name}"
        if path in self._listed:
            return self._listed[path]
        self._budget.items(1)
        self._budget.copy(path)
        self.unknown.add(path if path.isprintable() else ascii(path))
        return Unknown

    def _call(self, maker: Any, arguments: Any) -> Any:
        if maker is Unknown or type(maker) is Unknown:
            return Unknown()
        if id(maker) not in self._callable:
            raise BadPickle(f"a call of a {type(maker).__name__}")
        if not isinstance(arguments, tuple):
            raise BadPickle("a call without a tuple of arguments")
        for argument in arguments:
            self._budget.copy(argument)
        return maker(*arguments)

    def _global(self, argument: Any) -> None:
        module, _, name = str(argument).partition(" ")
        self._stack.append(self._find(module, name))

    def _stack_global(self, _: Any) -> None:
        name = self._stack.pop()
        self._stack.append(self._find(self._stack.pop(), name))

    def _extension(self, argument: Any) -> None:
        self.unknown.add(f"(copyreg extension {argument})")
        self._stack.append(Unknown)

    def _reduce(self, _: Any) -> None:
        arguments = self._stack.pop()
        self._stack.append(self._call(self._stack.pop(), arguments))

    def _new_with_names(self, _: Any) -> None:
        if self._stack.pop() and self._stack[-2] is not Unknown:
            raise BadPickle("an object made with named arguments")
        self._reduce(None)

    def _inst(self, argument: Any) -> None:
        arguments = tuple(self._pop_mark())
        self._global(argument)
        self._stack.append(self._call(self._stack.pop(), arguments))

    def _obj(self, _: Any) -> None:
        maker, *arguments = self._pop_mark()
        self._stack.append(self._call(maker, tuple(arguments)))

    def _build(self, _: Any) -> None:
        state = self._stack.pop()
        made = self._stack[-1]
        if isinstance(made, Inert):
            made.state = state
        elif type(made) is Namespace and isinstance(state, dict):
            self._budget.items(len(state))
            vars(made).update({key: value for key, value in state.items() if isinstance(key, str)})
        elif type(made) is not OrderedDict:
            # An OrderedDict's attributes (a state dict's _metadata) are left out: one named `items` would hide the method.
            raise BadPickle(f"a state for a {type(made).__name__}")

    def _persistent_id(self, _: Any) -> None:
        self._stack.append(self._persistent(self._stack.pop()))

    def _persistent_text(self, argument: Any) -> None:
        self._stack.append(self._persistent(argument))

    # containers

    def _mark(self, _: Any) -> None:
        self._marks.append(self._stack)
        self._stack = []

    def _pop_mark(self) -> list[Any]:
        items = self._stack
        self._stack = self._marks.pop()
        return items

    def _pop(self, _: Any) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._pop_mark()

    def _drop_mark(self, _: Any) -> None:
        self._pop_mark()

    def _duplicate(self, _: Any) -> None:
        self._stack.append(self._stack[-1])

    def _tuple(self, _: Any) -> None:
        items = self._pop_mark()
        self._stack.append(tuple(items))

    def _tuple_1(self, _: Any) -> None:
        self._stack.append((self._stack.pop(),))

    def _tuple_2(self, _: Any) -> None:
        second = self._stack.pop()
        self._stack.append((self._stack.pop(), second))

    def _tuple_3(self, _: Any) -> None:
        third, second = self._stack.pop(), self._stack.pop()
        self._stack.append((self._stack.pop(), second, third))

    def _list(self, _: Any) -> None:
        items = self._pop_mark()
        self._stack.append(items)

    def _frozenset(self, _: Any) -> None:
        items = self._pop_mark()
        self._budget.items(len(items))
        self._stack.append(frozenset(plain_key(item) for item in items))

    def _append(self, _: Any) -> None:
        self._extend([self._stack.pop()])

    def _appends(self, _: Any) -> None:
        self._extend(self._pop_mark())

    def _set_item(self, _: Any) -> None:
        value = self._stack.pop()
        self._set([self._stack.pop(), value])

    def _set_items(self, _: Any) -> None:
        self._set(self._pop_mark())

    def _extend(self, items: list[Any]) -> None:
        made = self._stack[-1]
        if type(made) is list:
            made.extend(items)
        elif type(made) is not Unknown:
            raise BadPickle(f"items for a {type(made).__name__}")

    def _set(self, pairs: list[Any]) -> None:
        made = self._stack[-1]
        if type(made) is Unknown:
            return
        if type(made) not in (dict, OrderedDict, Counter) or len(pairs) % 2:
            raise BadPickle(f"items by key for a {type(made).__name__}")
        self._budget.items(len(pairs) // 2)
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            made[plain_key(key)] = value

    def _add(self, _: Any) -> None:
        items = self._pop_mark()
        if type(self._stack[-1]) is set:
            self._budget.items(len(items))
            self._stack[-1].update(plain_key(item) for item in items)
        elif type(self._stack[-1]) is not Unknown:
            raise BadPickle("items for what is no set")

    def _dict(self, _: Any) -> None:
        pairs = self._pop_mark()
        self._stack.append({})
        self._set(pairs)

    # memo and texts

    def _put(self, argument: Any) -> None:
        self._memo[len(self._memo) if argument is None else int(argument)] = self._stack[-1]

    def _get(self, argument: Any) -> None:
        self._stack.append(self._memo[int(argument)])

    def _long(self, argument: Any) -> None:
        if argument.bit_length() > _MAX_LONG:
            raise BadPickle(f"a number of {argument.bit_length()} bits")
        self._stack.append(argument)

    def _old_string(self, argument: Any) -> None:
        """A text of Python 2, bytes that pickletools gives as Latin-1."""
        data = argument.encode("latin-1")
        try:
            self._stack.append(data.decode("utf-8"))
        except UnicodeDecodeError:
            self._stack.append(data)


def _opcodes(file: BinaryIO) -> Iterator[tuple[str, Any]]:
    """(name, argument)

    Raises:
        BadPickle: cut short, or no opcode.
    """
    try:
        for opcode, argument, _ in pickletools.genops(file):
            yield opcode.name, argument
    except UnicodeDecodeError as error:
        raise BadPickle("a text that is no text") from error
    except ValueError as error:
        raise BadPickle(f"an opcode that cannot be read: {error}") from error


def plain_key(value: Any) -> Any:
    """A key of a dictionary or an item of a set, as it is.

    The hash of tuples in tuples nests in C as deep as they do, until the process ends; numbers and what holds them can be
    chosen to share one hash, until a dictionary takes hours; names go into messages and files. So in a tuple stand texts,
    which Python hashes with a secret, and integers of 32 bits; in a frozenset, whose hash is far easier to hit, texts.

    Raises:
        BadPickle: such a key.
    """
    parts = value if isinstance(value, tuple | frozenset) else (value,)
    if len(parts) > _LONGEST_KEY:
        raise BadPickle(f"a key of {len(parts)} parts")
    for part in parts:
        if isinstance(part, str) and _SURROGATES.search(part):
            raise BadPickle(f"a name that is no text: {part[:60]!a}")
        if not (_is_hashed_apart(part) if parts is not value else _is_plain_part(part, value)):
            raise BadPickle(
                f"a key that no checkpoint has: a {type(part).__name__} in a {type(value).__name__}"
            )
    return value


def _is_hashed_apart(value: Any) -> bool:
    """Alone: few others of its type have its hash."""
    if isinstance(value, int):
        return abs(value) < _HASHED_APART
    return not isinstance(value, complex | np.complexfloating)


def _is_plain_part(part: Any, whole: tuple[Any, ...] | frozenset[Any]) -> bool:
    if isinstance(part, str | bytes):
        return True
    number = type(part) in (int, bool) and abs(part) < _HASHED_APART_IN_TUPLE
    return isinstance(whole, tuple) and (part is None or number)


_LITERALS = frozenset({
    "BININT", "BININT1", "BININT2", "FLOAT", "BINFLOAT", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
    "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8",
})  # fmt: skip
_EMPTY: Mapping[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple,
    "EMPTY_SET": set,
}
_SKIPPED = frozenset({"PROTO", "FRAME", "STOP"})
_Action: TypeAlias = Callable[[PlainPickle, Any], None]
# Out-of-band buffers (NEXT_BUFFER, READONLY_BUFFER) stand in no file: they are not here.
_ACTIONS: Mapping[str, _Action] = {
    "GLOBAL": PlainPickle._global,
    "STACK_GLOBAL": PlainPickle._stack_global,
    "EXT1": PlainPickle._extension,
    "EXT2": PlainPickle._extension,
    "EXT4": PlainPickle._extension,
    "REDUCE": PlainPickle._reduce,
    "NEWOBJ": PlainPickle._reduce,  # class and arguments, as REDUCE
    "NEWOBJ_EX": PlainPickle._new_with_names,
    "INST": PlainPickle._inst,
    "OBJ": PlainPickle._obj,
    "BUILD": PlainPickle._build,
    "BINPERSID": PlainPickle._persistent_id,
    "PERSID": PlainPickle._persistent_text,
    "MARK": PlainPickle._mark,
    "POP": PlainPickle._pop,
    "POP_MARK": PlainPickle._drop_mark,
    "DUP": PlainPickle._duplicate,
    "TUPLE": PlainPickle._tuple,
    "TUPLE1": PlainPickle._tuple_1,
    "TUPLE2": PlainPickle._tuple_2,
    "TUPLE3": PlainPickle._tuple_3,
    "LIST": PlainPickle._list,
    "DICT": PlainPickle._dict,
    "FROZENSET": PlainPickle._frozenset,
    "APPEND": PlainPickle._append,
    "APPENDS": PlainPickle._appends,
    "SETITEM": PlainPickle._set_item,
    "SETITEMS": PlainPickle._set_items,
    "ADDITEMS": PlainPickle._add,
    "PUT": PlainPickle._put,
    "BINPUT": PlainPickle._put,
    "LONG_BINPUT": PlainPickle._put,
    "MEMOIZE": PlainPickle._put,
    "GET": PlainPickle._get,
    "BINGET": PlainPickle._get,
    "LONG_BINGET": PlainPickle._get,
    "INT": PlainPickle._long,
    "LONG": PlainPickle._long,
    "LONG1": PlainPickle._long,
    "LONG4": PlainPickle._long,
    "STRING": PlainPickle._old_string,
    "BINSTRING": PlainPickle._old_string,
    "SHORT_BINSTRING": PlainPickle._old_string,
}
