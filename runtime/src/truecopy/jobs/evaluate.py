"""Strategies over labelled items, side by side: one pass over the items, each decoded once for all strategies."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np

from truecopy.contract import Task
from truecopy.contract.kind import kind_of
from truecopy.errors import InputError
from truecopy.metrics import ClassQuality, Quality, paired_gain, top_k
from truecopy.predict import Model

from .contenders import Contender
from .evaluation import Evaluation, MemberScore, StrategyScore
from .labelled import LabelledItem, Truth
from .side_by_side import Done, Failed, Outcomes, alone, side_by_side
from .told import Told, quality, unique_labels
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

    An item is decoded once and answered by all strategies in turn, each with nothing made in advance; its seconds are
    those of decoding and its own. Who begins changes from item to item, so that nobody always finds the caches warm. An
    item that one strategy cannot answer counts for none. One strategy alone runs as `model.stream` does, and its seconds
    are those of the whole, divided by the items.

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
        done = [_with_seconds(one, seconds / (len(done) + len(failed))) for one in done]
    task = model.contract.task
    return Evaluation(
        task=kind_of(task),
        models=tuple(paths),
        data=data,
        items=len(done),
        failed=tuple((one.item.name, str(one.error)) for one in failed),
        labels=unique_labels(task),
        scores=_scores(model.contract.task, compared, done, paths, top),
        seconds=seconds,
        throughput=(len(done) + len(failed)) / seconds,
        workers=workers,
        device=model.device,
        notes=notes,
    )


def _with_seconds(done: Done, seconds: float) -> Done:
    return Done(done.item, tuple(answer._replace(seconds=seconds) for answer in done.answers))


def _scores(
    task: Task,
    compared: Sequence[Contender],
    done: Sequence[Done],
    paths: Sequence[str],
    top: Sequence[int] | None,
) -> tuple[StrategyScore, ...]:
    labels = unique_labels(task)
    items = [one.item for one in done]
    made: list[StrategyScore] = []
    for place, contender in enumerate(compared):
        answers = [one.answers[place] for one in done]
        said = [answer.told for answer in answers]
        seconds = float(np.mean([answer.seconds for answer in answers]))
        first = [one.answers[0].score for one in done]
        own = [answer.score for answer in answers]
        singles = zip(
            [paths[member] for member in contender.members],
            np.mean([answer.singles for answer in answers], axis=0).tolist(),
            strict=False,
        )
        made.append(
            StrategyScore(
                name=contender.name,
                strategy=contender.strategy,
                members=len(contender.members),
                quality=_quality(task, said, [item.truth for item in items], labels, top),
                passes=float(np.mean([answer.passes for answer in answers])),
                seconds=seconds,
                ratio=seconds / made[0].seconds if made else 1.0,
                gain=paired_gain(np.array(first), np.array(own)) if place else None,
                worst=worst(task, items, said, labels),
                singles=tuple(MemberScore(name, value) for name, value in singles),
            )
        )
    return tuple(made)


def _quality(
    task: Task,
    said: Sequence[Told],
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
