"""What missing and unexpected names say about a checkpoint; each hint is a sentence, or empty."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import torch

from truecopy_export.checkpoints.weights import TOP_LEVEL, Weights

_STATISTICS = ("running_mean", "running_var")
_HEAD = re.compile(
    r"(^|\.)(fc|heads?|head_dist|classifier|cls_classifier|last_linear|logits|output)(\.|\d|$)"
)
# transformers puts the network under the name of its family, begins it in words, and puts the classifier beside it.
_FIRST_LAYER = re.compile(r"\w+\.(embeddings|embedder|conv_stem\.(first_conv|convolution))\.")
_CLASSIFIERS = frozenset({"classifier", "cls_classifier", "distillation_classifier"})
_SHOWN = 6


def statistics_hint(missing: Sequence[str]) -> str:
    lost = [name for name in missing if name.endswith(_STATISTICS)]
    if not lost or len(lost) != len(missing):
        return ""
    return (
        f"{len(lost)} BatchNorm running statistics are missing: only parameters were saved, and without them the model "
        "cannot run in evaluation mode; save model.state_dict(), not model.parameters()"
    )


def adapter_hint(unexpected: Sequence[str]) -> str:
    adapters = sum("lora_" in name for name in unexpected)
    if not adapters:
        return ""
    return (
        f"{adapters} names hold lora_: an adapter stands beside its base model; merge the two (peft: "
        "model.merge_and_unload()) and save that state dict"
    )


def part_hint(
    wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor], weights: Weights
) -> str:
    """When all names would fit under one leading part (a LightningModule with a loss beside the net)."""
    parts = sorted({name.partition(".")[0] for name in tensors if "." in name})
    fitting = [part for part in parts if all(f"{part}.{name}" in tensors for name in wanted)]
    if not fitting:
        return ""
    field = "" if weights.field == TOP_LEVEL else f"{weights.field}."
    others = len(tensors) - sum(name.startswith(f"{fitting[0]}.") for name in tensors)
    says = " or ".join(shlex.quote(f"{field}{weights.prefix}{part}") for part in fitting)
    return (
        f"All names are there under {' and under '.join(repr(f'{part}.') for part in fitting)}; {others} others stand "
        f"beside it: say --ema {says}, or save the state dict of that part alone"
    )


def cut_hint(wanted: Mapping[str, torch.Tensor], weights: Weights) -> str:
    """When `--ema` named layers of the network, not a set of weights."""
    if not weights.part:
        return ""
    whole = weights.field.removesuffix(weights.part).removesuffix(".")
    fix = f"say --ema {shlex.quote(whole)}" if whole else "leave --ema out"
    return (
        f"--ema {shlex.quote(weights.field)} is a part of a set of weights ({len(weights.tensors)} tensors for "
        f"{len(wanted)} names), and not this whole network: {fix}"
    )


def wrapper_hint(
    wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor], counters: Collection[str]
) -> str:
    """When all but the classifier would fit under one leading part, and a classifier stands beside that part."""
    for part in sorted({name.partition(".")[0] for name in tensors if "." in name}):
        inside = {name.partition(".")[2] for name in tensors if name.startswith(f"{part}.")}
        missing = wanted.keys() - inside - set(counters)
        beside = sorted(name for name in tensors if not name.startswith(f"{part}."))
        if missing and beside and inside < wanted.keys() and all(map(_HEAD.search, (*missing, *beside))):
            return (
                f"{len(inside)} of {len(wanted)} names fit under {f'{part}.'!r}, and the classifier stands beside it "
                f"({', '.join(beside[:_SHOWN])}): a module of your own wraps the network; give that module with "
                "--arch python:module:callable"
            )
    return ""


def partial_hint(
    wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor], missing: Sequence[str]
) -> str:
    """When a part of the network is there under its right names, and the rest is not there at all."""
    there = sorted(tensors)
    lost = [name for name in missing if not name.endswith(_STATISTICS)]
    if tensors.keys() - wanted.keys() or not there or not lost:
        return ""
    if all(_HEAD.search(name) for name in lost):
        return (
            f"Everything but the classifier ({', '.join(lost[:_SHOWN])}) is there: the checkpoint is a backbone without "
            "its classifier; give the checkpoint of the whole trained model"
        )
    if all(_HEAD.search(name) for name in there):
        return (
            f"Only the classifier ({', '.join(there[:_SHOWN])}) is there, not the network before it; "
            "put both into one model and save its state dict"
        )
    parts = Counter(name.partition(".")[0] for name in missing)
    said = ", ".join(f"{part} ({count})" for part, count in list(parts.items())[:_SHOWN])
    more = f" and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
    return (
        f"The checkpoint is partial: {len(there)} of {len(there) + len(missing)} tensors are there, and these parts are missing: "
        f"{said}{more}; give the checkpoint of the whole model"
    )


def naming_hint(names: Collection[str]) -> str:
    families = {name.partition(".")[0] for name in names} - _CLASSIFIERS
    if len(families) != 1 or not any(_FIRST_LAYER.match(name) for name in names):
        return ""
    return (
        f"The names are those of Hugging Face transformers ({families.pop()}): type --arch hf:FOLDER, the folder with its "
        "config.json, or name that folder as the checkpoint"
    )
