"""How long work tells a person where it is."""

from __future__ import annotations

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
