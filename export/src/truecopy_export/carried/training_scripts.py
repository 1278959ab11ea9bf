"""Which network and which recipe the arguments of a well-known training script stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy_export.checkpoints.unwrap import state_dict_in

from .heads import outputs_of

# What timm's train.py hands to create_model, and to which of its names, as far as it changes answers.
# Source: pytorch-image-models train.py (create_model) and its parser.
_TIMM = {"num_classes": "num_classes", "in_chans": "in_chans", "gp": "global_pool", "bn_eps": "bn_eps"}


def timm_script(
    content: Mapping[str, Any], arguments: Mapping[str, Any]
) -> tuple[str | None, dict[str, object], str | None] | None:
    """(architecture, its arguments, hub) of a file that timm's CheckpointSaver wrote; None for another script's.

    hub: the script's own name, where that would ask a hub; then the architecture is None.
    Source: timm `utils/checkpoint_saver.py` _save: epoch, arch, state_dict, optimizer, version, args.
    """
    if not ({"arch", "version", "state_dict"} <= content.keys() and "crop_pct" in arguments):
        return None
    name = arguments.get("model")
    if not isinstance(name, str) or not name:
        return None, {}, None
    if ":" in name or "/" in name:
        return None, {}, name
    kept = {ours: arguments[theirs] for theirs, ours in _TIMM.items() if arguments.get(theirs) is not None}
    more = arguments.get("model_kwargs")
    return f"timm:{name}", {**kept, **(more if isinstance(more, Mapping) else {})}, None


def torchvision_script(
    content: Mapping[str, Any], arguments: Mapping[str, Any]
) -> tuple[str, dict[str, object]] | None:
    """(architecture, its arguments) of a file of torchvision's reference script; None for another script's.

    How many classes it was trained for only the data knew: the head says it, and loading holds every size against it.
    Source: pytorch/vision references/classification/train.py.
    """
    if not {"val_resize_size", "val_crop_size", "model"} <= arguments.keys():
        return None
    name = arguments["model"]
    if not isinstance(name, str) or not name.isidentifier():
        return None
    outputs = outputs_of(state_dict_in(content) or {})
    return f"torchvision:{name}", {} if outputs is None else {"num_classes": outputs}
