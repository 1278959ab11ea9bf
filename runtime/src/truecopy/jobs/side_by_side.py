"""Items through strategies: each answered by all in turn, some of them by the clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from truecopy.errors import TruecopyError
from truecopy.predict import Failure, Model
from truecopy.predict.heads import decide
from truecopy.predict.results import Result
from truecopy.predict.sight import Sight
from truecopy.predict.stream import map_ordered

from .kept import Kept, kept, scores
from .labelled import LabelledItem, Truth

# Enough for a mean: each of them is answered twice, once to warm up.
TIMED = 200


class Answer(NamedTuple):
    """What one strategy said about one item. scores: as of `kept.scores`. seconds: None where no clock ran.

    singles: the scores of each member alone, where the looks tell them.
    """

    kept: Kept
    scores: tuple[float, ...]
    passes: int
    seconds: float | None
    singles: tuple[tuple[float, ...], ...]


class Done(NamedTuple):
    item: LabelledItem
    answers: tuple[Answer, ...]


class Failed(NamedTuple):
    item: LabelledItem
    error: TruecopyError


Outcomes: TypeAlias = Generator[Done | Failed, None, None]


def alone(model: Model, items: Sequence[LabelledItem]) -> Outcomes:
    """One strategy, by `model.stream`: no item has seconds of its own."""
    with contextlib.closing(model.stream([item.source for item in items])) as results:  # type: ignore[type-var]
        for item, result in zip(items, results, strict=True):
            if isinstance(result, Failure):
                yield Failed(item, result.error)
            else:
                yield Done(item, (_answer(model, result, item.truth, None),))


def side_by_side(
    model: Model, models: Sequence[Model], items: Sequence[LabelledItem], workers: int, timed: int = TIMED
) -> Outcomes:
    """Several strategies: `models`, each of some members and views of `model`, which reads for them.

    Of at most about `timed` items, evenly spread, each strategy is timed; the others are read once for all.
    """
    spread = _Spread(len(items), timed)
    # Members that decode a picture in different ways share no decoding.
    alike = all(contract.input == model.contract.input for contract in model.contracts)

    def whole(place: int) -> Done | Failed:
        item = items[place]
        try:
            if spread.due(place):
                done = Done(item, _by_the_clock(models, item, place))
                spread.taken += 1
                return done
            sight = model.sight(item.source) if alike else None
            return Done(item, tuple(_untimed(one, item, sight) for one in models))
        except TruecopyError as error:
            return Failed(item, error)

    return map_ordered(whole, range(len(items)), workers)


@dataclass
class _Spread:
    """Which items are timed: evenly spread, and the next one where one cannot be answered."""

    items: int
    most: int
    taken: int = field(default=0, init=False)

    def due(self, place: int) -> bool:
        return place * self.most >= self.taken * self.items


def _by_the_clock(models: Sequence[Model], item: LabelledItem, place: int) -> tuple[Answer, ...]:
    """From the source to the answer by each; who begins changes from place to place.

    Each answers once before its clock starts, as it would have in a loop of its own: what ran before was another
    strategy, whose weights stand in the caches. Untimed, the smallest model would look slow after the largest.
    """
    answers: dict[int, Answer] = {}
    for turn in range(len(models)):
        which = (place + turn) % len(models)
        model = models[which]
        model.answer(model.sight(item.source))
        begin = time.perf_counter()
        result = model.answer(model.sight(item.source))
        answers[which] = _answer(model, result, item.truth, time.perf_counter() - begin)
    return tuple(answers[which] for which in range(len(models)))


def _untimed(model: Model, item: LabelledItem, sight: Sight | None) -> Answer:
    """sight: the item, read for all; None: the strategy reads it for itself."""
    return _answer(model, model.answer(sight or model.sight(item.source)), item.truth, None)


def _answer(model: Model, result: Result, truth: Truth, seconds: float | None) -> Answer:
    one = kept(result)
    return Answer(one, scores(one, truth), result.passes, seconds, _singles(model, result, truth))


def _singles(model: Model, result: Result, truth: Truth) -> tuple[tuple[float, ...], ...]:
    """The scores of each member by its look at the item as it is; () where one is alone, or may not have looked."""
    members = len(model.contracts)
    if members == 1 or model.strategy.adaptive is not None:
        return ()
    task = model.contract.task
    # Views go on the outside: the first looks are those of the members at `identity`.
    rows = [look.row for look in result.looks[:members]]
    return tuple(scores(kept(decide(task, row, result.source, (), 1)), truth) for row in rows)
