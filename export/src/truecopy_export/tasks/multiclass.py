"""One of n classes."""

from __future__ import annotations

from truecopy.contract import GraphOutput, Task
from truecopy_export.recipes import Labels, check_labels

from .checked import checked_task, number
from .spec import TaskSpec


def build_multiclass(spec: TaskSpec, labels: Labels, answer: GraphOutput) -> Task:
    """Softmax, every confidence accepted, unless something else is said."""
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
