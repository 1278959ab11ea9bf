"""Wall-clock: a few stretches of evenly spread items, each strategy warm, whatever the number of items is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from truecopy.jobs import wall_clock as module
from truecopy.jobs.labelled import LabelledItem
from truecopy.jobs.wall_clock import wall_clock

NOW = [0.0]


class Slow:
    """A strategy that takes `seconds` an item, and ten times as long where another one ran before it."""

    before: Any = None

    def __init__(self, seconds: float) -> None:
        self.seconds, self.asked = seconds, []

    def sight(self, source: int) -> int:
        return source

    def answer(self, sight: int) -> None:
        NOW[0] += self.seconds * (1 if Slow.before is self else 10)
        Slow.before = self
        self.asked.append(sight)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: NOW[0]))


def items(count: int) -> list[LabelledItem]:
    return [LabelledItem(number, str(number), 0) for number in range(count)]


def test_a_strategy_is_warm_before_its_clock_starts() -> None:
    timed, seconds = wall_clock([Slow(0.001), Slow(0.003)], items(90))
    assert timed == 90
    assert seconds == pytest.approx([0.001, 0.003])


def test_of_many_items_some_are_timed_evenly_spread() -> None:
    one, other = Slow(0.001), Slow(0.003)
    assert wall_clock([one, other], items(10_000))[0] == 200
    assert one.asked == other.asked
    assert len(one.asked) == 200 + 10 * 5
    assert sorted({*one.asked})[:3] == [0, 50, 100]
    assert max(one.asked) == 9999


def test_slow_strategies_are_timed_on_fewer_items_and_one_item_is_enough() -> None:
    assert wall_clock([Slow(1.0)], items(1000)) == (60, [pytest.approx(1.0)])
    assert wall_clock([Slow(500.0)], items(1))[0] == 1
