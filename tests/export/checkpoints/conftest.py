from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from truecopy_export.checkpoints import Checkpoint, read_checkpoint

SHARED = Path(__file__).parents[4] / "shared" / "data" / "weights"


def network(seed: int = 0) -> torch.nn.Sequential:
    """Convolution, BatchNorm, classifier: parameters, float buffers and an integer buffer."""
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3),
        torch.nn.BatchNorm2d(4),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(4, 5),
    )


@pytest.fixture
def make_network() -> Callable[..., torch.nn.Sequential]:
    return network


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Checkpoint]:
    """Save with torch.save, read back with read_checkpoint."""

    def save(content: Any, name: str = "best.pt", **options: Any) -> Checkpoint:
        torch.save(content, tmp_path / name, **options)
        return read_checkpoint(tmp_path / name)

    return save


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared checkpoints (../shared/data/weights) are not here")
    return SHARED


@pytest.fixture
def train() -> Callable[[torch.nn.Module, int], None]:
    """A few real optimiser steps; `each` is called after every one of them."""

    def run(model: torch.nn.Module, steps: int = 3, each: Callable[[], object] = lambda: None) -> None:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        images, labels = (
            torch.randn(8, 3, 8, 8, generator=torch.Generator().manual_seed(1)),
            torch.arange(8) % 5,
        )
        for _ in range(steps):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(images), labels).backward()
            optimizer.step()
            each()

    return run
