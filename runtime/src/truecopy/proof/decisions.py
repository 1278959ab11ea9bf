"""Two results of one task: what was decided, and how far are the two apart?"""

from __future__ import annotations

import numpy as np

from truecopy.contract import Task
from truecopy.predict import Binary, Classification, Multilabel, Regression, Result, Sequence


def crossings(first: Result, second: Result) -> int:
    """Thresholds, or ends of a clip range, that one of the two passed and the other did not."""
    if isinstance(first, Classification) and isinstance(second, Classification):
        return int(first.accepted != second.accepted)
    if isinstance(first, Binary) and isinstance(second, Binary):
        return int(first.positive != second.positive)
    if isinstance(first, Multilabel) and isinstance(second, Multilabel):
        return len({score.index for score in first.found} ^ {score.index for score in second.found})
    if isinstance(first, Regression) and isinstance(second, Regression):
        pairs = zip(first.values, second.values, strict=True)
        return sum(one.clipped != other.clipped for one, other in pairs)
    return 0


def told(result: Result) -> str:
    """The decision in words, with its confidence: `golden retriever 0.9312`, `cat 0.8810, dog 0.7002`, `'AB 12' 0.9904`."""
    match result:
        case Classification():
            return f"{result.label} {result.confidence:.4f}"
        case Binary():
            return f"{result.label} {result.probabilities[result.index]:.4f}"
        case Multilabel():
            return ", ".join(f"{score.label} {score.probability:.4f}" for score in result.found) or "no label"
        case Regression():
            return decided(result)
        case Sequence():
            return f"{result.text!r} {result.confidence:.4f}"


def decided(result: Result) -> str:
    """The decision alone, so that two different ones never read alike."""
    match result:
        case Classification():
            return f"{result.label} ({result.index}), accepted {result.accepted}"
        case Binary():
            return f"{result.label} ({result.index})"
        case Multilabel():
            return ", ".join(f"{score.label} ({score.index})" for score in result.found) or "no label"
        case Regression():
            return ", ".join(f"{value.name} {value.in_unit}" for value in result.values)
        case Sequence():
            return repr(result.text) + ("" if result.finished in (None, True) else ", without its end")


def quantities(task: Task, numbers: np.ndarray) -> str:
    """One number a quantity, each with its name and unit: `progression 1.2e-05 points, age 0.5 years`."""
    values = getattr(task, "values", ())
    told_each = zip(values, numbers, strict=True)
    return ", ".join(f"{value.name} {number:.3g} {value.unit or ''}".rstrip() for value, number in told_each)
