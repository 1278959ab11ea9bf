"""From what was typed after --arch to a module with fresh weights. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from truecopy.errors import CheckpointError

from .built import Built, provenance_name
from .python import build_python
from .timm import build_timm
from .torchvision import build_torchvision

if TYPE_CHECKING:
    import torch

    Builder: TypeAlias = Callable[[str, Mapping[str, object]], torch.nn.Module]

SPELLINGS = "timm:NAME, torchvision:NAME or python:package.module:callable"
_BUILDERS: Mapping[str, Builder] = {
    "timm": build_timm,
    "torchvision": build_torchvision,
    "python": build_python,
}
_NOT_READ_YET = {
    "hf": "timm:NAME where timm has the model, else python:package.module:callable",
    "keras": "convert the model to ONNX, then truecopy attach",
}


def build(spec: str, arguments: Mapping[str, object]) -> Built:
    """The module that `spec` names, called with `arguments`.

    Raises:
        CheckpointError: an unknown spelling or name (the nearest are listed), or arguments that it refuses.
    """
    family, colon, name = spec.partition(":")
    if family in _NOT_READ_YET:
        raise CheckpointError(
            f"--arch {family} is not read yet; the nearest thing: {_NOT_READ_YET[family]}", got=repr(spec)
        )
    if family not in _BUILDERS or not (colon and name):
        meant = f", did you mean 'python:{spec}'?" if family not in _BUILDERS and colon and name else ""
        raise CheckpointError(f"the architecture is unknown{meant}", expected=SPELLINGS, got=repr(spec))
    return Built(_BUILDERS[family](name, arguments), provenance_name(spec, arguments))
