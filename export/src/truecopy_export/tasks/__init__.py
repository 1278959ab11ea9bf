"""From what was said about a task to the contract's `task`: one file a task."""

from .build import build_task
from .spec import TaskSpec

__all__ = ["TaskSpec", "build_task"]
