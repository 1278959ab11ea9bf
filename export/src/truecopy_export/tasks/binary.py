"""Yes or no."""

from __future__ import annotations

from truecopy.contract import GraphOutput, Task
from truecopy.errors import RecipeError
from truecopy_export.recipes import Labels

from .checked import checked_task, number
from .names import index_of
from .spec import TaskSpec


def build_binary(spec: TaskSpec, labels: Labels, answer: GraphOutput) -> Task:
    """One output: its sigmoid is the positive label's probability. Two: their softmax. The second label is the positive
    one, and from 0.5 on, unless something else is said.
    """
    if len(labels.labels) != 2:
        raise RecipeError(
            "a binary task has two labels: the negative one and the positive one",
            got=f"{len(labels.labels)}",
            where=labels.source.partition(" sha256:")[0],
            fix="Give both, in the order of the outputs or, for one output, of 0 and 1",
        )
    positive, threshold = spec.fields.get("positive"), spec.fields.get("threshold")
    usual = "softmax" if answer.classes == 2 else "sigmoid"
    document = {
        "kind": "binary",
        "activation": spec.fields.get("activation") or usual,
        "labels": labels.labels,
        "labels_source": labels.source,
        "positive": 1 if positive is None else index_of(positive, labels.labels, "positive", spec.source),
        "threshold": 0.5 if threshold is None else number(threshold),
    }
    return checked_task(document, answer, spec.source)
