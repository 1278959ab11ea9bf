"""Which builder a task has."""

from __future__ import annotations

from truecopy.contract import GraphOutput, Multiclass, Task
from truecopy.errors import RecipeError
from truecopy_export.recipes import Labels

from .spec import TaskSpec


def build_task(spec: TaskSpec, labels: Labels | None, answer: GraphOutput) -> Task:
    """The contract's task for this answer.

    Raises:
        RecipeError: a field is missing, unknown or does not fit the outputs; says what to type.
    """
    if spec.kind != "multiclass":
        raise RecipeError(f"task {spec.kind!r} is not exported by this version", expected="multiclass")
    if labels is None:
        raise RecipeError(
            "there are no labels", fix="--labels labels.txt (one per line, in the order of the outputs)"
        )
    assert answer.classes  # noqa: S101 - replaced with the builders
    return Multiclass(
        activation=spec.fields.get("activation") or "softmax",
        labels=labels.labels,
        label_ids=labels.label_ids,
        labels_source=labels.source,
        threshold=spec.fields.get("threshold"),
        temperature=spec.fields.get("temperature", 1.0),
    )
