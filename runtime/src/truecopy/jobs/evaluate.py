"""Strategies over labelled items, side by side: one pass over the items, each decoded once for all strategies."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np

from truecopy.contract import Regression, Task
from truecopy.contract.kind import kind_of
from truecopy.errors import InputError
from truecopy.metrics import ClassQuality, Gain, Quality, paired_gain, top_k
from truecopy.predict import Model

from .contenders import Contender
from .evaluation import Evaluation, MemberScore, StrategyScore
from .kept import Kept, quality, unique_labels
from .labelled import LabelledItem, Truth
from .side_by_side import Done, Failed, Outcomes, alone, side_by_side
from .wall_clock import wall_clock
from .worst import worst

Going: TypeAlias = Callable[[Iterable[Done | Failed]], Iterable[Done | Failed]]


def evaluate(
    model: Model,
    items: Sequence[LabelledItem],
    compared: Sequence[Contender],
    *,
    paths: Sequence[str],
    workers: int = 1,
    top: Sequence[int] | None = None,
    data: str = "",
    notes: tuple[str, ...] = (),
    going: Going = iter,
) -> Evaluation:
    """Answer every item by every strategy and measure the answers against the truth.

    An item is decoded once and answered by all strategies in turn; one that a strategy cannot answer counts for none.
    Seconds are taken afterwards, of evenly spread items, as `wall_clock` says. One strategy alone runs as `model.stream`
    does, and its seconds are those of the whole, divided by the items.

    model: with all members and all views that `compared` takes. paths: what its members are called. workers: items in
    work at a time; of several strategies more than one take a model loaded with `threads=1`, and only where the graph is
    large: workers wait for one another inside Python, which the clock counts. top: for which k top-k accuracy is told.
    going: shows progress over the outcomes.

    Raises:
        StrategyError: a strategy that the members do not take.
        InputError: no item could be answered.
    """
    models = [model.under(one.strategy, one.members) for one in compared]

    def over(some: Sequence[LabelledItem]) -> Outcomes:
        return alone(models[0], some) if len(models) == 1 else side_by_side(model, models, some, workers)

    # Sessions are made, and run for the first time, before the clock starts.
    list(over(items[:1]))
    outcomes = over(items)
    begin = time.perf_counter()
    done: list[Done] = []
    failed: list[Failed] = []
    with contextlib.closing(outcomes):
        for outcome in going(outcomes):
            done.append(outcome) if isinstance(outcome, Done) else failed.append(outcome)
    seconds = time.perf_counter() - begin
    if not done:
        raise _nothing(failed, data)
    if len(models) == 1:
        timed, each = len(items), [seconds / len(items)]
    else:
        timed, each = wall_clock(models, [one.item for one in done])
    task = model.contract.task
    return Evaluation(
        task=kind_of(task),
        models=tuple(paths),
        data=data,
        items=len(items),
        failed=tuple((one.item.name, str(one.error)) for one in failed),
        labels=unique_labels(task),
        scores=_scores(task, compared, done, each, paths, top),
        timed=timed,
        seconds=seconds,
        throughput=len(items) / seconds,
        workers=workers,
        device=model.device,
        notes=notes,
    )


def _scores(
    task: Task,
    compared: Sequence[Contender],
    done: Sequence[Done],
    seconds: Sequence[float],
    paths: Sequence[str],
    top: Sequence[int] | None,
) -> tuple[StrategyScore, ...]:
    """seconds: of an item, for each strategy."""
    labels = unique_labels(task)
    items = [one.item for one in done]
    truths = [item.truth for item in items]
    made: list[StrategyScore] = []
    for place, contender in enumerate(compared):
        answers = [one.answers[place] for one in done]
        said = [answer.kept for answer in answers]
        models = tuple(paths[member] for member in contender.members)
        singles = np.mean([answer.singles for answer in answers], axis=0).tolist()
        made.append(
            StrategyScore(
                name=contender.name,
                strategy=contender.strategy,
                models=models,
                quality=_quality(task, said, truths, labels, top),
                passes=float(np.mean([answer.passes for answer in answers])),
                seconds=seconds[place],
                ratio=seconds[place] / seconds[0],
                gains=_gains(task, done, place) if place else (),
                worst=worst(task, items, said, labels),
                # Empty where no member is told by itself.
                singles=tuple(MemberScore(*one) for one in zip(models, map(tuple, singles), strict=False)),
            )
        )
    return tuple(made)


def _gains(task: Task, done: Sequence[Done], place: int) -> tuple[Gain, ...]:
    """Of the strategy at `place` over the first, for each headline; more than 0 is better."""
    first = np.array([one.answers[0].scores for one in done]).T
    own = np.array([one.answers[place].scores for one in done]).T
    # Of errors less is better.
    pairs = zip(own, first, strict=True) if isinstance(task, Regression) else zip(first, own, strict=True)
    return tuple(paired_gain(*pair) for pair in pairs)


def _quality(
    task: Task,
    said: Sequence[Kept],
    truths: Sequence[Truth],
    labels: tuple[str, ...],
    top: Sequence[int] | None,
) -> Quality:
    made = quality(task, said, truths, labels)
    if top is None or not isinstance(made, ClassQuality):
        return made
    shares = top_k(np.stack([one.row for one in said]), np.array(truths, np.int64), top)
    return dataclasses.replace(made, top_k=shares)


def _nothing(failed: Sequence[Failed], data: str) -> InputError:
    if not failed:
        return InputError("there are no labelled items", where=data or None)
    first = failed[0]
    return InputError(
        f"none of the {len(failed)} items could be answered",
        got=f"{first.item.name}: {first.error}",
        where=data or None,
    )
