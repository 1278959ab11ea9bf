"""Small networks; an export of one takes less than a second."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.trace import Traced, trace

SIZE = (12, 12)


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
    return trace(prepare(network()), 3, SIZE)
