"""Heads: from the graph's raw answer to a result. One file a task."""

from .multiclass import decide, probabilities

__all__ = ["decide", "probabilities"]
