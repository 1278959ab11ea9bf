"""The one seam to whatever runs a graph: arrays by name in, arrays by name out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, slots=True)
class Running:
    """Where a session really runs. device: `cpu`, `cuda:0`, `cuda:all (2)`; provider: ONNX Runtime's name; version: its
    version. lanes: how many batches it runs at once, one a device.
    """

    device: str
    provider: str
    version: str
    lanes: int = 1


class Session(Protocol):
    """A loaded graph; `run` may be called from several threads at once."""

    @property
    def running(self) -> Running: ...

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the graph's inputs."""
        ...

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the graph's outputs."""
        ...

    def run(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]: ...
