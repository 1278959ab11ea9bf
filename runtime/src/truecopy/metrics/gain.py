"""What one way of answering gains over another on the same items, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.errors import InputError

from .plain import Array, numbers

ROUNDS = 10_000
LEVEL = 0.95
# A draw of so few differences can miss them all: an interval covers less than it says, and of one difference in
# thousands of items it may even be a point.
FEW_DIFFERING = 10

# With so few different values of an item (right, wrong; better, same, worse) a round is one draw of their counts.
_FEW = 32
# Indexes drawn at a time: 32 MiB of them.
_AT_ONCE = 1 << 22


@dataclass(frozen=True, slots=True)
class Gain:
    """gain: the mean of second - first. low, high: the ends of the interval of `level` (a share) from `rounds` rounds.

    differing: items on which the two differ.
    """

    gain: float
    low: float
    high: float
    level: float
    rounds: int
    differing: int

    @property
    def few(self) -> bool:
        """So few items differ that the interval does not mean much."""
        return self.differing < FEW_DIFFERING

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "gain": self.gain,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "rounds": self.rounds,
            "differing": self.differing,
        }


def paired_gain(
    first: Array, second: Array, *, rounds: int = ROUNDS, seed: int = 0, level: float = LEVEL
) -> Gain:
    """Of two scores of each item, float or bool (n,): 0 or 1 for wrong or right, or an error in its unit.

    Percentile bootstrap: items are drawn n times with replacement, `rounds` times, and the interval ends at the
    quantiles (1 - level) / 2 and (1 + level) / 2 of the mean difference. Paired: one draw is an item under both. The same
    seed gives the same numbers under one version of NumPy.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.3.

    Raises:
        InputError: nothing to measure, arrays that do not fit, no rounds, or a level outside (0, 1).
    """
    if rounds < 1 or not 0 < level < 1:
        raise InputError(
            "an interval has rounds and a level",
            expected="rounds >= 1 and 0 < level < 1",
            got=f"rounds {rounds}, level {level:g}",
        )
    first = numbers("first", first, None)
    second = numbers("second", second, len(first))
    differences = second - first
    differing = int(np.count_nonzero(differences))
    values, counts = np.unique(differences, return_counts=True)
    if len(values) == 1:
        # Every draw has this mean; a sum would round it.
        same = float(values[0]) + 0.0
        return Gain(same, same, same, level, rounds, differing)
    random = np.random.default_rng(seed)
    if len(values) <= _FEW:
        drawn = random.multinomial(len(differences), counts / len(differences), size=rounds)
        means = drawn @ values / len(differences)
    else:
        means = _means_of_draws(differences, rounds, random)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Gain(float(differences.mean()), float(low), float(high), level, rounds, differing)


def _means_of_draws(values: Array, rounds: int, random: np.random.Generator) -> Array:
    means = np.empty(rounds)
    step = max(_AT_ONCE // len(values), 1)
    for begin in range(0, rounds, step):
        part = means[begin : begin + step]
        drawn = random.integers(0, len(values), size=(len(part), len(values)))
        part[:] = values[drawn].mean(axis=1)
    return means
