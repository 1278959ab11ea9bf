"""A label or token, by its name or its place."""

from __future__ import annotations

from truecopy.errors import RecipeError

from .fields import nearest


def index_of(given: object, labels: tuple[str, ...], field: str, source: str) -> int:
    """The place of `given` among `labels`: a whole number is a place, a text is a name.

    Raises:
        RecipeError: neither; names the nearest label, or the places of one that stands there twice.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        if 0 <= given < len(labels):
            return given
        raise RecipeError(
            f"`{field}` is the place of a label",
            expected=f"0 to {len(labels) - 1}",
            got=str(given),
            where=source,
        )
    if not isinstance(given, str):
        raise RecipeError(f"`{field}`", expected="a label or its place", got=repr(given)[:80], where=source)
    places = [index for index, label in enumerate(labels) if label == given]
    if len(places) == 1:
        return places[0]
    if places:
        raise RecipeError(
            f"`{field}` {given!r} stands among the labels more than once",
            got=f"places {', '.join(map(str, places))}",
            where=source,
            fix="Say the place instead",
        )
    shown = ", ".join(map(repr, labels[:8])) + (", ..." if len(labels) > 8 else "")
    raise RecipeError(
        f"`{field}` {given!r} is none of the labels{nearest(given, labels)}", expected=shown, where=source
    )
