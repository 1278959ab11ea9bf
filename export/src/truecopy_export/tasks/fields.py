"""Which fields a task has, and a word for those that it does not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from truecopy.errors import RecipeError

# Kind -> the fields that may be said; `labels` stand in a file of their own.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "multiclass": ("activation", "threshold", "temperature"),
    "binary": ("activation", "positive", "threshold"),
    "multilabel": ("activation", "thresholds"),
    "regression": ("values", "undo"),
    "sequence": ("activation", "layout", "decoding", "joiner"),
}


def check_kind(kind: object, source: str) -> str:
    """Raises:
    RecipeError: no such task; names the nearest.
    """
    if not isinstance(kind, str) or kind not in FIELDS:
        raise RecipeError(
            f"task {kind!r} is unknown{nearest(kind, FIELDS)}", expected=", ".join(FIELDS), where=source
        )
    return kind


def check_fields(kind: str, fields: Iterable[object], source: str) -> None:
    """Raises:
    RecipeError: a field that the task does not have; names the nearest.
    """
    for name in fields:
        if name not in FIELDS[kind]:
            raise RecipeError(
                f"a {kind} task has no field {name!r}{nearest(name, FIELDS[kind])}",
                expected=", ".join(FIELDS[kind]),
                where=source,
                fix="Its labels are given apart: --labels FILE (in Python: labels=[...])"
                if name == "labels"
                else None,
            )


def check_keys(given: Mapping[Any, Any], known: tuple[str, ...], what: str, source: str) -> None:
    """The same for the parts of a field.

    Raises:
        RecipeError: names the nearest.
    """
    for name in given:
        if name not in known:
            raise RecipeError(
                f"{what} has no {name!r}{nearest(name, known)}", expected=", ".join(known), where=source
            )


def nearest(name: object, known: Iterable[str]) -> str:
    """`, did you mean 'threshold'?`, or nothing."""
    close = difflib.get_close_matches(str(name), list(known), n=1)
    return f", did you mean {close[0]!r}?" if close else ""
