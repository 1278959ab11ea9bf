"""Strategies over labelled items, side by side: one pass over the items, each decoded once for all strategies."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from truecopy.contract import Task
from truecopy.contract.kind import kind_of
from truecopy.errors import InputError, TruecopyError
from truecopy.metrics import ClassQuality, Quality, paired_gain, top_k
from truecopy.predict import Failure, Model
from truecopy.predict.heads import decide
from truecopy.predict.results import Result
from truecopy.predict.stream import map_ordered

from .contenders import Contender
from .evaluation import Evaluation, MemberScore, StrategyScore
from .labelled import LabelledItem, Truth
from .told import Told, quality, score, told, unique_labels
from .worst import worst


class _Answer(NamedTuple):
    """What one strategy said about one item. singles: the score of each member alone, where the looks tell it."""

    told: Told
    score: float
    passes: int
    seconds: float
    singles: tuple[float, ...]


class _Done(NamedTuple):
    item: LabelledItem
    answers: tuple[_Answer, ...]


class _Failed(NamedTuple):
    item: LabelledItem
    error: TruecopyError


_Outcomes = Generator[_Done | _Failed, None, None]
Going = Callable[[Iterable[_Done | _Failed]], Iterable[_Done | _Failed]]


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

    def over(some: Sequence[LabelledItem]) -> _Outcomes:
        return _alone(models[0], some) if len(models) == 1 else _together(model, models, some, workers)

    # Sessions are made, and run for the first time, before the clock starts.
    list(over(items[:1]))
    outcomes = over(items)
    begin = time.perf_counter()
    done: list[_Done] = []
    failed: list[_Failed] = []
    with contextlib.closing(outcomes):
        for outcome in going(outcomes):
            done.append(outcome) if isinstance(outcome, _Done) else failed.append(outcome)
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


def _alone(model: Model, items: Sequence[LabelledItem]) -> _Outcomes:
    """By `model.stream`. The seconds are not known before the end."""
    with contextlib.closing(model.stream([item.source for item in items])) as results:  # type: ignore[type-var]
        for item, result in zip(items, results, strict=True):
            if isinstance(result, Failure):
                yield _Failed(item, result.error)
            else:
                yield _Done(item, (_answer(model, result, item.truth, 0.0),))


def _together(
    model: Model, models: Sequence[Model], items: Sequence[LabelledItem], workers: int
) -> _Outcomes:
    def whole(place: int) -> _Done | _Failed:
        item = items[place]
        try:
            return _Done(item, _answers(model, models, item, place))
        except TruecopyError as error:
            return _Failed(item, error)

    return map_ordered(whole, range(len(items)), workers)


def _answers(model: Model, models: Sequence[Model], item: LabelledItem, place: int) -> tuple[_Answer, ...]:
    begin = time.perf_counter()
    sight = model.sight(item.source)
    decoding = time.perf_counter() - begin
    answers: dict[int, _Answer] = {}
    for turn in range(len(models)):
        which = (place + turn) % len(models)
        unseen = sight.fresh()
        begin = time.perf_counter()
        result = models[which].answer(unseen)
        seconds = decoding + time.perf_counter() - begin
        answers[which] = _answer(models[which], result, item.truth, seconds)
    return tuple(answers[which] for which in range(len(models)))


def _answer(model: Model, result: Result, truth: Truth, seconds: float) -> _Answer:
    one = told(result)
    return _Answer(one, score(one, truth), result.passes, seconds, _singles(model, result, truth))


def _singles(model: Model, result: Result, truth: Truth) -> tuple[float, ...]:
    """The score of each member by its look at the item as it is; () where one is alone, or may not have looked."""
    members = len(model.contracts)
    if members == 1 or model.strategy.adaptive is not None:
        return ()
    task = model.contract.task
    # Views go on the outside: the first looks are those of the members at `identity`.
    rows = [look.row for look in result.looks[:members]]
    return tuple(score(told(decide(task, row, result.source, (), 1)), truth) for row in rows)


def _with_seconds(done: _Done, seconds: float) -> _Done:
    return _Done(done.item, tuple(answer._replace(seconds=seconds) for answer in done.answers))


def _scores(
    task: Task,
    compared: Sequence[Contender],
    done: Sequence[_Done],
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


def _nothing(failed: Sequence[_Failed], data: str) -> InputError:
    if not failed:
        return InputError("there are no labelled items", where=data or None)
    first = failed[0]
    return InputError(
        f"none of the {len(failed)} items could be answered",
        got=f"{first.item.name}: {first.error}",
        where=data or None,
    )
