"""How many nodes a graph becomes when ONNX Runtime puts the file's own functions in their places.

Functions may call functions: a few kilobytes can stand for billions of nodes, all made while the session loads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

Operator: TypeAlias = tuple[str, str]  # domain, name

MAX_NODES = 1_000_000
MAX_CALLS = 64  # functions that call functions


class Unbounded(ValueError):
    """The calls end nowhere, or in too many nodes; `walk` says in which file."""


def expanded_nodes(graph: Counter[Operator], functions: Mapping[Operator, Counter[Operator]]) -> int:
    """Nodes of `graph` (operator -> how often it stands there) with every call of `functions` written out.

    Raises:
        Unbounded: functions call themselves, or stand for more than `MAX_NODES` nodes.
    """
    sizes: dict[Operator, int] = {}
    return _expand(graph, functions, sizes, ())


def _expand(
    body: Counter[Operator],
    functions: Mapping[Operator, Counter[Operator]],
    sizes: dict[Operator, int],
    callers: tuple[Operator, ...],
) -> int:
    total = 0
    for operator, count in body.items():
        if operator not in functions:
            total += count
            continue
        if operator in callers or len(callers) > MAX_CALLS:
            raise Unbounded(f"function {operator[1]!r} calls itself, or too many others")
        if operator not in sizes:
            sizes[operator] = _expand(functions[operator], functions, sizes, (*callers, operator))
        total += count * sizes[operator]
        if total > MAX_NODES:
            raise Unbounded(f"function {operator[1]!r} stands for more than {MAX_NODES:,} nodes")
    return total
