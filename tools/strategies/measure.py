"""Every strategy on every photograph, in turn, from the file to the answer."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from truecopy.jobs.labelled import LabelledItem
from truecopy.jobs.wall_clock import STRETCH, WARM
from truecopy.predict import Model


@dataclass
class Run:
    """One way of answering. models: one, or the same strategy of each fold, whose mean is told.

    right: bool, told: index of the class, passes, seconds of the whole call and of the call less reading and decoding;
    each (items, models).
    """

    name: str
    models: list[Model]
    right: np.ndarray
    told: np.ndarray
    passes: np.ndarray
    whole: np.ndarray
    decoded: np.ndarray

    @classmethod
    def of(cls, name: str, models: list[Model], items: int) -> Run:
        """Nothing is measured yet."""
        shape = items, len(models)
        numbers = (np.zeros(shape, kind) for kind in (bool, np.int64, np.int64, np.float64, np.float64))
        return cls(name, models, *numbers)

    def only(self, column: int, name: str) -> Run:
        """What one of the models did."""
        one = slice(column, column + 1)
        return Run(name, self.models[one], self.right[:, one], self.told[:, one], self.passes[:, one],
                   self.whole[:, one], self.decoded[:, one])  # fmt: skip

    def look(self, places: range, items: list[LabelledItem]) -> None:
        """Every model at a stretch of the items."""
        for column, model in enumerate(self.models):
            for place in places[:WARM]:
                model(items[place].source)
            for place in places:
                self._once(model, items[place], (place, column))

    def _once(self, model: Model, item: LabelledItem, at: tuple[int, int]) -> None:
        begin = time.perf_counter()
        sight = model.sight(item.source)
        read = time.perf_counter()
        result = model.answer(sight)
        end = time.perf_counter()
        self.whole[at], self.decoded[at] = end - begin, end - read
        self.told[at], self.passes[at] = result.index, result.passes  # type: ignore[union-attr]
        self.right[at] = self.told[at] == item.truth


def measure(runs: list[Run], items: list[LabelledItem]) -> None:
    """In stretches, so that whatever else the machine does is shared, and each finds the caches as it left them."""
    for turn, first in enumerate(range(0, len(items), STRETCH)):
        places = range(first, min(first + STRETCH, len(items)))
        begin = turn % len(runs)
        for run in (*runs[begin:], *runs[:begin]):
            run.look(places, items)
        if places[-1] % 500 == 499:
            print(f"  {places[-1] + 1} of {len(items)} images", flush=True)
