"""What an export did: for people a table, for programs JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from truecopy.contract import Contract

from .proof import Comparison


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
        proof = self.contract.proof
        rows = [("level", proof.level), ("images", str(proof.images))]
        if self.comparison is not None and self.comparison.unreadable:
            rows.append(("images left out (unreadable)", str(len(self.comparison.unreadable))))
        if proof.tensor is not None:
            rows.append(("tensor values that differ", str(proof.tensor.differing_values)))
        if proof.output is not None:
            rows.append(
                (
                    "largest output difference",
                    f"{proof.output.max_abs_over_max_logit:.1e} of the largest logit",
                )
            )
        if proof.decisions is not None:
            rows.append(("top-1 flips", str(proof.decisions.flips)))
            rows.append(("largest probability difference", f"{proof.decisions.max_probability_delta:.1e}"))
        if proof.accuracy is None:
            rows.append(
                ("accuracy", "not checked: the images have no labels" if proof.images else "not checked")
            )
        if proof.accuracy is not None and self.comparison is not None:
            total = self.comparison.labelled
            for who in ("raw", "ema", "original", "truecopy"):
                hits = self.comparison.hits.get(who)
                if hits is not None:
                    rows.append((f"accuracy, {who}", f"{hits}/{total} = {hits / total:.4f}"))
        return rows
