"""How good the texts of a sequence task are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.errors import InputError

from .coverage import Coverage, coverage
from .edit_distance import edit_distance
from .plain import Array, number, numbers
from .reliability import Reliability, reliability


@dataclass(frozen=True, eq=False)
class TextQuality:
    """exact: share of the texts said letter for letter. edits: letters to put in, take out or replace, over all texts.
    characters: letters of the true texts. character_error_rate: edits / characters, above 1 where too much was said;
    NaN where no true text has a letter. reliability, coverage: by the confidence, a text is right where it is exact.
    """

    items: int
    exact: float
    edits: int
    characters: int
    character_error_rate: float
    reliability: Reliability
    coverage: Coverage

    @property
    def ece(self) -> float:
        return self.reliability.ece

    @property
    def headline(self) -> tuple[str, float]:
        """The one number to compare by, and its name."""
        return "exact texts", self.exact

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is undefined is null."""
        return {
            "items": self.items,
            "exact": self.exact,
            "edits": self.edits,
            "characters": self.characters,
            "character_error_rate": number(self.character_error_rate),
            "ece": self.ece,
            "reliability": self.reliability.to_dict(),
            "coverage": self.coverage.to_dict(),
        }


def text_quality(said: Sequence[str], truth: Sequence[str], confidence: Array) -> TextQuality:
    """Of said and true texts, n each, compared by code points as they stand, and confidences float (n,).

    Raises:
        InputError: nothing to measure, or lists that do not fit.
    """
    if len(said) != len(truth):
        raise InputError("every text has a truth", expected=f"{len(said)} true texts", got=str(len(truth)))
    confidence = numbers("confidence", confidence, len(said))
    exact = np.array([one == other for one, other in zip(said, truth, strict=True)], np.bool_)
    edits = sum(edit_distance(one, other) for one, other in zip(said, truth, strict=True))
    characters = sum(map(len, truth))
    return TextQuality(
        items=len(said),
        exact=float(exact.mean()),
        edits=edits,
        characters=characters,
        character_error_rate=edits / characters if characters else float("nan"),
        reliability=reliability(confidence, exact),
        coverage=coverage(confidence, exact),
    )
