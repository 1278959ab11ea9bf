"""From a file to results."""

from .loading import load
from .member import Member
from .model import Model
from .opened import Opened, open_artifact
from .results import (
    Binary,
    Classification,
    Failure,
    Look,
    Multilabel,
    Regression,
    Result,
    Score,
    Sequence,
    Token,
    Value,
)
from .strategy import Strategy

__all__ = [
    "Binary",
    "Classification",
    "Failure",
    "Look",
    "Member",
    "Model",
    "Multilabel",
    "Opened",
    "Regression",
    "Result",
    "Score",
    "Sequence",
    "Strategy",
    "Token",
    "Value",
    "load",
    "open_artifact",
]
