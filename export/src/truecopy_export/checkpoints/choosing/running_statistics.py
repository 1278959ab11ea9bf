"""Running statistics (BatchNorm): whether an average has its own, the raw model's, or none but the initial ones."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from truecopy_export.checkpoints.weights import Weights

_ENDS = ("running_mean", "running_var")
_COUNTER = "num_batches_tracked"


def statistics(weights: Weights) -> list[str]:
    return [name for name in weights.tensors if name.endswith(_ENDS)]


def parameters(weights: Weights) -> Mapping[str, torch.Tensor]:
    """All tensors but the statistics and their counters."""
    return {name: tensor for name, tensor in weights.tensors.items() if not name.endswith((*_ENDS, _COUNTER))}


def are_live(raw: Weights, ema: Weights) -> bool:
    """AveragedModel(use_buffers=False) leaves the running statistics of the raw model in the average."""
    names = statistics(raw)
    return bool(names) and all(torch.equal(raw.tensors[name], ema.tensors[name]) for name in names)


def are_initial(raw: Weights, ema: Weights) -> bool:
    """Means of 0 and variances of 1 throughout, where the raw model's are not: nobody ever wrote them."""
    names = statistics(raw)
    return bool(names) and _untouched(ema, names) and not _untouched(raw, names)


def _untouched(weights: Weights, names: list[str]) -> bool:
    return all(
        bool((weights.tensors[name] == (0.0 if name.endswith(_ENDS[0]) else 1.0)).all()) for name in names
    )
