"""How the number that strategies are compared by is written."""

from __future__ import annotations

from dataclasses import dataclass

from truecopy.jobs.evaluation import Evaluation
from truecopy.metrics import NumbersQuality
from truecopy.report.numbers import plain, points, share, signed


@dataclass(frozen=True, slots=True)
class Measure:
    """name: of the headline, such as `accuracy`. unit: of numbers that are no shares: None for shares, "" for none.

    change: how the difference of two strategies is called.
    """

    name: str
    unit: str | None
    change: str

    @classmethod
    def of(cls, found: Evaluation) -> Measure:
        """As the first strategy measures."""
        quality = found.scores[0].quality
        name, _ = quality.headline
        if not isinstance(quality, NumbersQuality):
            return cls(name, None, "gain")
        units = {quantity.unit for quantity in quality.quantities}
        return cls(name, (units.pop() or "") if len(units) == 1 else "", "change")

    def value(self, number: float) -> str:
        """A headline: `91.2 %`, or `12.5 mm`."""
        return share(number, 2) if self.unit is None else f"{plain(number)} {self.unit}".rstrip()

    def difference(self, number: float) -> str:
        """Of two headlines: `+1.25` points, or `-0.3` of the unit."""
        return points(number) if self.unit is None else signed(number, 3)

    def scaled(self, number: float) -> float:
        """A difference as the axis of a plot counts it."""
        return 100 * number if self.unit is None else number

    @property
    def axis(self) -> str:
        """What differences are in."""
        if self.unit is None:
            return f"{self.name}, percentage points"
        return f"{self.name}{f', {self.unit}' if self.unit else ''} (less is better)"
