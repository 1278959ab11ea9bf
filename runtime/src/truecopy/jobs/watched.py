"""Items after each of their passes: as sure, as the full strategy tells them, right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from truecopy.metrics import upper_bound
from truecopy.predict import Model, Result
from truecopy.predict.heads import decide
from truecopy.predict.results import same_decision
from truecopy.predict.strategy import certainty
from truecopy.predict.strategy.adaptive import Measure

from .early_exit import stops
from .kept import kept
from .labelled import Truth
from .tuned import Half


class Watched(NamedTuple):
    """One item after each of its passes: how sure, told as the full strategy tells it, right. Each (passes,)."""

    certainties: np.ndarray
    agrees: np.ndarray
    right: np.ndarray


def watch(model: Model, full: Result, truth: Truth, by: Measure) -> Watched:
    task = model.contract.task
    rows = [look.row for look in full.looks]
    merged = [model.lineup.merged(rows[: count + 1]) for count in range(len(rows))]
    results = [decide(task, row, full.source, (), count + 1) for count, row in enumerate(merged)]
    return Watched(
        # float32 probabilities may round to a little more than 1, which is no value to stop by.
        np.minimum([certainty(task, row, by) for row in merged], 1.0),
        np.array([same_decision(result, full) for result in results]),
        np.array([kept(result).decided == truth for result in results]),
    )


def together(watched: Sequence[Watched]) -> Watched:
    """The same with one row an item: each (items, passes)."""
    return Watched(*map(np.stack, zip(*watched, strict=True)))


def half_at(half: Watched, value: float) -> Half:
    stopped = stops(half.certainties, value)
    items, passes = half.agrees.shape
    last = (np.arange(items), stopped - 1)
    disagreements = int(np.count_nonzero(~half.agrees[last]))
    return Half(
        items=items,
        disagreements=disagreements,
        share=disagreements / items,
        bound=upper_bound(disagreements, items),
        passes=float(stopped.mean()),
        early=float((stopped < passes).mean()),
        full=float(half.right[:, -1].mean()),
        adaptive=float(half.right[last].mean()),
    )
