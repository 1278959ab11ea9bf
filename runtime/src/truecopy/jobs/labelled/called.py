"""What a table of true answers is to the reader of a message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Called:
    """table, has: as a sentence begins, `the manifest has`. label: one cell of it."""

    table: str
    has: str
    label: str


MANIFEST = Called("the manifest", "has", "the true label")
