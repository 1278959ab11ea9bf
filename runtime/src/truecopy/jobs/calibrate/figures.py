"""What calibration changed, in numbers: the same answers under the old task and under the new one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.calibration import acceptance_at, temperature_at
from truecopy.contract import Binary, Multiclass, Multilabel, Task
from truecopy.metrics import ClassScore, class_scores, macro
from truecopy.predict.heads import activate

from .answers import Answers
from .goal import TEMPERATURE, Goal
from .truth_arrays import label_probabilities, truth_of_labels

# The smaller the better; all others are shares of what is right.
_ERRORS = frozenset({"ECE", "NLL"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure under the old task and under the new one; NaN where it is undefined."""

    name: str
    before: float
    after: float

    @property
    def worse(self) -> bool:
        return self.after > self.before if self.name in _ERRORS else self.after < self.before

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is undefined is null."""
        before, after = (value if math.isfinite(value) else None for value in (self.before, self.after))
        return {"name": self.name, "before": before, "after": after}


def figures(old: Task, new: Task, goal: Goal, answers: Answers) -> tuple[Figure, ...]:
    """ECE (15 bins, of the best class) and NLL (nats) for a temperature; for thresholds what they decide.

    Raises:
        InputError: the graph rules the truth of an item out.
    """
    if isinstance(old, Multiclass) and isinstance(new, Multiclass):
        return _confidence(old, new, answers) if goal == TEMPERATURE else _accepted(old, new, answers)
    assert isinstance(old, Binary | Multilabel)  # noqa: S101 - `goal_for` refuses every other task
    assert isinstance(new, Binary | Multilabel)  # noqa: S101
    before, after = (macro(label_scores(task, answers)) for task in (old, new))
    kind = "macro " if isinstance(new, Multilabel) else ""
    return (
        Figure(f"{kind}precision", before.precision, after.precision),
        Figure(f"{kind}recall", before.recall, after.recall),
        Figure(f"{kind}F1", before.f1, after.f1),
    )


def _confidence(old: Multiclass, new: Multiclass, answers: Answers) -> tuple[Figure, ...]:
    made = temperature_at(answers.rows, np.array(answers.truths), new.temperature, before=old.temperature)
    return (
        Figure("ECE", made.ece_before, made.ece_after),
        Figure("NLL", made.log_loss_before, made.log_loss_after),
    )


def _accepted(old: Multiclass, new: Multiclass, answers: Answers) -> tuple[Figure, ...]:
    made = activate(new, answers.rows)
    confidence, correct = made.max(axis=1), made.argmax(axis=1) == np.array(answers.truths)
    before, after = (acceptance_at(confidence, correct, task.threshold or 0.0) for task in (old, new))
    return (
        Figure("share accepted", before.coverage, after.coverage),
        Figure("accuracy of the accepted", before.accuracy, after.accuracy),
    )


def label_scores(task: Binary | Multilabel, answers: Answers) -> tuple[ClassScore, ...]:
    """Precision, recall and F1 of the positive label, or of each label; decided in float32, as `predict` does."""
    made, truth = label_probabilities(task, answers.rows), truth_of_labels(task, answers.truths)
    labels, thresholds = _decided_by(task)
    found = made >= np.array(thresholds, np.float32)
    return class_scores((found & truth).sum(axis=0), found.sum(axis=0), truth.sum(axis=0), labels)


def _decided_by(task: Binary | Multilabel) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The labels that thresholds decide, and their thresholds."""
    if isinstance(task, Binary):
        return (task.labels[task.positive],), (task.threshold,)
    return task.labels, task.thresholds
