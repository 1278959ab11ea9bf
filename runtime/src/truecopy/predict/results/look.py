"""What one pass of one member said about an item, before anything was merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """member: its place in the order of loading. view: `identity`, `brightness:1.1`, ...

    row: read-only; probabilities in the order of the first member's labels, or a regression's numbers, not clipped.
    """

    member: int
    view: str
    row: np.ndarray

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"member": self.member, "view": self.view, "row": self.row.tolist()}


def looks_to_dict(looks: Sequence[Look]) -> dict[str, Any]:
    """`{"looks": [...]}`, or nothing where one pass said all."""
    return {"looks": [look.to_dict() for look in looks]} if looks else {}
