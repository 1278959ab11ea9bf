"""Every way to cut items by their probability, and the threshold that cuts there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truecopy.metrics.plain import Array, booleans, numbers


@dataclass(frozen=True, eq=False)
class Cuts:
    """One cut below each different probability, most probable first: what holds when all items from it on are taken.

    probability: float32 (cuts,), falling. taken: int64, items above the cut. right: int64, of those the true ones.
    items, positives: of all.
    """

    probability: Array
    taken: Array
    right: Array
    items: int
    positives: int

    def threshold(self, cut: int) -> float:
        """A float32 that the items above the cut reach, and no other: the middle between the last that does and the first
        that does not.

        In the middle, and not on an item, so that the last bit of another processor does not move that item across.
        Where no float32 lies between, or nothing lies below, it is the probability of the last item itself.
        """
        last = self.probability[cut]
        if cut + 1 == len(self.probability):
            return float(last)
        below = self.probability[cut + 1]
        middle = np.float32((np.float64(last) + np.float64(below)) / 2)
        return float(middle if middle > below else last)


def cuts(probability: Array, truth: Array) -> Cuts:
    """Of probabilities (n,), compared in float32 as `predict` compares them, and the truth, bool (n,).

    Raises:
        InputError: no item, or arrays that do not fit.
    """
    small = numbers("probability", probability, None).astype(np.float32)
    truth = booleans("truth", truth, len(small))
    order = np.argsort(-small, kind="stable")
    ranked = small[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    right = np.cumsum(truth[order])[last]
    return Cuts(ranked[last], last + 1, right, len(small), int(right[-1]))
