"""What a prediction says: frozen, typed, one class a task."""

from .binary import Binary
from .classification import Classification
from .decision import is_flip, same_decision
from .failure import Failure
from .look import Look
from .multilabel import Multilabel
from .regression import Regression, Value
from .result import Result
from .score import TOP, Score, best_of
from .sequence import Sequence, Token

__all__ = [
    "TOP",
    "Binary",
    "Classification",
    "Failure",
    "Look",
    "Multilabel",
    "Regression",
    "Result",
    "Score",
    "Sequence",
    "Token",
    "Value",
    "best_of",
    "is_flip",
    "same_decision",
]
