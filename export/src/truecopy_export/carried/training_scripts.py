"""Which network and which recipe the arguments of a well-known training script stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What timm's train.py hands to create_model, and to which of its names, as far as it changes answers.
# Source: pytorch-image-models train.py (create_model) and its parser.
_TIMM = {"num_classes": "num_classes", "in_chans": "in_chans", "gp": "global_pool", "bn_eps": "bn_eps"}


def timm_script(
    content: Mapping[str, Any], arguments: Mapping[str, Any]
) -> tuple[str | None, dict[str, object]] | None:
    """(architecture, its arguments) of a file that timm's CheckpointSaver wrote; None for another script's.

    The architecture is None where the script's name for it would ask a hub.
    Source: timm `utils/checkpoint_saver.py` _save: epoch, arch, state_dict, optimizer, version, args.
    """
    if not ({"arch", "version", "state_dict"} <= content.keys() and "crop_pct" in arguments):
        return None
    name = arguments.get("model")
    if not isinstance(name, str) or not name or ":" in name or "/" in name:
        return None, {}
    kept = {ours: arguments[theirs] for theirs, ours in _TIMM.items() if arguments.get(theirs) is not None}
    more = arguments.get("model_kwargs")
    return f"timm:{name}", {**kept, **(more if isinstance(more, Mapping) else {})}


def torchvision_script(arguments: Mapping[str, Any]) -> str | None:
    """The architecture of a file of torchvision's reference script; None for another script's.

    How many classes it was trained for only the data knew, so the head's size must be said.
    Source: pytorch/vision references/classification/train.py.
    """
    if not {"val_resize_size", "val_crop_size", "model"} <= arguments.keys():
        return None
    name = arguments["model"]
    return f"torchvision:{name}" if isinstance(name, str) and name.isidentifier() else None
