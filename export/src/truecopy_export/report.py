"""What an export did: for people a table, for programs JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from truecopy.contract import Contract

from .proof import Comparison, largest_of, noun_of
from .report_rows import decision_rows, truth_rows


@dataclass(frozen=True)
class Report:
    """path: the finished file. comparison: None where nothing was proven. notes: sentences for people."""

    path: str
    bytes: int
    contract: Contract
    comparison: Comparison | None
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "path": self.path,
            "status": "ok",
            "bytes": self.bytes,
            "notes": list(self.notes),
            "unreadable": [] if self.comparison is None else list(self.comparison.unreadable),
            "proof": msgspec.to_builtins(self.contract.proof),
            "provenance": msgspec.to_builtins(self.contract.provenance),
        }

    def rows(self) -> list[tuple[str, str]]:
        """The table: what was compared, and what was found."""
        proof, many = self.contract.proof, f"{noun_of(self.contract)}s"
        rows = [("level", proof.level), (many, str(proof.images))]
        if self.comparison is not None and self.comparison.unreadable:
            rows.append((f"{many} left out (unreadable)", str(len(self.comparison.unreadable))))
        if proof.tensor is not None:
            rows.append(("tensor values that differ", str(proof.tensor.differing_values)))
        if proof.output is not None:
            relative = f"{proof.output.max_abs_over_max_logit:.1e} of the largest"
            rows.append(("largest output difference", f"{relative} {largest_of(self.contract.task)}"))
        if proof.decisions is not None:
            rows += decision_rows(self.contract.task, proof.decisions)
        return rows + truth_rows(self.contract, self.comparison)
