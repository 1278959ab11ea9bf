"""Why weights do not fit an architecture, and what to type instead."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import torch

from truecopy.errors import Keys
from truecopy_export.checkpoints.weights import Weights

from .known_networks import known_as
from .misfit_hints import (
    adapter_hint,
    cut_hint,
    naming_hint,
    part_hint,
    partial_hint,
    statistics_hint,
    wrapper_hint,
)

_Tensors: TypeAlias = Mapping[str, torch.Tensor]
_SHOWN = 5
_NETWORKS = 3


def other_names(
    wanted: _Tensors, tensors: _Tensors, counters: Sequence[str], weights: Weights, where: str
) -> Keys:
    """tensors: those of `weights` under the names that were tried last. counters: names that may be missing."""
    missing = sorted(wanted.keys() - tensors.keys() - set(counters))
    unexpected = sorted(tensors.keys() - wanted.keys())
    common = len(wanted.keys() & tensors.keys())
    got = []
    if missing:
        near = [
            f"{name} (nearest: {_nearest(name, unexpected or list(tensors))})" for name in missing[:_SHOWN]
        ]
        got.append(f"{len(missing)} missing: {', '.join(near)}{_more(missing)}")
    if unexpected:
        got.append(f"{len(unexpected)} unexpected: {', '.join(unexpected[:_SHOWN])}{_more(unexpected)}")
    known = _known_hint(tensors, where)
    hints = [known, statistics_hint(missing) if not unexpected else "", adapter_hint(unexpected)]
    # These three say themselves why few names fit.
    inside = cut_hint(wanted, weights)
    if not known:
        inside = inside or part_hint(wanted, tensors, weights) or wrapper_hint(wanted, tensors, counters)
        hints += [inside] if inside else [partial_hint(wanted, tensors, missing), naming_hint(tensors)]
    if 2 * common < max(len(wanted), len(tensors)) and unexpected and not inside:
        hints.append(f"Only {common} of {len(wanted)} names fit: this looks like a wrong --arch")
    return Keys(
        "The weights do not fit the architecture",
        expected=f"the {len(wanted)} names of the architecture",
        got="; ".join(got),
        where=where,
        fix=". ".join(hint for hint in hints if hint) or "Check --arch and --arch-arg",
    )


def kind_of(tensor: torch.Tensor) -> str:
    """What a tensor's values are: nothing is copied from one kind to another."""
    if tensor.is_complex():
        return "complex"
    return "real" if tensor.is_floating_point() else "integer"


def other_kinds(wanted: _Tensors, tensors: _Tensors, names: Sequence[str], where: str) -> Keys:
    shown = [f"{name} is {tensors[name].dtype} and should be {wanted[name].dtype}" for name in names[:_SHOWN]]
    kinds = {kind_of(tensors[name]) for name in names}
    if "complex" in kinds:
        lost = "copying would drop the imaginary parts"
        fix = "Save the state dict of the network as it was trained, with real weights"
    elif "integer" in kinds:
        lost = "copying would turn integers into numbers"
        fix = "A quantised checkpoint is not read; save the state dict of the float model"
    else:
        lost, fix = "copying would round them or add imaginary parts", "Check --arch and --arch-arg"
    return Keys(
        f"The weights are of another kind than the architecture's: {lost}",
        got=f"{len(names)} differ: {', '.join(shown)}{_more(names)}",
        where=where,
        fix=fix,
    )


def other_shapes(wanted: _Tensors, tensors: _Tensors, names: Sequence[str], where: str) -> Keys:
    shown = [
        f"{name} is {tuple(tensors[name].shape)} and should be {tuple(wanted[name].shape)}"
        for name in names[:_SHOWN]
    ]
    return Keys(
        "The weights have other shapes than the architecture",
        got=f"{len(names)} differ: {', '.join(shown)}{_more(names)}",
        where=where,
        fix=_classifier_hint(wanted, tensors, names)
        or _known_hint(tensors, where)
        or _channels_hint(wanted, tensors, names)
        or "Check --arch and --arch-arg: the network is of another size",
    )


def _classifier_hint(wanted: _Tensors, tensors: _Tensors, names: Sequence[str]) -> str:
    """When only the number of outputs differs, by the same two numbers in every layer that differs."""
    pairs = {(tuple(tensors[name].shape), tuple(wanted[name].shape)) for name in names}
    if any(not have or not want or have[1:] != want[1:] for have, want in pairs):
        return ""
    outputs = {(have[0], want[0]) for have, want in pairs}
    if len(outputs) != 1:
        return ""
    have, want = outputs.pop()
    layers = sorted({name.rpartition(".")[0] for name in names})
    which = (
        "The classifier has"
        if len(layers) == 1
        else f"The {len(layers)} classifiers ({', '.join(layers)}) have"
    )
    return f"{which} {have} outputs in the checkpoint and {want} in the architecture; try --arch-arg num_classes={have}"


def _channels_hint(wanted: _Tensors, tensors: _Tensors, names: Sequence[str]) -> str:
    """When one convolution takes another number of channels, and nothing else differs."""
    have, want = tensors[names[0]].shape, wanted[names[0]].shape
    if len(names) != 1 or len(have) != 4 or len(want) != 4 or (have[0], have[2:]) != (want[0], want[2:]):
        return ""
    return (
        f"The first layer takes {have[1]} channels in the checkpoint and {want[1]} in the architecture; "
        f"in timm that is --arch-arg in_chans={have[1]}"
    )


def _known_hint(tensors: _Tensors, where: str) -> str:
    """The published network that these are the weights of; the library that was typed comes first."""
    typed = where.rpartition(" -> ")[2].partition(" ")[0]
    library = typed.partition(":")[0]
    names = sorted(known_as(tensors), key=lambda name: not name.startswith(f"{library}:"))
    if not names:
        return ""
    if typed in names:
        return f"The names and sizes are those of {typed} as it is: check --arch-arg"
    return f"The names and sizes are those of {' or '.join(names[:_NETWORKS])}: type --arch {names[0]}"


def _nearest(name: str, names: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(name, names, n=1)), "none")


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
