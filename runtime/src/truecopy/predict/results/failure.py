"""An item without an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from truecopy.errors import TruecopyError


@dataclass(frozen=True, slots=True)
class Failure:
    """One item that could not be answered; it changes no other item's answer."""

    source: str
    error: TruecopyError

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"source": self.source, "error": str(self.error), "kind": type(self.error).__name__}
