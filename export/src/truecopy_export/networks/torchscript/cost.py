"""How often the loops and calls of a compiled archive run, told from its graphs before any of it does.

The graphs are torch's own, in single assignment, with every call resolved to one function: no name can hide another value.
Followed are numbers that stand in the code, their sums and products, ranks, and the sizes of the input's axes. A loop over
anything else is refused. Sizes that are computed from a tensor's numbers are not followed: what such an operator allocates
is not bounded here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from truecopy.errors import Blocked

MAX_TURNS = 1_000_000
MAX_VISITED = 200_000  # operators, with each call resolved
MAX_NUMBERS = 1 << 28  # in one tensor or list whose size stands in the code
_AXIS = 4096  # turns that a loop over an axis of the input counts for
_RANK = 64  # torch's own limit

_SHAPED = frozenset(
    {
        "expand", "broadcast_to", "zeros", "ones", "full", "empty", "new_zeros", "new_ones", "new_full", "new_empty",
        "repeat", "tile", "arange", "range", "linspace", "logspace", "eye", "repeat_interleave", "one_hot", "as_strided",
        "empty_strided", "new_empty_strided", "tril_indices", "triu_indices", "hann_window", "hamming_window",
        "blackman_window", "bartlett_window", "kaiser_window", "vander", "upsample_nearest2d", "upsample_bilinear2d",
        "upsample_bicubic2d", "constant_pad_nd", "pad",
    }
)  # fmt: skip
_CHANGING = frozenset({"append", "extend", "insert", "add_", "mul_", "_set_item"})


@dataclass(frozen=True)
class _Listed:
    """A list: how long at most, and how large each of its numbers; None where that is not known."""

    length: int
    items: tuple[int | None, ...] = ()


class _Input:
    """The network's input itself."""


# int: no more than this many, whatever the sign.
_Known: TypeAlias = int | _Listed | _Input | None
_Followed: TypeAlias = dict[str, _Known]


def check_cost(functions: Any, entry: str, where: str) -> None:
    """functions: the `torch._C.CompilationUnit` that the archive was read into. entry: `__torch__.Net.forward`.

    Raises:
        Blocked: loops and calls that run more than MAX_TURNS times or that nothing bounds; a size beyond MAX_NUMBERS.
    """
    _Walk(functions, where).function(entry, [None, _Input()], 1, ())


