"""How long strategies take for an item, each as in a loop of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from truecopy.predict import Model

from .labelled import LabelledItem

# Enough for a mean, and soon done beside thousands of items; of slow models fewer are enough.
MOST_ITEMS, ENOUGH_SECONDS = 200, 60.0
# A strategy runs for a stretch. What ran before was another one, whose weights stand in the caches: a small network
# finds its own speed after some five items, and would look a third slower than it is by turns of one item.
STRETCH, WARM = 20, 5


def wall_clock(models: Sequence[Model], items: Sequence[LabelledItem]) -> tuple[int, list[float]]:
    """How many items were timed, evenly spread, and the seconds of one for each strategy: the mean, from the source to
    the answer.

    items: at least one, each of which was answered before. Who begins changes from stretch to stretch, so that whatever
    else the machine does is shared.

    Raises:
        InputError, OutputError: an item cannot be answered any more.
    """
    places = np.unique(np.linspace(0, len(items) - 1, min(len(items), MOST_ITEMS)).round().astype(int))
    chosen = [items[place] for place in places.tolist()]
    spent, timed = np.zeros(len(models)), 0
    begin = time.perf_counter()
    for turn, first in enumerate(range(0, len(chosen), STRETCH)):
        if timed and time.perf_counter() - begin > ENOUGH_SECONDS:
            break
        stretch = chosen[first : first + STRETCH]
        for place in range(len(models)):
            which = (turn + place) % len(models)
            _run(models[which], stretch[:WARM])
            spent[which] += _run(models[which], stretch)
        timed += len(stretch)
    return timed, (spent / timed).tolist()


def _run(model: Model, items: Sequence[LabelledItem]) -> float:
    begin = time.perf_counter()
    for item in items:
        model.answer(model.sight(item.source))
    return time.perf_counter() - begin
