"""From a file to results."""

from .member import Member
from .model import Model, load
from .opened import Opened, open_artifact
from .results import Classification, Failure, Result, Score

__all__ = [
    "Classification",
    "Failure",
    "Member",
    "Model",
    "Opened",
    "Result",
    "Score",
    "load",
    "open_artifact",
]
