"""timm:NAME"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from truecopy.errors import CheckpointError
from truecopy_export.recipes.library import import_library

from .bounded import bounded
from .calling import call, unknown_name

if TYPE_CHECKING:
    import torch


def build_timm(name: str, arguments: Mapping[str, object]) -> torch.nn.Module:
    """`timm.create_model(name, pretrained=False, **arguments)`; names with a `/` would ask a hub and are refused.

    It is built without memory first (torch's meta device): a file may ask for more than any network has.

    Raises:
        CheckpointError: no such name, arguments that timm refuses or that load weights, or too large.
    """
    import torch

    timm = import_library("timm", CheckpointError)
    spec = f"timm:{name}"
    if "/" in name or ":" in name or not timm.is_model(name):
        raise unknown_name(spec, name, timm.list_models())
    _no_weights(spec, arguments)

    def create(**rest: object) -> object:
        return timm.create_model(name, pretrained=False, **rest)

    with bounded(spec), torch.device("meta"):
        call(create, spec, arguments)
    return call(create, spec, arguments)


def _no_weights(spec: str, arguments: Mapping[str, object]) -> None:
    for key in ("pretrained", "checkpoint_path", "pretrained_cfg", "pretrained_cfg_overlay"):
        if key in arguments:
            raise CheckpointError(
                f"{key} of {spec} loads weights; the weights come from the checkpoint",
                fix=f"Leave --arch-arg {key} out",
            )
