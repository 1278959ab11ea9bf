"""From what was said about a task to the contract's `task`: one file a task."""

from .build import build_task, said_labels, task_notes
from .reading import parse_task_arguments, read_task
from .regression import value_names
from .spec import TaskSpec

__all__ = [
    "TaskSpec",
    "build_task",
    "parse_task_arguments",
    "read_task",
    "said_labels",
    "task_notes",
    "value_names",
]
