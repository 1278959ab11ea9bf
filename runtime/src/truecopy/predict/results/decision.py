"""Two results of one task: is it the same decision?"""

from __future__ import annotations

from .binary import Binary
from .classification import Classification
from .multilabel import Multilabel
from .regression import Regression
from .result import Result
from .sequence import Sequence


def same_decision(first: Result, second: Result) -> bool:
    """Would a user be told the same? Confidences may differ; the numbers of a regression may not."""
    return _decision(first) == _decision(second)


def is_flip(first: Result, second: Result) -> bool:
    """Another label, another set of labels, or another text. A number is none of them: how far it is counts."""
    if isinstance(first, Regression):
        return False
    if isinstance(first, Classification) and isinstance(second, Classification):
        return first.index != second.index
    return not same_decision(first, second)


def _decision(result: Result) -> tuple[object, ...]:
    match result:
        case Classification():
            return result.index, result.accepted
        case Binary():
            return result.index, result.positive
        case Multilabel():
            return tuple(score.index for score in result.found)
        case Regression():
            return tuple((value.value, value.clipped) for value in result.values)
        case Sequence():
            return result.text, tuple(token.index for token in result.tokens), result.finished
