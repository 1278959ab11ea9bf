"""What a threshold is fitted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from truecopy.errors import StrategyError

Aim: TypeAlias = Literal["f1", "precision", "recall"]
AIMS: tuple[Aim, ...] = ("f1", "precision", "recall")


@dataclass(frozen=True, slots=True)
class Target:
    """aim: the best `f1`; a `precision` of at least `least` with the most recall; or the highest threshold that keeps a
    `recall` of at least `least`. least: in (0, 1], None for `f1`.
    """

    aim: Aim
    least: float | None = None

    def __post_init__(self) -> None:
        if self.aim not in AIMS:
            raise StrategyError(
                f"a threshold is not fitted for {self.aim!r}", expected=f"one of {', '.join(AIMS)}"
            )
        if self.aim == "f1":
            if self.least is not None:
                raise StrategyError("the best f1 has no least value", got=f"{self.least}", fix="Leave it out")
        elif self.least is None or not 0 < self.least <= 1:
            raise StrategyError(
                f"a {self.aim} to reach", expected="a share above 0, at most 1", got=repr(self.least)
            )

    def __str__(self) -> str:
        return "best f1" if self.least is None else f"{self.aim} of at least {self.least:g}"


BEST_F1 = Target("f1")
