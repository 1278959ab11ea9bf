"""An entry of the lineup as a person has it: a network of their own classes, and the transform it was validated with."""

from __future__ import annotations

from typing import Any

import torch
from tools.zoo.lineup import Entry
from torch import nn

CLASSES = 10


def build(entry: Entry, seed: int = 0) -> tuple[nn.Module, Any]:
    """The network with its own initialisation, ten classes, and the library's validation transform for it."""
    torch.manual_seed(seed)
    return _of_timm(entry) if entry.library == "timm" else _of_torchvision(entry.name)


def _of_timm(entry: Entry) -> tuple[nn.Module, Any]:
    import timm

    network = timm.create_model(entry.name, num_classes=CLASSES)
    size = {"input_size": (3, entry.side, entry.side)}
    config = timm.data.resolve_data_config(size, pretrained_cfg=network.pretrained_cfg)
    return network.eval(), timm.data.create_transform(**config, is_training=False)


def _of_torchvision(name: str) -> tuple[nn.Module, Any]:
    from torchvision import models

    # Both warn that their slow initialisation will go; it is `init_weights` that asks for the present one.
    options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    network = models.get_model(name, weights=None, num_classes=CLASSES, **options)
    return network.eval(), models.get_model_weights(name).DEFAULT.transforms()


def noise(count: int, channels: int, side: int, seed: int) -> torch.Tensor:
    """(count, channels, side, side) float32, normal: pictures alike enough that random weights neither die out nor explode
    on one that they were not stirred with, and unlike enough that their answers differ.
    """
    return torch.randn(count, channels, side, side, generator=torch.Generator().manual_seed(seed))
