"""From a file to results."""

from .answering import answer
from .member import Member
from .model import Model, load
from .opened import Opened, open_artifact
from .results import (
    Binary,
    Classification,
    Failure,
    Multilabel,
    Regression,
    Result,
    Score,
    Sequence,
    Token,
    Value,
)

__all__ = [
    "Binary",
    "Classification",
    "Failure",
    "Member",
    "Model",
    "Multilabel",
    "Opened",
    "Regression",
    "Result",
    "Score",
    "Sequence",
    "Token",
    "Value",
    "answer",
    "load",
    "open_artifact",
]
