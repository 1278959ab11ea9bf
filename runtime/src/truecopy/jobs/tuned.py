"""What tuning an early exit found, and what comes of it on either half of the items."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from truecopy.predict.strategy import Adaptive, Strategy
from truecopy.predict.strategy.adaptive import Measure


@dataclass(frozen=True, slots=True)
class Half:
    """What stopping early does to the items of one half.

    disagreements: items that are told otherwise than by the full strategy. share: of the items; bound: its upper 95 %
    bound. passes: mean of an item. early: share of the items that stopped before the last pass. full, adaptive: share of
    right answers of the full strategy, and with early exit.
    """

    items: int
    disagreements: int
    share: float
    bound: float
    passes: float
    early: float
    full: float
    adaptive: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """strategy: the full one. passes: of an item without early exit. budget: share of decisions that may change.

    value: what `by` must reach, or None: no value saves a pass within the budget; then there are no halves. fit: the half
    on which it was found; report: the other one. failed: (name, error) of items that could not be answered.
    """

    strategy: Strategy
    by: Measure
    budget: float
    passes: int
    value: float | None
    fit: Half | None
    report: Half | None
    failed: tuple[tuple[str, str], ...]

    @property
    def holds(self) -> bool:
        """A value was found, and on the half that had no say in it no more decisions change than the budget allows.

        Counted there, so chance has a part in it; the bound of that half may be beyond the budget. See `Half.bound`.
        """
        return self.report is not None and self.report.share <= self.budget

    @property
    def adaptive(self) -> Strategy:
        """The strategy with the early exit; the full one where nothing was found."""
        if self.value is None:
            return self.strategy
        return with_adaptive(self.strategy, Adaptive(self.by, self.value))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "by": self.by,
            "value": self.value,
            "holds": self.holds,
            "max_disagreement": self.budget,
            "passes": self.passes,
            "fit": None if self.fit is None else asdict(self.fit),
            "report": None if self.report is None else asdict(self.report),
            "failed": [{"path": name, "error": error} for name, error in self.failed],
        }


def with_adaptive(strategy: Strategy, adaptive: Adaptive | None) -> Strategy:
    return Strategy(strategy.views, strategy.view_merge, strategy.member_merge, strategy.weights, adaptive)
