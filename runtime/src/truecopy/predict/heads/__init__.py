"""Heads: from the graph's raw answer to a result. One file a task, pure functions of the task."""

from .head import activate, decide
from .stated import check_stated

__all__ = ["activate", "check_stated", "decide"]
