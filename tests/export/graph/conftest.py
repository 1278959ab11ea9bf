"""Small networks; an export of one takes less than a second."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from truecopy.contract import GraphInput
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.trace import Traced, trace
from truecopy_export.signature import Signature

SIZE = (12, 12)


def pictures(channels: int = 3, size: tuple[int, int] = SIZE, batch: int | None = None) -> Signature:
    """What a network for float32 pictures of this size takes."""
    shape = (batch or "batch", channels, *size)
    return Signature((GraphInput(name="input", dtype="float32", layout="NCHW", shape=shape),), "image")


def network(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 5),
    )


class Around(nn.Module):
    """Logits, and then what `change` makes of images and logits."""

    def __init__(self, change: Callable[[torch.Tensor, torch.Tensor], object]) -> None:
        super().__init__()
        self.inner = network()
        self.change = change

    def forward(self, images: torch.Tensor) -> object:
        return self.change(images, self.inner(images))


@pytest.fixture
def make_network() -> Callable[..., nn.Sequential]:
    return network


@pytest.fixture
def around() -> Callable[[Callable[[torch.Tensor, torch.Tensor], object]], nn.Module]:
    return Around


@pytest.fixture(scope="session")
def traced() -> Traced:
    return trace(prepare(network()), pictures())


@pytest.fixture(scope="session")
def signature() -> Callable[..., Signature]:
    return pictures
