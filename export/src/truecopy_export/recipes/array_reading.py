"""Turn a sequence of library calls on one array (h, w, c) into steps. Knows steps, not libraries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.contract import Step, Values
from truecopy.contract.flow import Flow, flow
from truecopy.contract.resize import AnyFilter
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import ContractError, RecipeError

# OpenCV's numbers of its interpolations. Its INTER_LINEAR_EXACT (5) and INTER_NEAREST_EXACT (6) are not reproduced.
_FILTERS: Mapping[int, AnyFilter] = {0: "nearest", 1: "bilinear", 2: "bicubic", 3: "area", 4: "lanczos"}


class ArrayReading:
    """A transform of arrays, read so far. channels: of the array that it is given."""

    def __init__(self, channels: int) -> None:
        self.steps: list[Step] = []
        self.notes: list[str] = []
        self.is_tensor = False
        self._channels = channels

    @property
    def now(self) -> Flow:
        """What the next part receives: dtype, channels, and the size where it is known."""
        return flow(tuple(self.steps), self._channels)

    @property
    def chain(self) -> tuple[tuple[ChainOp, Constant], ...]:
        """All that was done to values so far."""
        return tuple(operation for step in self.steps if isinstance(step, Values) for operation in step.chain)

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def add(self, step: Step) -> None:
        """Append a step.

        Raises:
            RecipeError: it cannot take what arrives, such as a resize of numbers.
        """
        try:
            flow((*self.steps, step), self._channels)
        except ContractError as error:
            fix = "Put it before the part that makes numbers, and validate the model with that"
            raise RecipeError(error.what, expected=error.expected, got=error.got, fix=fix) from error
        self.steps.append(step)

    def values(self, *chain: tuple[ChainOp, Constant]) -> None:
        """Become float32, by `chain`; a chain right after another one goes on with it."""
        last = self.steps[-1] if self.steps else None
        if isinstance(last, Values):
            self.steps[-1] = Values(chain=(*last.chain, *chain))
        else:
            self.add(Values(chain=chain))


def opencv_filter(interpolation: Any) -> AnyFilter:
    """The contract's name of an interpolation constant of OpenCV.

    Raises:
        RecipeError: one whose pixels depend on OpenCV's version, or none of OpenCV's.
    """
    found = _FILTERS.get(interpolation) if isinstance(interpolation, int) else None
    if found is None:
        raise RecipeError(
            "the interpolation",
            expected="cv2.INTER_NEAREST, INTER_LINEAR, INTER_CUBIC, INTER_AREA or INTER_LANCZOS4 (0 to 4)",
            got=repr(interpolation),
        )
    return found
