"""Numbers with their nouns, for messages."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 output`, `2 outputs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
