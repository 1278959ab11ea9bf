"""What a comparison keeps of every stage, of every item and of the few worst ones: for the report of an export."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from truecopy.predict import Result
from truecopy.proof.tolerance import over

Stage: TypeAlias = Literal["decode", "canvas", "tensor", "output", "result"]
STAGES: tuple[Stage, ...] = ("decode", "canvas", "tensor", "output", "result")
MOST_WORST = 6


class Apart(NamedTuple):
    """One item at one stage. values: that were compared. differing: of those. largest: difference, in the stage's unit."""

    values: int
    differing: int
    largest: float


@dataclass
class StageCount:
    """All items at one stage: values that were compared, and what differs.

    items: that were compared. affected: those with a difference; first: their first. worst: the one with the `largest`
    difference. Units: decode and canvas levels of 255, tensor its own, output as the gate measures it, result decisions.
    """

    items: int = 0
    values: int = 0
    differing: int = 0
    affected: int = 0
    largest: float = 0.0
    first: str | None = None
    worst: str | None = None

    def count(self, name: str, found: Apart) -> None:
        self.items += 1
        self.values += found.values
        if not found.differing:
            return
        self.differing += found.differing
        self.affected += 1
        self.first = self.first or name
        if self.worst is None or found.largest > self.largest:
            self.largest, self.worst = found.largest, name


@dataclass(frozen=True, eq=False)
class ItemParity:
    """One item on both sides. source: as the intake takes it.

    differing: tensor values. otherwise: is something else decided? apart: distances of the outputs, float64 (1,) or
    (quantities,); scale: what they are relative to, the same shape. delta: the largest probability difference. theirs,
    ours: what a user is told.
    """

    name: str
    source: Any
    differing: int
    otherwise: bool
    apart: np.ndarray
    scale: np.ndarray
    delta: float
    theirs: Result
    ours: Result

    def rank(self, scale: np.ndarray | None) -> tuple[int, bool, float]:
        """More tensor values differ; else another decision; else the outputs are further apart. scale: that of all items,
        where one alone does not tell.
        """
        return self.differing, self.otherwise, self.relative(scale)

    def relative(self, scale: np.ndarray | None) -> float:
        """The output difference as the gate measures it."""
        return float(over(self.apart, self.scale if scale is None else scale).max(initial=0))


@dataclass
class Parity:
    """stages: what was compared at each; `items` is 0 where nothing was. worst: the worst item first, ties to the earlier.

    scale: of all items, float64 (1,) or (quantities,); None where each item has its own. apart: of every item in their
    order, flat, relative to the item's own scale where `scale` is None. deltas: probability differences, likewise.
    """

    stages: Mapping[Stage, StageCount] = field(
        default_factory=lambda: {stage: StageCount() for stage in STAGES}
    )
    worst: list[ItemParity] = field(default_factory=list)
    scale: np.ndarray | None = None
    apart: array[float] = field(default_factory=lambda: array("d"))
    deltas: array[float] = field(default_factory=lambda: array("d"))

    def add(self, item: ItemParity, scale: np.ndarray | None) -> bool:
        """One more item; is it the worst one now? scale: that of all items so far, as `scale`."""
        self.scale = scale
        self.apart.extend(item.apart if scale is not None else [item.relative(None)])
        self.deltas.append(item.delta)
        if len(self.worst) == MOST_WORST and item.rank(scale) <= self.worst[-1].rank(scale):
            return False
        before = self.worst[0] if self.worst else None
        # Sorting is stable: among equals the earlier one stays in front.
        ranked = sorted((*self.worst, item), key=lambda one: one.rank(scale), reverse=True)
        self.worst = ranked[:MOST_WORST]
        return self.worst[0] is not before

    def outputs(self) -> np.ndarray:
        """The output difference of every item, as the gate measures it: float64 (items,), in their order."""
        apart = np.array(self.apart)
        if self.scale is None:
            return apart
        width = len(self.scale)
        relative: np.ndarray = over(apart.reshape(-1, width), self.scale).max(axis=1, initial=0)
        return relative
