"""How long work tells a person where it is."""

from __future__ import annotations

import time
from typing import Protocol


class Progress(Protocol):
    """Told when a stage begins and, where it has a length, how far it is."""

    def stage(self, name: str) -> None: ...

    def advance(self, done: int, total: int) -> None: ...

    def say(self, line: str) -> None: ...


class Silent:
    def stage(self, name: str) -> None:
        pass

    def advance(self, done: int, total: int) -> None:
        pass

    def say(self, line: str) -> None:
        pass


class Stopwatch:
    """Passes everything on, and keeps how long each stage took."""

    def __init__(self, told: Progress) -> None:
        self._told = told
        self._begun: list[tuple[str, float]] = []

    @classmethod
    def of(cls, progress: Progress) -> Stopwatch:
        """The one that runs already, with the stages before; else a new one."""
        return progress if isinstance(progress, Stopwatch) else cls(progress)

    def stage(self, name: str) -> None:
        self._begun.append((name, time.monotonic()))
        self._told.stage(name)

    def advance(self, done: int, total: int) -> None:
        self._told.advance(done, total)

    def say(self, line: str) -> None:
        self._told.say(line)

    @property
    def seconds(self) -> tuple[tuple[str, float], ...]:
        """Wall-clock of each stage until the next one began, and of the last one until now, in their order."""
        ends = [*(begun for _, begun in self._begun[1:]), time.monotonic()]
        return tuple((name, end - begun) for (name, begun), end in zip(self._begun, ends, strict=False))
