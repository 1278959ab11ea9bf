"""The cheapest early exit whose answers stay those of the full strategy, found on one half of labelled items.

The budget is held by an upper bound, not by a share: 0 of 20 disagreements says little. The bound is Clopper and
Pearson's (1934), one-sided, 95 %. What was found is then measured on the other half, which had no say in it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from truecopy.contract import Regression
from truecopy.errors import InputError, StrategyError
from truecopy.metrics import needed, upper_bound
from truecopy.predict import Failure, Model, Result
from truecopy.predict.heads import decide
from truecopy.predict.results import same_decision
from truecopy.predict.strategy import Adaptive, Strategy, certainty
from truecopy.predict.strategy.adaptive import Measure

from .early_exit import candidates, cheapest, shortest, stops
from .labelled import LabelledItem, Truth, halves
from .told import told

Outcome: TypeAlias = Result | Failure


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
        """A value was found, and on the half that had no say in it no more decisions change than the budget allows."""
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


class _Watched(NamedTuple):
    """One item after each of its passes: how sure, told as the full strategy tells it, right. Each (passes,)."""

    certainties: np.ndarray
    agrees: np.ndarray
    right: np.ndarray


def tune(
    model: Model,
    items: Sequence[LabelledItem],
    *,
    budget: float,
    by: Measure = "margin",
    going: Callable[[Iterator[Outcome]], Iterable[Outcome]] = iter,
) -> Tuned:
    """Run the strategy of `model` in full on every item, once, and find the value to stop by.

    budget: share of decisions that may differ from the full strategy's, above 0. by: what is compared with the value.
    going: shows progress over the items.

    Raises:
        StrategyError: the model has one pass, an early exit already, or numbers for answers.
        InputError: too few items for the budget; says how many it takes.
    """
    passes = _check(model)
    fit, report = halves(items)
    _check_enough(len(fit), len(report), budget)
    fitted: list[_Watched] = []
    reported: list[_Watched] = []
    failed = []
    both = [*fit, *report]
    with contextlib.closing(model.stream(item.source for item in both)) as outcomes:  # type: ignore[type-var]
        for place, outcome in enumerate(going(outcomes)):
            if isinstance(outcome, Failure):
                failed.append((both[place].name, str(outcome.error)))
            else:
                (fitted if place < len(fit) else reported).append(
                    _watch(model, outcome, both[place].truth, by)
                )
    _check_enough(len(fitted), len(reported), budget)
    found, others = _together(fitted), _together(reported)
    value = _value(found, budget)
    return Tuned(
        strategy=model.strategy,
        by=by,
        budget=budget,
        passes=passes,
        value=value,
        fit=None if value is None else _half(found, value),
        report=None if value is None else _half(others, value),
        failed=tuple(failed),
    )


def _value(fit: _Watched, budget: float) -> float | None:
    """The cheapest one whose upper bound is within the budget."""
    items = len(fit.agrees)
    found = candidates(fit.certainties, fit.agrees)
    place = cheapest(found, lambda count: upper_bound(count, items) <= budget)
    return None if place is None else shortest(found.values, place)


def with_adaptive(strategy: Strategy, adaptive: Adaptive | None) -> Strategy:
    return Strategy(strategy.views, strategy.view_merge, strategy.member_merge, strategy.weights, adaptive)


def _check(model: Model) -> int:
    """Passes of an item without early exit.

    Raises:
        StrategyError: there is nothing to tune.
    """
    if isinstance(model.contract.task, Regression):
        raise StrategyError(
            "numbers have no confidence, so nothing says when enough have looked",
            expected="a model that decides: classes, labels or texts",
            fix="`truecopy evaluate` measures what views and members are worth for numbers",
        )
    if model.strategy.adaptive is not None:
        raise StrategyError(
            "the strategy stops early already, by a value of its own",
            got=str(model.strategy.adaptive.to_dict()),
            fix="Leave `adaptive` out: `truecopy tune` finds it",
        )
    passes = len(model.lineup.passes)
    if passes == 1:
        raise StrategyError(
            "one pass cannot stop early",
            expected="several views or several models",
            got="one view of one model",
            fix="Add --tta-augmentations horizontal_flip, or name several models",
        )
    return passes


def _check_enough(fit: int, report: int, budget: float) -> None:
    """Raises:
    InputError: even no disagreement at all would not hold the budget on one of the halves.
    """
    least = needed(budget)
    if min(fit, report) < least:
        raise InputError(
            f"too few labelled items for at most {100 * budget:.3g} % of disagreement, held by an upper 95 % bound",
            expected=f"at least {2 * least}: {least} to find the value and {least} to report on",
            got=str(fit + report),
            fix="Give more items, or a larger --max-disagreement",
        )


def _watch(model: Model, full: Result, truth: Truth, by: Measure) -> _Watched:
    task = model.contract.task
    rows = [look.row for look in full.looks]
    merged = [model.lineup.merged(rows[: count + 1]) for count in range(len(rows))]
    results = [decide(task, row, full.source, (), count + 1) for count, row in enumerate(merged)]
    return _Watched(
        # float32 probabilities may round to a little more than 1, which is no value to stop by.
        np.minimum([certainty(task, row, by) for row in merged], 1.0),
        np.array([same_decision(result, full) for result in results]),
        np.array([told(result).decided == truth for result in results]),
    )


def _together(watched: Sequence[_Watched]) -> _Watched:
    """The same with one row an item: each (items, passes)."""
    return _Watched(*map(np.stack, zip(*watched, strict=True)))


def _half(half: _Watched, value: float) -> Half:
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
