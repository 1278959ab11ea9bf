"""What an architecture spelling becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Built:
    """A module with fresh weights. name: for `provenance.architecture`, `timm:mobilenetv2_100 pad_type=same`."""

    module: torch.nn.Module
    name: str


def provenance_name(spec: str, arguments: Mapping[str, object]) -> str:
    return " ".join([spec, *(f"{key}={_spelled(value)}" for key, value in arguments.items())])


def _spelled(value: object) -> str:
    """As it was typed after --arch-arg."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value).replace(" ", "")
