"""The field of a plot: where numbers stand, its ticks, and what its axes say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .numbers import plain
from .svg import WIDTH, label, line

LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 10.0, 38.0
HEIGHT = 280.0


@dataclass(frozen=True, slots=True)
class Field:
    """A box of px with numbers from x[0] to x[1] and y[0] to y[1], y upwards."""

    x: tuple[float, float]
    y: tuple[float, float]
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM

    def across(self, value: float) -> float:
        """Px from the left."""
        low, high = self.x
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def down(self, value: float) -> float:
        """Px from the top."""
        low, high = self.y
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)

    def marks(
        self,
        x_title: str,
        y_title: str,
        *,
        x_ticks: Sequence[tuple[float, str]],
        y_ticks: Sequence[tuple[float, str]],
    ) -> Iterator[str]:
        """Grid, ticks and titles (none where they are empty); drawn first, so that data stand above them."""
        for value, words in y_ticks:
            place = self.down(value)
            yield line(self.left, place, self.right, place, "line")
            yield label(self.left - 6, place + 4, words, anchor="end", kind="soft")
        for value, words in x_ticks:
            place = self.across(value)
            yield line(place, self.bottom, place, self.bottom + 4, "axis")
            yield label(place, self.bottom + 16, words, anchor="middle", kind="soft")
        yield line(self.left, self.bottom, self.right, self.bottom, "axis")
        if x_title:
            middle = (self.left + self.right) / 2
            yield label(middle, self.bottom + 32, x_title, anchor="middle", room=self.right - self.left)
        if y_title:
            middle = (self.top + self.bottom) / 2
            yield label(11, middle, y_title, anchor="middle", room=self.bottom - self.top, up=True)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within [low, high], at most `most` of them."""
    if not low < high:
        return [low]
    for step in _steps(low, high, most):
        begin, end = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if end - begin < most:
            break
    return [index * step for index in range(begin, end + 1)]


def enclosing(low: float, high: float, most: int = 6) -> list[float]:
    """The same, with a first one at or below `low` and a last one at or above `high`: nothing stands beyond a number."""
    if not low < high:
        return [low]
    for step in _steps(low, high, most):
        begin, end = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if end - begin < most:
            break
    return [index * step for index in range(begin, end + 1)]


def _steps(low: float, high: float, most: int) -> Iterator[float]:
    """Round ones, the smallest first: below it there would be too many ticks for certain."""
    power = 10.0 ** math.floor(math.log10((high - low) / (most + 1)))
    yield from (power * factor for factor in (1, 2, 5, 10, 20, 50, 100))


def numbered(values: Sequence[float]) -> list[tuple[float, str]]:
    """Ticks with their numbers."""
    return [(value, plain(value)) for value in values]


def percents(values: Sequence[float]) -> list[tuple[float, str]]:
    """Ticks of shares, in %."""
    return [(value, plain(100 * value)) for value in values]


def widened(low: float, high: float, share: float = 0.05) -> tuple[float, float]:
    """A range with some air around it; one number alone gets a range, too."""
    if low == high:
        return low - (abs(low) or 1.0) * 0.5, high + (abs(high) or 1.0) * 0.5
    air = (high - low) * share
    return low - air, high + air
