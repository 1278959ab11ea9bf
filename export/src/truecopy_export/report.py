"""What an export did: for people a table, for programs JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from truecopy.contract import Contract
from truecopy.proof.tolerance import measure_of

from .counted import counted
from .proof import Comparison, noun_of
from .report_rows import decision_rows, truth_rows

if TYPE_CHECKING:
    # Findings are on checkpoints, whose readers load torch; `attach` never does.
    from .findings import Findings


@dataclass(frozen=True, repr=False)
class Report:
    """path: the finished file. comparison: None where nothing was proven. notes: sentences for people. findings: on the
    checkpoint; None where a live module or a graph was given. html: the page that says all of it, `out.report.html`, beside
    which `out.report.json` stands; None: neither was written.

    `print(report)` gives the table of the command line.
    """

    path: str
    bytes: int
    contract: Contract
    comparison: Comparison | None
    notes: tuple[str, ...]
    findings: Findings | None = None
    html: str | None = None

    def __repr__(self) -> str:
        return f"Report({self.path!r}, {self.contract.proof.level}, {counted(len(self.notes), 'note')})"

    def __str__(self) -> str:
        rows = self.rows()
        width = max(len(what) for what, _ in rows)
        lines = [
            f"{self.path}, {self.bytes:,} bytes",
            *(f"  {what:{width}}  {found}" for what, found in rows),
        ]
        page = [] if self.html is None else [f"report: {self.html}"]
        return "\n".join((*lines, *(f"note: {note}" for note in self.notes), *page))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "path": self.path,
            "status": "ok",
            "bytes": self.bytes,
            "html": self.html,
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
            relative = f"{proof.output.max_abs_over_max_logit:.1e} {measure_of(self.contract)}"
            rows.append(("largest output difference", relative))
        if proof.decisions is not None:
            rows += decision_rows(self.contract.task, proof.decisions)
        return rows + truth_rows(self.contract, self.comparison)
