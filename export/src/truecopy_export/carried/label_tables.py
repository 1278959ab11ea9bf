"""Names of the outputs, as checkpoints hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from truecopy.errors import RecipeError
from truecopy_export.checkpoints.checkpoint import as_mapping
from truecopy_export.recipes import Labels, read_labels

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
    found = [_named(place, table) for place, table in _tables(content)]
    for other in found[1:]:
        if other.labels != found[0].labels:
            raise RecipeError(
                "the checkpoint holds two tables of labels that differ",
                got=f"{_start(found[0])} and {_start(other)}",
                where=where,
                fix="Say which are right: --labels FILE, with one label per output",
            )
    return found[0] if found else None


def _tables(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for drawer in ("", *DRAWERS):
        inside: Mapping[str, Any] | None = content
        for step in drawer.split(".") if drawer else []:
            inside = None if inside is None else as_mapping(inside.get(step))
        for name in (*_NUMBERED, *_NAMED, *_LISTS):
            value = None if inside is None else inside.get(name)
            if _is_table(name, value):
                yield f"{drawer}.{name}".removeprefix("."), value


def _is_table(name: str, value: object) -> bool:
    if name in _LISTS:
        return isinstance(value, list | tuple) and bool(value) and all(type(one) is str for one in value)
    if not isinstance(value, Mapping) or not value:
        return False
    keys, values = (type(one) for one in value), (type(one) for one in value.values())
    if name in _NUMBERED:
        return all(kind is str for kind in keys) and all(kind is int for kind in values)
    return all(kind is int for kind in keys) and all(kind is str for kind in values)


def _named(place: str, table: Any) -> Labels:
    """Raises:
    RecipeError: the numbers are not 0 to n - 1.
    """
    if isinstance(table, Mapping) and all(type(key) is int for key in table):
        if {*table} != {*range(len(table))}:
            raise RecipeError(
                f"{place} of the checkpoint does not number the classes",
                expected=f"0 to {len(table) - 1}, each once",
                got=", ".join(map(str, sorted(table)[:8])),
            )
        table = [table[index] for index in range(len(table))]
    labels = read_labels(table)
    return Labels(labels.labels, labels.label_ids, f"checkpoint {place}", labels.notes)


def _start(labels: Labels) -> str:
    return f"{labels.source}: {', '.join(labels.labels[:3])}{', ...' if len(labels.labels) > 3 else ''}"
