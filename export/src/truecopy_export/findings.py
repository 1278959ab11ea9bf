"""What was found in the given file and what was decided about it: for inspect and for the report of an export."""

from __future__ import annotations

from dataclasses import dataclass

from .carried import Carried
from .checkpoints.formats import IN_WORDS, Format


@dataclass(frozen=True)
class Findings:
    """For people. carried: what the file says beside its weights. weights: lines on which weights are taken and why.

    settled: what of the file's own words is used, and what was typed instead.
    """

    name: str
    bytes: int
    sha256: str
    format: Format
    carried: Carried
    weights: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The format in words."""
        return IN_WORDS[self.format]
