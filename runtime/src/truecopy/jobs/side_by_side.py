"""Items through strategies: each read once, answered by all in turn."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from typing import NamedTuple, TypeAlias

from truecopy.errors import TruecopyError
from truecopy.predict import Failure, Model
from truecopy.predict.heads import decide
from truecopy.predict.results import Result
from truecopy.predict.stream import map_ordered

from .kept import Kept, kept, scores
from .labelled import LabelledItem, Truth


class Answer(NamedTuple):
    """What one strategy said about one item. scores: as of `kept.scores`; singles: those of each member alone.

    There are none of a member alone where the looks do not tell them.
    """

    kept: Kept
    scores: tuple[float, ...]
    passes: int
    singles: tuple[tuple[float, ...], ...]


class Done(NamedTuple):
    item: LabelledItem
    answers: tuple[Answer, ...]


class Failed(NamedTuple):
    item: LabelledItem
    error: TruecopyError


Outcomes: TypeAlias = Generator[Done | Failed, None, None]


def alone(model: Model, items: Sequence[LabelledItem]) -> Outcomes:
    """One strategy, by `model.stream`."""
    with contextlib.closing(model.stream([item.source for item in items])) as results:  # type: ignore[type-var]
        for item, result in zip(items, results, strict=True):
            if isinstance(result, Failure):
                yield Failed(item, result.error)
            else:
                yield Done(item, (_answer(model, result, item.truth),))


def side_by_side(
    model: Model, models: Sequence[Model], items: Sequence[LabelledItem], workers: int
) -> Outcomes:
    """Several strategies: `models`, each of some members and views of `model`, which reads for them."""

    def whole(item: LabelledItem) -> Done | Failed:
        try:
            sight = model.sight(item.source)
            return Done(item, tuple(_answer(one, one.answer(sight), item.truth) for one in models))
        except TruecopyError as error:
            return Failed(item, error)

    return map_ordered(whole, items, workers)


def _answer(model: Model, result: Result, truth: Truth) -> Answer:
    one = kept(result)
    return Answer(one, scores(one, truth), result.passes, _singles(model, result, truth))


def _singles(model: Model, result: Result, truth: Truth) -> tuple[tuple[float, ...], ...]:
    """The scores of each member by its look at the item as it is; () where one is alone, or may not have looked."""
    members = len(model.contracts)
    if members == 1 or model.strategy.adaptive is not None:
        return ()
    task = model.contract.task
    # Views go on the outside: the first looks are those of the members at `identity`.
    rows = [look.row for look in result.looks[:members]]
    return tuple(scores(kept(decide(task, row, result.source, (), 1)), truth) for row in rows)
