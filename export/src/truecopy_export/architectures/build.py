"""From what was typed after --arch to a module with fresh weights. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from truecopy.errors import CheckpointError

from .built import Built, provenance_name
from .huggingface import build_huggingface
from .python import build_python
from .timm import build_timm
from .torchvision import build_torchvision

if TYPE_CHECKING:
    import torch

    Builder: TypeAlias = Callable[[str, Mapping[str, object]], torch.nn.Module]

SPELLINGS = "timm:NAME, torchvision:NAME, hf:FOLDER or python:package.module:callable"
_BUILDERS: Mapping[str, Builder] = {
    "timm": build_timm,
    "torchvision": build_torchvision,
    "python": build_python,
}
_HUGGING_FACE = "hf"
_WHOLE = {"keras": "A .keras or .h5 file holds its network: leave --arch out"}


def build(spec: str, arguments: Mapping[str, object]) -> Built:
    """The module that `spec` names, called with `arguments`.

    Raises:
        CheckpointError: an unknown spelling or name (the nearest are listed), or arguments that it refuses.
    """
    family, colon, name = spec.partition(":")
    if family in _WHOLE:
        raise CheckpointError(f"--arch {family} names no network", got=repr(spec), fix=_WHOLE[family])
    if family == _HUGGING_FACE and name:
        return build_huggingface(name, arguments)
    if family not in _BUILDERS or not (colon and name):
        meant = f", did you mean 'python:{spec}'?" if family not in _BUILDERS and colon and name else ""
        raise CheckpointError(f"the architecture is unknown{meant}", expected=SPELLINGS, got=repr(spec))
    return Built(_BUILDERS[family](name, arguments), provenance_name(spec, arguments))
