"""Numbers and settings of a checkpoint that tell a person which file this is; the rest is state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Number
from typing import Any

import torch

from truecopy_export.checkpoints.checkpoint import as_mapping

# At the top level.
_TELLING = (
    "epoch", "epochs", "global_step", "step", "iter", "iteration", "metric", "best_metric", "best_score", "best_acc",
    "best_acc1", "best_prec1", "best_ap", "best_fitness", "val_acc", "val_loss", "acc", "accuracy", "loss", "arch", "version",
    "date", "seed", "pytorch-lightning_version", "mmengine_version", "mmcv_version", "experiment_name", "time",
)  # fmt: skip
# Drawers of settings, each of them shown.
_SETTINGS = ("hyper_parameters", "args", "meta", "train_args", "config", "cfg", "hparams")
_MOST = 40
_LONGEST = 120


def facts_in(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, words)"""
    for name in _TELLING:
        words = shown(content.get(name))
        if words is not None:
            yield name, words
    for drawer in _SETTINGS:
        settings = as_mapping(content.get(drawer)) or {}
        every = [(key, shown(value)) for key, value in settings.items() if isinstance(key, str)]
        told = [(key, words) for key, words in every if words is not None]
        for key, words in told[:_MOST]:
            yield f"{drawer}.{key}", words
        if len(told) > _MOST:
            yield drawer, f"and {len(told) - _MOST} more settings"


def shown(value: object) -> str | None:
    """A short text, number or short list of them; None for anything else, and for what was not given."""
    if isinstance(value, torch.Tensor) and value.layout == torch.strided and value.device.type == "cpu":
        value = value.item() if value.numel() == 1 and not value.is_quantized else None
    if (
        isinstance(value, list | tuple)
        and 0 < len(value) <= 8
        and all(isinstance(one, str | Number) for one in value)
    ):
        value = ", ".join(map(str, value))
    if isinstance(value, str | Number) and str(value):
        text = " ".join(str(value).split())
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return None
