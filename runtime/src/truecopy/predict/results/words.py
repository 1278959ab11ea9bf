"""How results are shown to people: `Binary(source='a.png', label='spam', ...)`, one short line."""

from __future__ import annotations

LONGEST = 60


def in_words(kind: str, source: str, *parts: str, warnings: tuple[str, ...]) -> str:
    """`kind(source=..., parts)`; warnings only where there are any."""
    noticed = (f"warnings={list(warnings)!r}",) if warnings else ()
    return f"{kind}({', '.join((f'source={source!r}', *parts, *noticed))})"


def shortened(text: str) -> str:
    """The repr of a text, of which at most sixty characters are shown."""
    return repr(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
