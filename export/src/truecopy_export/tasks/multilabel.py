"""Any number of labels, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.contract import GraphOutput, Task
from truecopy.errors import RecipeError
from truecopy_export.recipes import Labels, check_labels

from .checked import checked_task, number, numbers
from .names import index_of
from .spec import TaskSpec

USUAL = 0.5


def build_multilabel(spec: TaskSpec, labels: Labels, answer: GraphOutput) -> Task:
    """A sigmoid each, and a label from 0.5 on, unless something else is said."""
    if answer.classes == 1 and len(labels.labels) == 2:
        raise RecipeError(
            "2 labels for 1 output",
            where=spec.source,
            fix="For yes or no on one output type --task binary (in Python: task='binary')",
        )
    if answer.classes is not None:
        check_labels(labels, answer.classes)
    document = {
        "kind": "multilabel",
        "activation": spec.fields.get("activation") or "sigmoid",
        "labels": labels.labels,
        "label_ids": labels.label_ids,
        "labels_source": labels.source,
        "thresholds": _thresholds(spec.fields.get("thresholds"), labels.labels, spec.source),
    }
    return checked_task(document, answer, spec.source)


def _thresholds(given: Any, labels: tuple[str, ...], source: str) -> Any:
    """One number a label; of a mapping, 0.5 for those that it does not name.

    Raises:
        RecipeError: no number, list or mapping of labels.
    """
    if given is None:
        return (USUAL,) * len(labels)
    if isinstance(given, Mapping):
        found = [USUAL] * len(labels)
        for name, value in given.items():
            found[index_of(name, labels, "thresholds", source)] = number(value)
        return found
    if isinstance(given, list | tuple):
        return numbers(given)
    if isinstance(given, int | float) and not isinstance(given, bool):
        return (number(given),) * len(labels)
    raise RecipeError(
        "`thresholds`",
        expected="a number, a list of numbers or {label: number}",
        got=repr(given)[:80],
        where=source,
    )
