"""torchvision:NAME"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from truecopy.errors import CheckpointError
from truecopy_export.recipes.library import import_library

from .bounded import bounded
from .calling import call, unknown_name

if TYPE_CHECKING:
    import torch


def build_torchvision(name: str, arguments: Mapping[str, object]) -> torch.nn.Module:
    """`torchvision.models.get_model(name, weights=None, **arguments)`, counted while it is built.

    On the meta device it cannot be (RegNet reads its widths back): what is too large is refused before it is filled.

    Raises:
        CheckpointError: no such name, arguments that torchvision refuses or that load weights, or too large.
    """
    models = import_library("torchvision.models", CheckpointError)
    spec = f"torchvision:{name}"
    # Only the classifiers: builders of detectors fetch a backbone's weights by default.
    known = models.list_models(module=models)
    if name not in known:
        raise unknown_name(spec, name, known)
    for key in ("weights", "weights_backbone", "pretrained"):
        if key in arguments:
            raise CheckpointError(
                f"{key} of {spec} loads weights; the weights come from the checkpoint",
                fix=f"Leave --arch-arg {key} out",
            )
    with bounded(spec):
        return call(lambda **rest: models.get_model(name, weights=None, **rest), spec, arguments)
