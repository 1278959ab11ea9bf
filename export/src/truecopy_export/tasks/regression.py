"""Numbers with names and units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.contract import GraphOutput, Task
from truecopy.errors import RecipeError
from truecopy_export.recipes import Labels

from .checked import checked_task, number
from .fields import check_keys
from .spec import TaskSpec
from .undo import undo_documents

_QUANTITY = ("name", "unit", "clip")


def build_regression(spec: TaskSpec, labels: Labels | None, answer: GraphOutput) -> Task:
    """`values` in the order of the outputs, without unit and clip where nobody said them.

    Raises:
        RecipeError: no names, or both `values` and labels; what `undo` does not take.
    """
    given = spec.fields.get("values")
    if given is not None and labels is not None:
        raise RecipeError(
            "`values` and labels both name the numbers of a regression",
            where=spec.source,
            fix="Say `values` only: they have units too",
        )
    if given is None and labels is None:
        raise RecipeError(
            "the numbers of a regression need names",
            expected=f"`values`, one for each output of {answer.name!r}",
            where=spec.source,
            fix="For example: --task-arg 'values=[{name: price, unit: EUR}]'; in Python "
            "task={'kind': 'regression', 'values': [{'name': 'price', 'unit': 'EUR'}]}",
        )
    values = list(labels.labels) if labels is not None else _listed(given)
    document = {
        "kind": "regression",
        "values": [_quantity(value, spec.source) for value in values],
        "values_source": spec.source if labels is None else labels.source,
        "undo": undo_documents(spec.fields.get("undo"), len(values), spec.source),
    }
    return checked_task(document, answer, spec.source)


def value_names(spec: TaskSpec, labels: Labels | None) -> tuple[str, ...] | None:
    """The names of a regression's numbers, where they were said; None where they were not, or are wrong."""
    if labels is not None:
        return labels.labels
    names = [
        one.get("name") if isinstance(one, Mapping) else one for one in _listed(spec.fields.get("values"))
    ]
    return tuple(map(str, names)) if all(isinstance(name, str) for name in names) else None


def _listed(given: Any) -> list[Any]:
    """One quantity stands for a list of one."""
    return list(given) if isinstance(given, list | tuple) else [given]


def _quantity(value: Any, source: str) -> dict[str, Any]:
    if isinstance(value, str):
        return {"name": value, "unit": None, "clip": (None, None)}
    if not isinstance(value, Mapping) or "name" not in value:
        raise RecipeError(
            "a value", expected="a name, or {name, unit, clip}", got=repr(value)[:80], where=source
        )
    check_keys(value, _QUANTITY, "a value", source)
    clip = value.get("clip")
    if clip is not None and not (isinstance(clip, list | tuple) and len(clip) == 2):
        raise RecipeError(
            f"`clip` of {value['name']!r}",
            expected="[least, most], null where there is none",
            got=repr(clip)[:80],
            where=source,
        )
    low, high = clip if clip is not None else (None, None)
    return {"name": value["name"], "unit": value.get("unit"), "clip": (number(low), number(high))}
