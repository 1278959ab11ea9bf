"""What a prediction says: frozen, typed, one class a task."""

from typing import TypeAlias

from .binary import Binary
from .classification import Classification
from .failure import Failure
from .multilabel import Multilabel
from .regression import Regression, Value
from .score import TOP, Score, best_of
from .sequence import Sequence, Token

Result: TypeAlias = Classification | Binary | Multilabel | Regression | Sequence

__all__ = [
    "TOP",
    "Binary",
    "Classification",
    "Failure",
    "Multilabel",
    "Regression",
    "Result",
    "Score",
    "Sequence",
    "Token",
    "Value",
    "best_of",
]
