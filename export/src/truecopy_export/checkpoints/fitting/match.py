"""Load weights into an architecture, or say exactly why they do not fit."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from truecopy_export.checkpoints.unwrap import without_inner_wrappers
from truecopy_export.checkpoints.weights import Weights

from .misfit import kind_of, other_kinds, other_names, other_shapes

_COUNTER = "num_batches_tracked"


def load_into(module: torch.nn.Module, weights: Weights, where: str) -> tuple[str, ...]:
    """Copy every weight into the module, all of them and no more; returns lines for the report.

    `where` names the two, e.g. "best.pt -> timm:resnet18". Only BatchNorm's `num_batches_tracked` may be
    missing: PyTorch below 0.4.1 did not have it, and inference does not read it.

    Raises:
        Keys: names or shapes differ; missing, unexpected and nearest names are in the message.
    """
    wanted: dict[str, torch.Tensor] = module.state_dict()
    tensors, lines = _under_fitting_names(weights, wanted)
    counters = sorted(name for name in wanted.keys() - tensors.keys() if name.rpartition(".")[2] == _COUNTER)
    if wanted.keys() - set(counters) != tensors.keys():
        raise other_names(wanted, tensors, counters, weights, where)
    shapes = [name for name in tensors if tensors[name].shape != wanted[name].shape]
    if shapes:
        raise other_shapes(wanted, tensors, shapes, where)
    kinds = [name for name in tensors if kind_of(tensors[name]) != kind_of(wanted[name])]
    if kinds:
        raise other_kinds(wanted, tensors, kinds, where)
    module.load_state_dict(
        {**tensors, **{name: wanted[name] for name in counters}}, strict=True, assign=False
    )
    if counters:
        lines = (
            *lines,
            f"{len(counters)} BatchNorm counters (num_batches_tracked) are not in the checkpoint; inference needs none",
        )
    return lines


def _under_fitting_names(
    weights: Weights, wanted: Mapping[str, torch.Tensor]
) -> tuple[Mapping[str, torch.Tensor], tuple[str, ...]]:
    """Put back as much of the stripped prefix as the architecture carries itself, mostly nothing.

    Wrappers inside the names are taken out where all names fit without them: a script may wrap a part of its network.
    """
    parts = weights.prefix.split(".")[:-1]
    for count in range(len(parts) + 1):
        prefix = "".join(f"{part}." for part in parts[len(parts) - count :])
        if all(prefix + name in wanted for name in weights.tensors):
            line = f"the architecture has the prefix {prefix!r} itself: it was put back"
            return {prefix + name: tensor for name, tensor in weights.tensors.items()}, (line,) * bool(prefix)
    plain, wrappers = without_inner_wrappers(weights.tensors)
    if wrappers and all(name in wanted for name in plain):
        changed = sum(name not in plain for name in weights.tensors)
        said = ", ".join(map(repr, wrappers))
        return plain, (f"the wrapper {said} was taken out of {changed} of {len(plain)} names",)
    return weights.tensors, ()
