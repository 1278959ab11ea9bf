"""What an evaluation found: one score a strategy, side by side over the same items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from truecopy.metrics import Gain, Quality
from truecopy.metrics.plain import number
from truecopy.predict.strategy import Strategy

from .headlines import Headline, headlines


@dataclass(frozen=True, slots=True)
class Mistake:
    """One item that was answered wrong. source: as the intake took it; of a picture its path.

    said, true: for people. confidence: the probability of what was said; of several labels that of the most certain wrong
    decision; of one number the absolute error, in its unit; of several the largest error, as a multiple of the mean
    absolute error of its quantity.
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
    """One member alone, one look an item, by the first member's thresholds. values: as the strategy's headlines."""

    name: str
    values: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"model": self.name, "values": [number(value) for value in self.values]}


@dataclass(frozen=True, eq=False)
class StrategyScore:
    """One strategy over all items that every strategy could answer.

    name: `standard`, `tta`, ... models: the files that it asks. passes: forward passes an item, the mean. seconds:
    wall-clock an item, the mean: reading and decoding included. ratio: to the seconds of the first strategy. gains:
    against the first strategy, one for each headline, () for itself; more than 0 is better, whatever is measured: of
    shares this strategy's less the first's, of errors the first's less this one's, in their unit. worst: wrong answers,
    the surest first; of numbers the largest errors first. singles: each member alone, where the strategy asks several and
    none is left out early; else empty.
    """

    name: str
    strategy: Strategy
    models: tuple[str, ...]
    quality: Quality
    passes: float
    seconds: float
    ratio: float
    gains: tuple[Gain, ...]
    worst: tuple[Mistake, ...]
    singles: tuple[MemberScore, ...] = ()

    @property
    def headlines(self) -> tuple[Headline, ...]:
        return headlines(self.quality)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        strategy = self.strategy
        return {
            "name": self.name,
            "models": list(self.models),
            "views": list(strategy.views),
            "view_merge": strategy.view_merge,
            "member_merge": strategy.member_merge,
            "weights": None if strategy.weights is None else list(strategy.weights),
            "adaptive": None if strategy.adaptive is None else strategy.adaptive.to_dict(),
            "headlines": [*self._headlines()],
            "passes": self.passes,
            "seconds": self.seconds,
            "ratio": self.ratio,
            "quality": self.quality.to_dict(),
            "singles": [one.to_dict() for one in self.singles],
            "worst": [mistake.to_dict() for mistake in self.worst],
        }

    def _headlines(self) -> Iterator[dict[str, Any]]:
        for place, one in enumerate(self.headlines):
            gain = self.gains[place].to_dict() if self.gains else None
            yield {**one._asdict(), "value": number(one.value), "gain": gain}


@dataclass(frozen=True, eq=False)
class Evaluation:
    """task: `multiclass`, `binary`, `multilabel`, `regression`, `sequence`. models: the files. data: what was measured on.

    items: all that are labelled. failed: those that a strategy could not answer, (name, error): they count in none.
    labels: of the task, made unique where they repeat; names of the quantities of a regression. scores: the first is the
    one that the others are compared with. timed: items whose wall-clock was taken. seconds: wall-clock of all answers,
    without that. throughput: items a second, each under all strategies. workers: items in work at a time. device: where
    the graphs ran. notes: sentences for people about the labelled items.
    """

    task: str
    models: tuple[str, ...]
    data: str
    items: int
    failed: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    scores: tuple[StrategyScore, ...]
    timed: int
    seconds: float
    throughput: float
    workers: int
    device: str
    notes: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """Items that every strategy answered: what the numbers are of."""
        return self.items - len(self.failed)

    def title(self, score: StrategyScore) -> str:
        """`standard`; where not all models are asked, also which: `standard (fold_0.onnx)`."""
        return score.name if score.models == self.models else f"{score.name} ({', '.join(score.models)})"

    def cautions(self) -> Iterator[str]:
        """A sentence for each gain whose interval hardly says anything."""
        for score in self.scores:
            for gain, headline in zip(score.gains, score.headlines, strict=False):
                if gain.few:
                    name = f"{score.name}, {headline.quantity}" if headline.quantity else score.name
                    differ = "1 item differs" if gain.differing == 1 else f"{gain.differing} items differ"
                    first = self.scores[0].name
                    yield f"{name}: {differ} from {first}: too few for an interval to mean much"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: everything but the pictures."""
        return {
            "task": self.task,
            "models": list(self.models),
            "data": self.data,
            "items": self.items,
            "answered": self.answered,
            "failed": [{"name": name, "error": error} for name, error in self.failed],
            "labels": list(self.labels),
            "strategies": [score.to_dict() for score in self.scores],
            "timed": self.timed,
            "seconds": self.seconds,
            "throughput": self.throughput,
            "workers": self.workers,
            "device": self.device,
            "notes": list(self.notes),
        }
