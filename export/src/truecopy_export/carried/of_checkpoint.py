"""What a training checkpoint says beside its weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Number
from typing import Any

from truecopy_export.checkpoints import Checkpoint
from truecopy_export.recipes import read_labels

from .carried import Carried

# Numbers and short texts at the top level that tell a person which file this is.
_TELLING = (
    "epoch", "global_step", "step", "iteration", "metric", "best_metric", "best_acc", "best_acc1", "best_prec1", "best_ap",
    "arch", "version", "date", "pytorch-lightning_version",
)  # fmt: skip


def carried_by(checkpoint: Checkpoint) -> Carried:
    """Labels from `class_to_idx`, the script's arguments, and the numbers that tell which file this is."""
    table = checkpoint.class_to_idx
    return Carried(
        training=checkpoint.arguments,
        labels=None if table is None else read_labels(table),
        facts=tuple(_facts(checkpoint.content)),
    )


def _facts(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _TELLING:
        value = content.get(name)
        if isinstance(value, str | Number) and not isinstance(value, bool):
            yield name, str(value)[:200]
