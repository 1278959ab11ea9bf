"""Everything that an export found out, did and proved: what its report is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from truecopy.contract import Contract
from truecopy.errors import TruecopyError
from truecopy_export.proof import Comparison, Original, noun_of

if TYPE_CHECKING:
    from truecopy_export.findings import Findings

WHO = ("original", "truecopy", "raw", "ema")


@dataclass(frozen=True)
class Account:
    """output: the model file as it was typed. bytes: of it; None where none was written, and `failure` says why.

    contract: as it was written; of a failed proof the draft, whose proof says nothing. original: what was copied.
    comparison: None where nothing was proven. notes: sentences for people. findings: on the checkpoint; None where a live
    network or a graph was given. seconds: wall-clock of each stage. command: what was typed; None: no command line.
    """

    output: str
    bytes: int | None
    contract: Contract
    original: Original
    comparison: Comparison | None
    notes: tuple[str, ...]
    findings: Findings | None
    seconds: tuple[tuple[str, float], ...]
    command: str | None = None
    failure: TruecopyError | None = None

    @property
    def many(self) -> str:
        """What people call the items: `images`, `rows`, `texts`."""
        return f"{noun_of(self.contract)}s"

    @property
    def has_original(self) -> bool:
        """Were tensors compared with an original's, or given as the graph takes them?"""
        found = self.comparison
        return found is not None and 0 < found.images == found.with_original

    @property
    def other_network(self) -> bool:
        """Is the network of the other side another implementation than the graph?"""
        return self.comparison is not None and (self.has_original or self.original.other_network)

    @property
    def answerers(self) -> tuple[str, ...]:
        """Whose answers are worth a line: a graph that is its own original is no second one."""
        return WHO if self.other_network else tuple(who for who in WHO if who != "original")