class _Walk:
    def __init__(self, functions: Any, where: str) -> None:
        self._functions, self._where = functions, where
        self._turns = self._visited = 0
        # Types of lists that some code makes longer: of those no length is known.
        self._changed = {
            str(next(node.inputs()).type())
            for function in functions.get_functions()
            for node in _all(function.graph)
            if str(node.kind()).removeprefix("aten::") in _CHANGING
        }

    def function(
        self, name: str, arguments: Sequence[_Known], turns: int, callers: tuple[str, ...]
    ) -> list[_Known]:
        """Once for each call: what it returns, as far as it is known."""
        found = self._functions.find_function(name)
        if found is None or name in callers:
            raise self._blocked(
                "a call of itself" if name in callers else f"a call of {name}, which is not there"
            )
        graph = found.graph
        given = [*arguments, *[None] * 1000]
        values = {one.debugName(): known for one, known in zip(graph.inputs(), given, strict=False)}
        self._block(graph, values, turns, (*callers, name))
        return [values.get(one.debugName()) for one in graph.outputs()]

    def _block(self, block: Any, values: _Followed, turns: int, callers: tuple[str, ...]) -> None:
        for node in block.nodes():
            self._visited += 1
            if self._visited > MAX_VISITED:
                raise self._blocked(f"more than {MAX_VISITED:,} operators, with its calls resolved")
            made = self._node(node, values, turns, callers)
            values.update(zip((one.debugName() for one in node.outputs()), made, strict=False))

    def _node(self, node: Any, values: _Followed, turns: int, callers: tuple[str, ...]) -> Sequence[_Known]:
        kind = str(node.kind())
        inputs = list(node.inputs())
        given = [values.get(one.debugName()) for one in inputs]
        if kind == "prim::Loop":
            return self._loop(node, given[0], values, turns, callers)
        if kind == "prim::If":
            return self._either(node, values, turns, callers)
        if kind in ("prim::CallMethod", "prim::CallFunction"):
            self._count(turns)
            kept = inputs[0].type()
            if kind == "prim::CallFunction":
                return self.function(str(kept), given[1:], turns, callers)
            return self.function(f"{kept.qualified_name()}.{node.s('name')}", given, turns, callers)
        for inner in node.blocks():
            self._block(inner, values, turns, callers)
        return self._made(kind, node, given)

    def _loop(
        self, node: Any, most: _Known, values: _Followed, turns: int, callers: tuple[str, ...]
    ) -> Sequence[_Known]:
        if not isinstance(most, int):
            raise self._blocked("a loop whose number of turns is no constant and no size of the input")
        self._count(turns * most)
        (body,) = node.blocks()
        # What one turn hands to the next may be anything.
        values.update({one.debugName(): None for one in body.inputs()})
        values[next(body.inputs()).debugName()] = most
        self._block(body, values, turns * max(most, 1), callers)
        return []

    def _either(self, node: Any, values: _Followed, turns: int, callers: tuple[str, ...]) -> Sequence[_Known]:
        ways = []
        for block in node.blocks():
            self._block(block, values, turns, callers)
            ways.append([values.get(one.debugName()) for one in block.outputs()])
        return [_joined(*both) for both in zip(*ways, strict=True)]

    def _made(self, kind: str, node: Any, given: list[_Known]) -> Sequence[_Known]:
        """What one operator gives, and no more than it may make."""
        if kind == "prim::Constant":
            return [_constant(node)]
        if kind == "prim::ListConstruct":
            return [_Listed(len(given), tuple(one if isinstance(one, int) else None for one in given))]
        name = kind.partition("::")[2]
        if name in _SHAPED:
            self._check_shape(name, given)
        if name == "rangelist" or (name == "mul" and str(node.output().type()).startswith("List[")):
            numbers = [one for one in given if isinstance(one, int)]
            self._check_shape("a list", numbers or [MAX_NUMBERS + 1])
            return [None]
        if name in ("len", "__getitem__", "ListUnpack") and str(next(node.inputs()).type()) in self._changed:
            return []
        if name == "ListUnpack":
            return [_item(given[0])] * int(node.outputsSize())
        return [_followed(name, given)]

    def _check_shape(self, name: str, given: Sequence[_Known]) -> None:
        counts = [one for one in given if isinstance(one, int)]
        counts += [
            math.prod(max(part or 1, 1) for part in one.items) for one in given if isinstance(one, _Listed)
        ]
        if any(count > MAX_NUMBERS for count in counts):
            raise self._blocked(f"{name} of more than {MAX_NUMBERS:,} numbers")

    def _count(self, turns: int) -> None:
        self._turns += turns
        if self._turns > MAX_TURNS:
            raise self._blocked(f"loops and calls of more than {MAX_TURNS:,} turns")

    def _blocked(self, what: str) -> Blocked:
        return Blocked(
            "the archive's code does more than compute: it is not run",
            expected="loops whose turns are few, and known before",
            got=what,
            where=self._where,
            fix="Save the weights alone (torch.save(model.state_dict(), ...)) and export them with --arch",
        )


def _all(block: Any) -> Iterator[Any]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _all(inner)


def _constant(node: Any) -> _Known:
    if str(node.output().type()) not in ("int", "List[int]"):
        return None
    value = node.output().toIValue()
    if isinstance(value, list):
        return _Listed(len(value), tuple(abs(one) for one in value))
    return abs(int(value))


def _joined(one: _Known, other: _Known) -> _Known:
    if isinstance(one, int) and isinstance(other, int):
        return max(one, other)
    return one if one == other else None


def _item(of: _Known) -> _Known:
    """Any of a list's."""
    if not isinstance(of, _Listed) or not of.items:
        return None
    known = [one for one in of.items if one is not None]
    return max(known) if len(known) == len(of.items) else None


def _followed(name: str, given: list[_Known]) -> _Known:
    match name, given:
        case "dim", [_]:
            return _RANK
        case "size", [_Input(), _]:
            return _AXIS
        case "size", [of]:
            return _Listed(_RANK, (_AXIS,) * _RANK if isinstance(of, _Input) else ())
        case "len", [_Listed(length=length)]:
            return length
        case "__getitem__", [_Listed() as of, _]:
            return _item(of)
    return _arithmetic(name, given)


def _arithmetic(name: str, given: list[_Known]) -> _Known:
    match name, given:
        case "add" | "sub", [int() as one, int() as other]:
            return one + other
        case "mul", [int() as one, int() as other]:
            return one * other
        case "min" | "max", [int() as one, int() as other]:
            return max(one, other)
        case "__range_length", [int() as start, int() as stop, _]:
            return start + stop
        case (("neg" | "Int" | "NumToTensor"), [int() as one]):
            return one
        case "floordiv", [int() as one, _]:
            return one
    return None
