"""One item and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .truths import Truth


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """source: as the model's intake takes it (the path of a picture, a row of a table, a line of text or ids).

    name: for people: `cat/0.png` inside the folder, `rows.csv:2`. truth: a class, a set of labels, numbers, a text.
    """

    source: Any
    name: str
    truth: Truth


@dataclass(frozen=True, slots=True)
class Labelled:
    """items: in an order that depends on names alone. notes: sentences for people about what was left out."""

    items: tuple[LabelledItem, ...]
    notes: tuple[str, ...]
