"""Two contracts, field by field: what differs, and whether a prediction could notice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from .document import Contract
from .steps import Step

Pair: TypeAlias = tuple[int | None, int | None]

_PREDICTING = ("input", "steps", "graph", "task", "views")
# Where the labels were read from is provenance; the labels themselves are compared one by one.
_ORIGIN = frozenset({"$.task.labels_source", "$.task.values_source"})
# Lists of which one element alone is a difference; every other list is one value, such as a shape or a fill. `[]` stands
# for any index.
_BY_INDEX = frozenset(
    {
        "$.graph.inputs",
        "$.graph.outputs",
        "$.input.columns",
        "$.input.features",
        "$.input.features[].chain",
        "$.input.features[].chain[].categories",
        "$.input.text.vocabulary",
        "$.task.labels",
        "$.task.label_ids",
        "$.task.thresholds",
        "$.task.undo",
        "$.task.values",
    }
)
# Aligning takes the product of both lengths; a file may name tens of thousands of steps.
_MOST_PAIRS = 250_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs.

    path, path_b: where it stands in the first and in the second document; a step may stand at another index there.
    a, b: plain JSON data; None where the value is null, or absent.
    counts: a prediction may change. Provenance, proof and the document's version are only worth knowing.
    """

    path: str
    path_b: str
    a: Any
    b: Any
    counts: bool


def differences(a: Contract, b: Contract) -> tuple[Difference, ...]:
    """All values that differ, in the order of the document."""
    return tuple(
        Difference(path, path_b, old, new, path.partition("[")[0].split(".")[1] in _PREDICTING and path not in _ORIGIN)
        for path, path_b, old, new in _contracts(a, b)
    )  # fmt: skip


def align(a: Sequence[Step], b: Sequence[Step]) -> tuple[Pair, ...]:
    """Which step of `b` stands for which step of `a`: (index in a, index in b), None where the other has no such step.

    Only steps of one operation are paired, the order of both is kept, and of all such pairings the one with the fewest
    changes is taken: a step that was put in moves no other step.
    """
    if len(a) * len(b) > _MOST_PAIRS:
        return _by_position(a, b)
    plain_a, plain_b = [msgspec.to_builtins(step) for step in a], [msgspec.to_builtins(step) for step in b]
    costs = _costs(plain_a, plain_b)
    pairs: list[Pair] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if costs[i][j] == costs[i + 1][j + 1] + _distance(plain_a[i], plain_b[j]):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif costs[i][j] == costs[i + 1][j] + 1:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += [(index, None) for index in range(i, len(a))]
    return (*pairs, *((None, index) for index in range(j, len(b))))


def _costs(a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]]) -> list[list[float]]:
    """costs[i][j]: of the cheapest alignment of a[i:] and b[j:]; a step without a partner costs 1."""
    costs = [[float(len(a) - i + len(b) - j) for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            alone = min(costs[i + 1][j], costs[i][j + 1]) + 1
            costs[i][j] = min(costs[i + 1][j + 1] + _distance(a[i], b[j]), alone)
    return costs


def _distance(a: dict[str, Any], b: dict[str, Any]) -> float:
    """0 for equal steps, at most 1 for steps of one operation, infinite for others."""
    if a["op"] != b["op"]:
        return float("inf")
    names = {*a, *b} - {"op"}
    changed = [name for name in names if a.get(name) != b.get(name)]
    return len(changed) / max(len(names), 1)


def _by_position(a: Sequence[Step], b: Sequence[Step]) -> tuple[Pair, ...]:
    pairs: list[Pair] = []
    for index in range(max(len(a), len(b))):
        if index < min(len(a), len(b)) and type(a[index]) is type(b[index]):
            pairs.append((index, index))
            continue
        pairs += [(index, None)] * (index < len(a)) + [(None, index)] * (index < len(b))
    return tuple(pairs)


_INDEX = re.compile(r"\[[0-9]+\]")
_Found: TypeAlias = tuple[str, str, Any, Any]


def _contracts(a: Contract, b: Contract) -> Iterator[_Found]:
    for name in Contract.__struct_fields__:
        path = f"$.{name}"
        if name == "steps":
            yield from _steps(a.steps, b.steps)
        else:
            yield from _values(
                path, path, msgspec.to_builtins(getattr(a, name)), msgspec.to_builtins(getattr(b, name))
            )


def _steps(a: Sequence[Step], b: Sequence[Step]) -> Iterator[_Found]:
    for i, j in align(a, b):
        old = None if i is None else msgspec.to_builtins(a[i])
        new = None if j is None else msgspec.to_builtins(b[j])
        path, path_b = (f"$.steps[{j if i is None else i}]", f"$.steps[{i if j is None else j}]")
        yield from _values(path, path_b, old, new)


def _values(path: str, path_b: str, a: Any, b: Any) -> Iterator[_Found]:
    if a == b:
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for name in dict.fromkeys((*a, *b)):
            yield from _values(f"{path}.{name}", f"{path_b}.{name}", a.get(name), b.get(name))
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple) and _INDEX.sub("[]", path) in _BY_INDEX:
        for index in range(max(len(a), len(b))):
            old, new = (part[index] if index < len(part) else None for part in (a, b))
            yield from _values(f"{path}[{index}]", f"{path_b}[{index}]", old, new)
    else:
        yield path, path_b, a, b
