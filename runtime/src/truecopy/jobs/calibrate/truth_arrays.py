"""Probabilities and truths of labels that hold each by themselves, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from truecopy.contract import Binary, Multilabel
from truecopy.jobs.labelled import Truth
from truecopy.predict.heads import activate


def label_probabilities(task: Binary | Multilabel, rows: np.ndarray) -> np.ndarray:
    """float32 (n, 1) of the positive label, or (n, labels); rows: raw answers."""
    made = activate(task, rows)
    return made[:, [task.positive]] if isinstance(task, Binary) else made


def truth_of_labels(task: Binary | Multilabel, truths: Sequence[Truth]) -> np.ndarray:
    """Bool (n, 1) whether the positive label is true, or (n, labels)."""
    if isinstance(task, Binary):
        return np.array([[truth == task.positive] for truth in truths])
    sets = [truth if isinstance(truth, frozenset) else frozenset() for truth in truths]
    return np.array([[index in truth for index in range(len(task.labels))] for truth in sets])
