"""The real items of a proof, whatever their kind, and what is right for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from truecopy.jobs.labelled import Truth


@dataclass(frozen=True)
class ProofItems:
    """sources: as the intake takes them, in a fixed order (paths of images, sorted; rows and lines of a file). truths: of
    each, or None. notes: sentences for people.
    """

    sources: tuple[Any, ...]
    truths: tuple[Truth | None, ...]
    notes: tuple[str, ...]

    @property
    def labelled(self) -> bool:
        return any(truth is not None for truth in self.truths)
