"""When an item has been looked at often enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from truecopy.errors import StrategyError

from .real import real

Measure: TypeAlias = Literal["confidence", "margin"]
MEASURES: tuple[Measure, ...] = ("confidence", "margin")


@dataclass(frozen=True, slots=True)
class Adaptive:
    """Stop adding views and members for an item once `by` of what was merged so far is at least `value`.

    by: `confidence`, the probability of what is decided, or `margin`, its distance from the next decision: `certainty`
    says what each is for a task. value: in [0, 1].
    """

    by: Measure
    value: float

    def __post_init__(self) -> None:
        if self.by not in MEASURES:
            raise StrategyError(f"there is no measure {self.by!r} to stop by", expected=" or ".join(MEASURES))
        value = real(self.value)
        if not 0 <= value <= 1:
            raise StrategyError(f"`adaptive.{self.by}` is a number from 0 to 1", got=repr(self.value)[:80])
        object.__setattr__(self, "value", value)  # NumPy's numbers are not JSON's

    @classmethod
    def of(cls, given: Adaptive | Mapping[str, float] | None) -> Adaptive | None:
        """`{"confidence": 0.95}` as the object.

        Raises:
            StrategyError: another key, several, or a value outside [0, 1].
        """
        if given is None or isinstance(given, Adaptive):
            return given
        if not isinstance(given, Mapping) or len(given) != 1:
            raise StrategyError(
                "`adaptive` names one measure and its value",
                expected="{confidence: 0.95} or {margin: 0.5}",
                got=repr(given),
            )
        ((by, value),) = given.items()
        return cls(by, value)  # type: ignore[arg-type]  # checked when it is made

    def to_dict(self) -> dict[str, float]:
        """As it is written: `{"confidence": 0.95}`."""
        return {self.by: self.value}
