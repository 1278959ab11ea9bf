"""Random weights under which a mistake of an export shows: nothing is left at the 0 or 1 that it was initialised with."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

# Whatever keeps running statistics; timm's and torchvision's own kinds are subclasses.
_BATCH_NORM = nn.modules.batchnorm._BatchNorm


def stir(network: nn.Module, pictures: torch.Tensor, seed: int = 0) -> None:
    """Every constant weight (norms, biases, layer scale, zero-initialised heads) becomes random, in place.

    Then every BatchNorm takes the statistics of what `pictures` (batch, channels, height, width) bring to it, moved by up
    to half a deviation: so they are far from 0 and 1, and numbers neither die out nor explode on their way.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if (
                weight.is_floating_point()
                and weight.numel() > 1
                and bool((weight == weight.flatten()[0]).all())
            ):
                weight.copy_(_instead_of(weight, name, generator))
        norms = [
            part
            for part in network.modules()
            if isinstance(part, _BATCH_NORM) and part.running_var is not None
        ]
        for part in norms:
            _take(part, torch.zeros(1, part.num_features), generator)
        handles = [part.register_forward_pre_hook(_Measured(generator)) for part in norms]
        try:
            network.eval()(pictures)
        finally:
            for handle in handles:
                handle.remove()


def _instead_of(weight: torch.Tensor, name: str, generator: torch.Generator) -> torch.Tensor:
    """Random numbers for a weight whose values are all the same."""
    value = float(weight.flatten()[0])
    random = torch.rand(weight.shape, generator=generator)
    if name.endswith("bias") or (weight.ndim > 1 and value == 0):
        return value + 0.2 * (random - 0.5)
    if abs(value) < 0.1:  # layer scale, and gains that begin at nothing
        return 0.1 + 0.2 * random
    return value * (0.7 + 0.6 * random)


class _Measured:
    """Before a BatchNorm runs, it takes the statistics of its input."""

    def __init__(self, generator: torch.Generator) -> None:
        self._generator = generator

    def __call__(self, part: Any, arguments: tuple[torch.Tensor, ...]) -> None:
        _take(part, arguments[0].transpose(0, 1).flatten(1).T, self._generator)


def _take(part: Any, rows: torch.Tensor, generator: torch.Generator) -> None:
    """rows: (values, channels)."""
    variance = rows.var(dim=0, unbiased=False)
    # One picture of one pixel has no variance.
    floor = 0.1 * variance.mean() + 1e-3 if len(rows) > 1 else torch.tensor(1.0)
    variance = variance.clamp(min=float(floor))
    moved = torch.rand(len(variance), generator=generator) - 0.5
    part.running_mean.copy_(rows.mean(dim=0) + moved * variance.sqrt())
    part.running_var.copy_(variance * (0.6 + 0.8 * torch.rand(len(variance), generator=generator)))
