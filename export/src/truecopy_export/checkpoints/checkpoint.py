"""What stands in a checkpoint file, before anybody decides which weights are meant."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from .formats import Format


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint as loaded on the CPU; `sha256` is over the bytes of the file, in hexadecimal.

    modules: whole networks that the file held (read with --unsafe-pickle only), by their dotted field; in `content` their
    state dicts stand in their places.
    """

    path: Path
    name: str
    sha256: str
    format: Format
    content: Mapping[str, Any]
    modules: Mapping[str, torch.nn.Module] = field(default_factory=dict)

    @property
    def arguments(self) -> Mapping[str, Any] | None:
        """The training script's `args` (timm, torchvision, DeiT) as a plain dict; None when absent."""
        found = as_mapping(self.content.get("args"))
        return None if found is None else dict(found)


def as_mapping(value: object) -> Mapping[str, Any] | None:
    """A Namespace's attributes or a mapping; None for anything else."""
    if isinstance(value, Namespace):
        return vars(value)
    return value if isinstance(value, Mapping) else None
