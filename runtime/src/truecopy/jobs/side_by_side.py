"""Items through strategies: each read once, answered by all in turn, each by the clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from typing import NamedTuple, TypeAlias

from truecopy.errors import TruecopyError
from truecopy.predict import Failure, Model
from truecopy.predict.heads import decide
from truecopy.predict.results import Result
from truecopy.predict.sight import Sight
from truecopy.predict.stream import map_ordered

from .labelled import LabelledItem, Truth
from .told import Told, score, told


class Answer(NamedTuple):
    """What one strategy said about one item. singles: the score of each member alone, where the looks tell it."""

    told: Told
    score: float
    passes: int
    seconds: float
    singles: tuple[float, ...]


class Done(NamedTuple):
    item: LabelledItem
    answers: tuple[Answer, ...]


class Failed(NamedTuple):
    item: LabelledItem
    error: TruecopyError


Outcomes: TypeAlias = Generator[Done | Failed, None, None]


def alone(model: Model, items: Sequence[LabelledItem]) -> Outcomes:
    """One strategy, by `model.stream`. The seconds are not known before the end: they are 0 here."""
    with contextlib.closing(model.stream([item.source for item in items])) as results:  # type: ignore[type-var]
        for item, result in zip(items, results, strict=True):
            if isinstance(result, Failure):
                yield Failed(item, result.error)
            else:
                yield Done(item, (_answer(model, result, item.truth, 0.0),))


def side_by_side(
    model: Model, models: Sequence[Model], items: Sequence[LabelledItem], workers: int
) -> Outcomes:
    """Several strategies: `models`, each of some members and views of `model`, which reads for them."""

    def whole(place: int) -> Done | Failed:
        item = items[place]
        try:
            return Done(item, _answers(model, models, item, place))
        except TruecopyError as error:
            return Failed(item, error)

    return map_ordered(whole, range(len(items)), workers)


def _answers(model: Model, models: Sequence[Model], item: LabelledItem, place: int) -> tuple[Answer, ...]:
    """Who begins changes from place to place.

    Members that decode a picture in different ways share no decoding: a strategy pays for the ways of its own members.
    """
    alike = all(contract.input == model.contract.input for contract in model.contracts)
    shared = _read(model, item) if alike else None
    answers: dict[int, Answer] = {}
    for turn in range(len(models)):
        which = (place + turn) % len(models)
        sight, reading = shared or _read(models[which], item)
        unseen = sight.fresh()
        begin = time.perf_counter()
        result = models[which].answer(unseen)
        seconds = reading + time.perf_counter() - begin
        answers[which] = _answer(models[which], result, item.truth, seconds)
    return tuple(answers[which] for which in range(len(models)))


def _read(model: Model, item: LabelledItem) -> tuple[Sight, float]:
    """The item, read and decoded, and the seconds that it took."""
    begin = time.perf_counter()
    sight = model.sight(item.source)
    return sight, time.perf_counter() - begin


def _answer(model: Model, result: Result, truth: Truth, seconds: float) -> Answer:
    one = told(result)
    return Answer(one, score(one, truth), result.passes, seconds, _singles(model, result, truth))


def _singles(model: Model, result: Result, truth: Truth) -> tuple[float, ...]:
    """The score of each member by its look at the item as it is; () where one is alone, or may not have looked."""
    members = len(model.contracts)
    if members == 1 or model.strategy.adaptive is not None:
        return ()
    task = model.contract.task
    # Views go on the outside: the first looks are those of the members at `identity`.
    rows = [look.row for look in result.looks[:members]]
    return tuple(score(told(decide(task, row, result.source, (), 1)), truth) for row in rows)
