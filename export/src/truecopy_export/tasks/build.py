"""Which builder a task has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from truecopy.contract import Binary, GraphOutput, Task
from truecopy.errors import RecipeError
from truecopy_export.recipes import Labels, check_class_names

from .binary import build_binary
from .fields import check_fields, check_kind
from .multiclass import build_multiclass
from .multilabel import build_multilabel
from .regression import build_regression
from .sequence import build_sequence
from .spec import TaskSpec

Builder: TypeAlias = Callable[[TaskSpec, Labels, GraphOutput], Task]

_LABELLED: Mapping[str, Builder] = {
    "multiclass": build_multiclass,
    "binary": build_binary,
    "multilabel": build_multilabel,
    "sequence": build_sequence,
}


def build_task(spec: TaskSpec, labels: Labels | None, answer: GraphOutput) -> Task:
    """The contract's task for this answer.

    Raises:
        RecipeError: a field is missing, unknown or does not fit the outputs; says what to type.
    """
    check_kind(spec.kind, spec.source)
    check_fields(spec.kind, spec.fields, spec.source)
    if spec.kind == "regression":
        return build_regression(spec, labels, answer)
    said = said_labels(labels)
    if spec.kind != "sequence":
        check_class_names(said)
    return _LABELLED[spec.kind](spec, said, answer)


def said_labels(labels: Labels | None) -> Labels:
    """Raises:
    RecipeError: nobody said them.
    """
    if labels is None:
        raise RecipeError(
            "there are no labels",
            fix="--labels labels.txt (one per line, in the order of the outputs); in Python labels=[...]",
        )
    return labels


def task_notes(spec: TaskSpec, task: Task) -> tuple[str, ...]:
    """What was assumed because nobody said it."""
    if isinstance(task, Binary) and spec.fields.get("positive") is None:
        label = task.labels[task.positive]
        said = "--task-arg positive=... says otherwise (in Python task={'kind': 'binary', 'positive': ...})"
        return (f"the positive label is {label!r}, the second one; {said}",)
    return ()
