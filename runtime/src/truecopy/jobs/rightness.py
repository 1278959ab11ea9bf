"""Is an answer the true one?"""

from __future__ import annotations

from truecopy.predict import Binary, Classification, Multilabel, Result, Sequence

from .labelled import Truth


def is_right(result: Result, truth: Truth) -> bool:
    """The very class, set of labels or text; of classes whether or not it was accepted. Numbers are never quite right."""
    match result:
        case Classification() | Binary():
            return result.index == truth
        case Multilabel():
            return frozenset(score.index for score in result.found) == truth
        case Sequence():
            return result.text == truth
        case _:
            raise AssertionError("numbers are measured by their errors")
