"""Which head a task has."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Binary, Multiclass, Multilabel, Regression, Sequence, Task
from truecopy.predict.results import Result

from . import binary, multiclass, multilabel, regression, sequence


def activate(task: Task, rows: np.ndarray) -> np.ndarray:
    """Raw answers, float32 (n, outputs) or (n, steps, tokens), in the space where views and members are merged.

    Probabilities: (n, classes), (n, 2) of both labels for a binary task, (n, labels), (n, steps, tokens), float32; of a
    regression the numbers in their units, float64 (n, quantities), not clipped.

    Raises:
        OutputError: NaN or infinity.
    """
    match task:
        case Multiclass():
            return multiclass.activate(task, rows)
        case Binary():
            return binary.activate(task, rows)
        case Multilabel():
            return multilabel.activate(task, rows)
        case Regression():
            return regression.activate(task, rows)
        case Sequence():
            return sequence.activate(task, rows)


def decide(task: Task, row: np.ndarray, source: str, warnings: tuple[str, ...], passes: int) -> Result:
    """The result for one row of `activate`."""
    match task:
        case Multiclass():
            return multiclass.decide(task, row, source, warnings, passes)
        case Binary():
            return binary.decide(task, row, source, warnings, passes)
        case Multilabel():
            return multilabel.decide(task, row, source, warnings, passes)
        case Regression():
            return regression.decide(task, row, source, warnings, passes)
        case Sequence():
            return sequence.decide(task, row, source, warnings, passes)
