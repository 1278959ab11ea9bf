"""An entry of the lineup as a person has it: a network of their own classes, and the transform it was validated with."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from tools.zoo.lineup import Entry

CLASSES = 10


def build(entry: Entry, seed: int = 0) -> tuple[nn.Module, Any]:
    """The network with its own initialisation, ten classes, and the library's validation transform for it."""
    torch.manual_seed(seed)
    return _of_timm(entry.name) if entry.library == "timm" else _of_torchvision(entry.name)


def _of_timm(name: str) -> tuple[nn.Module, Any]:
    import timm

    network = timm.create_model(name, num_classes=CLASSES)
    config = timm.data.resolve_data_config(pretrained_cfg=network.pretrained_cfg)
    return network.eval(), timm.data.create_transform(**config, is_training=False)


def _of_torchvision(name: str) -> tuple[nn.Module, Any]:
    from torchvision import models

    # Both warn that their slow initialisation will go; it is `init_weights` that asks for the present one.
    options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    network = models.get_model(name, weights=None, num_classes=CLASSES, **options)
    return network.eval(), models.get_model_weights(name).DEFAULT.transforms()


def both_kinds(channels: int, side: int) -> torch.Tensor:
    """(6, channels, side, side): four of `noise`, and two of plain noise, which the product tries a network with."""
    generator = torch.Generator().manual_seed(0)
    plain = torch.randn(2, channels, side, side, generator=generator)
    return torch.cat([noise(4, channels, side, seed=1), plain])


def noise(count: int, channels: int, side: int, seed: int) -> torch.Tensor:
    """(count, channels, side, side) float32: pixels, patches and a colour of their own each, so that answers differ."""
    generator = torch.Generator().manual_seed(seed)

    def random(*shape: int) -> torch.Tensor:
        return torch.randn(count, channels, *shape, generator=generator)

    patches = nn.functional.interpolate(random(7, 7), size=(side, side), mode="bilinear")
    return 0.8 * random(side, side) + 0.5 * patches + 0.3 * random(1, 1)
