"""One of n classes."""

from __future__ import annotations

from truecopy.contract import GraphOutput, Task
from truecopy.errors import RecipeError
from truecopy_export.counted import counted
from truecopy_export.recipes import Labels, check_labels

from .checked import checked_task, number
from .spec import TaskSpec


def build_multiclass(spec: TaskSpec, labels: Labels, answer: GraphOutput) -> Task:
    """Softmax, every confidence accepted, unless something else is said."""
    size = len(labels.labels)
    if answer.classes == 1:
        raise RecipeError(
            "the network answers with one number, and one of several classes takes a number a class",
            expected=f"{counted(size, 'output')} for {counted(size, 'label')}",
            got=f"1 output, {answer.name!r}",
            where=spec.source,
            fix="For yes or no type --task binary, for a number with a unit --task regression (in Python: task='binary')",
        )
    if answer.classes is not None:
        check_labels(labels, answer.classes)
    temperature = spec.fields.get("temperature")
    document = {
        "kind": "multiclass",
        "activation": spec.fields.get("activation") or "softmax",
        "labels": labels.labels,
        "label_ids": labels.label_ids,
        "labels_source": labels.source,
        "threshold": number(spec.fields.get("threshold")),
        "temperature": 1.0 if temperature is None else number(temperature),
    }
    return checked_task(document, answer, spec.source)
