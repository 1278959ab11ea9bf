"""The cheapest early exit whose answers stay those of the full strategy, found on one half of labelled items.

The budget is held by an upper bound, not by a share: 0 of 20 disagreements says little. The bound is Clopper and
Pearson's (1934), one-sided, 95 %. What was found is then measured on the other half, which had no say in it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from truecopy.contract import Regression
from truecopy.errors import InputError, StrategyError
from truecopy.metrics import needed, upper_bound
from truecopy.predict import Failure, Model, Result
from truecopy.predict.strategy.adaptive import Measure

from .early_exit import candidates, cheapest, shortest
from .labelled import LabelledItem, halves
from .tuned import Tuned
from .watched import Watched, half_at, together, watch

Outcome: TypeAlias = Result | Failure


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
    fitted: list[Watched] = []
    reported: list[Watched] = []
    failed = []
    both = [*fit, *report]
    with contextlib.closing(model.stream(item.source for item in both)) as outcomes:  # type: ignore[type-var]
        for place, outcome in enumerate(going(outcomes)):
            if isinstance(outcome, Failure):
                failed.append((both[place].name, str(outcome.error)))
            else:
                (fitted if place < len(fit) else reported).append(
                    watch(model, outcome, both[place].truth, by)
                )
    _check_enough(len(fitted), len(reported), budget)
    found, others = together(fitted), together(reported)
    value = _value(found, budget)
    return Tuned(
        strategy=model.strategy,
        by=by,
        budget=budget,
        passes=passes,
        value=value,
        fit=None if value is None else half_at(found, value),
        report=None if value is None else half_at(others, value),
        failed=tuple(failed),
    )


def _value(fit: Watched, budget: float) -> float | None:
    """The cheapest one whose upper bound is within the budget."""
    items = len(fit.agrees)
    found = candidates(fit.certainties, fit.agrees)
    place = cheapest(found, lambda count: upper_bound(count, items) <= budget)
    return None if place is None else shortest(found.values, place)


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
