"""Names of the outputs, as checkpoints hold them."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from typing import Any, SupportsIndex

from truecopy.errors import RecipeError
from truecopy_export.checkpoints.checkpoint import as_mapping
from truecopy_export.recipes import Labels

from .names import SAY_LABELS, labels_of

# Where training scripts keep what is not a weight: at the top, in timm's and torchvision's `args`, in mmcv's and mmengine's
# `meta`, in Lightning's `hyper_parameters`.
DRAWERS = ("args", "meta", "meta.dataset_meta", "hyper_parameters")
# torchvision's ImageFolder; mmcv 1.x `CLASSES` and mmengine `classes`; what people call it otherwise.
_NUMBERED = ("class_to_idx", "label2id")
_NAMED = ("idx_to_class", "idx2label", "id2label")
_LISTS = ("classes", "CLASSES", "class_names")


def labels_in(content: Mapping[str, Any], where: str) -> Labels | None:
    """The labels that a checkpoint holds under a name which says what they are; None without.

    Raises:
        RecipeError: it holds two tables that differ, or one that does not number its classes.
    """
    read = ((place, _pairs(name, value)) for place, name, value in _tables(content))
    found = [_named(place, pairs, where) for place, pairs in read if pairs is not None]
    for other in found[1:]:
        if other.labels != found[0].labels:
            raise RecipeError(
                "the checkpoint holds two tables of labels that differ",
                got=f"{_start(found[0])} and {_start(other)}",
                where=where,
                fix=SAY_LABELS,
            )
    return found[0] if found else None


def unread_labels(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """("labels", words) of each table under such a name that is not understood."""
    for place, name, value in _tables(content):
        if _pairs(name, value) is None:
            size = f" of {len(value)}" if isinstance(value, Mapping | list | tuple) else ""
            yield (
                "labels",
                f"{place} is not understood (a {type(value).__name__}{size}): --labels FILE says them",
            )


def _tables(content: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """(place, name, value) of what could be a table; a single number or text is a setting."""
    for drawer in ("", *DRAWERS):
        inside: Mapping[str, Any] | None = content
        for step in drawer.split(".") if drawer else []:
            inside = None if inside is None else as_mapping(inside.get(step))
        for name in (*_NUMBERED, *_NAMED, *_LISTS):
            value = None if inside is None else inside.get(name)
            empty = value is None or (isinstance(value, Mapping | list | tuple) and not value)
            if not empty and not isinstance(value, int | float | str):
                yield f"{drawer}.{name}".removeprefix("."), name, value


def _pairs(name: str, value: object) -> list[tuple[int, str]] | None:
    """(output, its name) of a table of the shape that its own name says; None for another shape."""
    if name in _LISTS:
        entries = list(enumerate(value)) if isinstance(value, list | tuple) else []
    else:
        entries = list(value.items()) if isinstance(value, Mapping) else []
    if name in _NUMBERED:
        entries = [(number, label) for label, number in entries]
    read = [(_whole(number), label) for number, label in entries]
    kept = [(number, label) for number, label in read if number is not None and isinstance(label, str)]
    return kept if kept and len(kept) == len(entries) else None


def _whole(value: object) -> int | None:
    """An integer of Python, NumPy or a tensor, or its digits (JSON has texts as keys)."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except (TypeError, ValueError, RuntimeError):  # a tensor of fractions, or of several numbers
        return None


def _named(place: str, pairs: list[tuple[int, str]], where: str) -> Labels:
    """Raises:
    RecipeError: the numbers are not 0 to n - 1, or a name is empty.
    """
    pairs = sorted(pairs, key=lambda pair: pair[0])
    if [number for number, _ in pairs] != [*range(len(pairs))]:
        raise RecipeError(
            f"{place} of the checkpoint does not number the classes",
            expected=f"0 to {len(pairs) - 1}, each once",
            got=", ".join(str(number) for number, _ in pairs[:8]),
            where=where,
            fix=SAY_LABELS,
        )
    return labels_of([name for _, name in pairs], f"checkpoint {place}", where)


def _start(labels: Labels) -> str:
    return f"{labels.source}: {', '.join(labels.labels[:3])}{', ...' if len(labels.labels) > 3 else ''}"
