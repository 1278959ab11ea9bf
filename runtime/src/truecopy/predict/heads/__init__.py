"""Heads: from the graph's raw answer to a result. One file a task, pure functions of the task."""

from .head import activate, decide
from .reading import activated, result_of
from .stated import check_stated

__all__ = ["activate", "activated", "check_stated", "decide", "result_of"]
