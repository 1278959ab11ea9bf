"""Load weights into an architecture, or say exactly why they do not fit."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import torch

from truecopy.errors import Keys

from .weights import Weights

_SHOWN = 5
_STATISTICS = ("running_mean", "running_var")
_COUNTER = "num_batches_tracked"


def load_into(module: torch.nn.Module, weights: Weights, where: str) -> tuple[str, ...]:
    """Copy every weight into the module, all of them and no more; returns lines for the report.

    `where` names the two, e.g. "best.pt -> timm:resnet18". Only BatchNorm's `num_batches_tracked` may be
    missing: PyTorch below 0.4.1 did not have it, and inference does not read it.

    Raises:
        Keys: names or shapes differ; missing, unexpected and nearest names are in the message.
    """
    wanted: dict[str, torch.Tensor] = module.state_dict()
    tensors, put_back = _with_fitting_prefix(weights, wanted)
    counters = sorted(name for name in wanted.keys() - tensors.keys() if name.rpartition(".")[2] == _COUNTER)
    missing = sorted(wanted.keys() - tensors.keys() - set(counters))
    unexpected = sorted(tensors.keys() - wanted.keys())
    if missing or unexpected:
        raise _keys(wanted, tensors, missing, unexpected, where)
    shapes = [name for name in tensors if tensors[name].shape != wanted[name].shape]
    if shapes:
        raise _shapes(wanted, tensors, shapes, where)
    kinds = [
        name for name in tensors if tensors[name].is_floating_point() != wanted[name].is_floating_point()
    ]
    if kinds:
        raise _kinds(wanted, tensors, kinds, where)
    module.load_state_dict(
        {**tensors, **{name: wanted[name] for name in counters}}, strict=True, assign=False
    )
    lines = [f"the architecture has the prefix {put_back!r} itself: it was put back"] if put_back else []
    if counters:
        lines.append(
            f"{len(counters)} BatchNorm counters (num_batches_tracked) are not in the checkpoint; inference needs none"
        )
    return tuple(lines)


def _with_fitting_prefix(
    weights: Weights, wanted: Mapping[str, torch.Tensor]
) -> tuple[Mapping[str, torch.Tensor], str]:
    """Put back as much of the stripped prefix as the architecture carries itself, mostly nothing."""
    parts = weights.prefix.split(".")[:-1]
    for count in range(len(parts) + 1):
        prefix = "".join(f"{part}." for part in parts[len(parts) - count :])
        if all(prefix + name in wanted for name in weights.tensors):
            return {prefix + name: tensor for name, tensor in weights.tensors.items()}, prefix
    return weights.tensors, ""


def _keys(
    wanted: Mapping[str, torch.Tensor],
    tensors: Mapping[str, torch.Tensor],
    missing: Sequence[str],
    unexpected: Sequence[str],
    where: str,
) -> Keys:
    common = len(wanted.keys() & tensors.keys())
    got = []
    if missing:
        near = [
            f"{name} (nearest: {_nearest(name, unexpected or list(tensors))})" for name in missing[:_SHOWN]
        ]
        got.append(f"{len(missing)} missing: {', '.join(near)}{_more(missing)}")
    if unexpected:
        got.append(f"{len(unexpected)} unexpected: {', '.join(unexpected[:_SHOWN])}{_more(unexpected)}")
    hints = [_statistics_hint(missing), _prefix_hint(wanted, tensors)]
    if 2 * common < max(len(wanted), len(tensors)):
        hints.append(f"Only {common} of {len(wanted)} names fit: this looks like a wrong --arch")
    return Keys(
        "The weights do not fit the architecture",
        expected=f"the {len(wanted)} names of the architecture",
        got="; ".join(got),
        where=where,
        fix=". ".join(hint for hint in hints if hint) or "Check --arch and --arch-arg",
    )


def _kinds(
    wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor], names: Sequence[str], where: str
) -> Keys:
    shown = [f"{name} is {tensors[name].dtype} and should be {wanted[name].dtype}" for name in names[:_SHOWN]]
    return Keys(
        "The weights are of another kind than the architecture's: copying would turn integers into numbers",
        got=f"{len(names)} differ: {', '.join(shown)}{_more(names)}",
        where=where,
        fix="A quantised checkpoint is not read; save the state dict of the float model",
    )


def _nearest(name: str, names: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(name, names, n=1)), "none")


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""


def _statistics_hint(missing: Sequence[str]) -> str:
    lost = [name for name in missing if name.endswith(_STATISTICS)]
    if len(lost) != len(missing):
        return ""
    return (
        f"{len(lost)} BatchNorm running statistics are missing: only parameters were saved, and without them the model "
        "cannot run in evaluation mode; save model.state_dict(), not model.parameters()"
        if lost
        else ""
    )


def _prefix_hint(wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor]) -> str:
    """Say so when all names would fit under, or without, one leading part (a LightningModule with a loss beside the net)."""
    for prefix in sorted({name.partition(".")[0] + "." for name in tensors if "." in name}):
        if all(prefix + name in tensors for name in wanted):
            others = len(tensors) - sum(name.startswith(prefix) for name in tensors)
            return f"All names are there under {prefix!r}; {others} others stand beside it: save the state dict of that part alone"
    return ""


def _shapes(
    wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor], names: Sequence[str], where: str
) -> Keys:
    shown = [
        f"{name} is {tuple(tensors[name].shape)} and should be {tuple(wanted[name].shape)}"
        for name in names[:_SHOWN]
    ]
    outputs = _classifier_outputs(wanted, tensors, names)
    if outputs is None:
        fix = "Check --arch and --arch-arg: the network is of another size"
    else:
        fix = (
            f"The classifier has {outputs[0]} outputs in the checkpoint and {outputs[1]} in the architecture; "
            f"try --arch-arg num_classes={outputs[0]}"
        )
    return Keys(
        "The weights have other shapes than the architecture",
        got=f"{len(names)} differ: {', '.join(shown)}{_more(names)}",
        where=where,
        fix=fix,
    )


def _classifier_outputs(
    wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor], names: Sequence[str]
) -> tuple[int, int] | None:
    """(in the checkpoint, in the architecture) when one layer differs, and only in its number of outputs."""
    if len({name.rpartition(".")[0] for name in names}) != 1:
        return None
    pairs = {(tuple(tensors[name].shape), tuple(wanted[name].shape)) for name in names}
    if any(not have or not want or have[1:] != want[1:] for have, want in pairs):
        return None
    outputs = {(have[0], want[0]) for have, want in pairs}
    return outputs.pop() if len(outputs) == 1 else None
