"""A result of any task."""

from typing import TypeAlias

from .binary import Binary
from .classification import Classification
from .multilabel import Multilabel
from .regression import Regression
from .sequence import Sequence

Result: TypeAlias = Classification | Binary | Multilabel | Regression | Sequence
