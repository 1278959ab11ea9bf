"""What a contract says about views, in words, for people."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Contract
from .tasks import names_of

_SHOWN = 6


def view_parts(contract: Contract) -> Iterator[tuple[str, str]]:
    """`forbidden: vertical_flip`, `horizontal_flip: left is right, right is left`; nothing where nothing is said."""
    if contract.views.forbidden:
        yield "views", f"forbidden: {', '.join(contract.views.forbidden)}"
    names = names_of(contract.task)
    for view, order in contract.views.relabel.items():
        moved = [f"{names[seen]} is {names[meant]}" for seen, meant in enumerate(order) if seen != meant]
        more = f", and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else ""
        yield "views", f"{view}: {', '.join(moved[:_SHOWN]) or 'every label stays'}{more}"
