"""What an evaluation found: one score a strategy, side by side over the same items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from truecopy.metrics import Gain, Quality
from truecopy.metrics.plain import number
from truecopy.predict.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Mistake:
    """One item that was answered wrong. source: as the intake took it; of a picture its path.

    said, true: for people. confidence: the probability of what was said; of several labels that of the most certain wrong
    decision; of numbers the absolute error (of several quantities the mean), in their units.
    """

    name: str
    source: Any
    said: str
    true: str
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "said": self.said,
            "true": self.true,
            "confidence": number(self.confidence),
        }


@dataclass(frozen=True, slots=True)
class MemberScore:
    """One member alone, one look an item, by the first member's thresholds. value: as the strategy's headline."""

    name: str
    value: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"model": self.name, "value": number(self.value)}


@dataclass(frozen=True, eq=False)
class StrategyScore:
    """One strategy over all items that every strategy could answer.

    name: `standard`, `tta`, ... members: how many it asks. passes: forward passes an item, the mean. seconds: wall-clock
    an item, the mean: reading and decoding included. ratio: to the seconds of the first strategy. gain: against the first
    strategy, None for itself: of shares of right answers, or the change of the mean absolute error (less is better).
    worst: wrong answers, the surest first; of numbers the largest errors first. singles: each member alone, where the
    strategy asks several and none is left out early; else empty.
    """

    name: str
    strategy: Strategy
    members: int
    quality: Quality
    passes: float
    seconds: float
    ratio: float
    gain: Gain | None
    worst: tuple[Mistake, ...]
    singles: tuple[MemberScore, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        headline, value = self.quality.headline
        strategy = self.strategy
        return {
            "name": self.name,
            "members": self.members,
            "views": list(strategy.views),
            "view_merge": strategy.view_merge,
            "member_merge": strategy.member_merge,
            "weights": None if strategy.weights is None else list(strategy.weights),
            "adaptive": None if strategy.adaptive is None else strategy.adaptive.to_dict(),
            "headline": {"name": headline, "value": number(value)},
            "gain": None if self.gain is None else self.gain.to_dict(),
            "passes": self.passes,
            "seconds": self.seconds,
            "ratio": self.ratio,
            "quality": self.quality.to_dict(),
            "singles": [one.to_dict() for one in self.singles],
            "worst": [mistake.to_dict() for mistake in self.worst],
        }


@dataclass(frozen=True, eq=False)
class Evaluation:
    """task: `multiclass`, `binary`, `multilabel`, `regression`, `sequence`. models: the files. data: what was measured on.

    items: those that were answered, by every strategy. failed: the others, (name, error). labels: of the task, made
    unique where they repeat; names of the quantities of a regression. scores: the first is the one that the others are
    compared with. seconds: wall-clock of the whole run. throughput: items a second, each under all strategies. workers:
    items in work at a time. device: where the graphs ran. notes: sentences for people about the labelled items.
    """

    task: str
    models: tuple[str, ...]
    data: str
    items: int
    failed: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    scores: tuple[StrategyScore, ...]
    seconds: float
    throughput: float
    workers: int
    device: str
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: everything but the pictures."""
        return {
            "task": self.task,
            "models": list(self.models),
            "data": self.data,
            "items": self.items,
            "failed": [{"name": name, "error": error} for name, error in self.failed],
            "labels": list(self.labels),
            "strategies": [score.to_dict() for score in self.scores],
            "seconds": self.seconds,
            "throughput": self.throughput,
            "workers": self.workers,
            "device": self.device,
            "notes": list(self.notes),
        }
