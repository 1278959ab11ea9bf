"""What was said about the task, before anything is known about the outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class TaskSpec:
    """kind: `multiclass`, `binary`, `multilabel`, `regression` or `sequence`. fields: as the contract's task names them, but
    for `labels` (which have a file of their own), each in the easiest form: one threshold for all labels, a live scaler.
    source: where they were said, for messages.
    """

    kind: str = "multiclass"
    fields: Mapping[str, Any] = field(default_factory=dict)
    source: str = "--task"

    def with_default(self, name: str, value: Any) -> TaskSpec:
        """The same with field `name`, where nobody said it."""
        if value is None or self.fields.get(name) is not None:
            return self
        return replace(self, fields={**self.fields, name: value})
