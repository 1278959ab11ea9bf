"""python:package.module:callable"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from truecopy.errors import CheckpointError
from truecopy_export.recipes.python_object import load_object

from .calling import call

if TYPE_CHECKING:
    import torch


def build_python(name: str, arguments: Mapping[str, object]) -> torch.nn.Module:
    """Call the user's own function or class with `arguments`."""
    builder = load_object(name, CheckpointError)
    if not callable(builder):
        raise CheckpointError(
            f"python:{name} is not callable",
            expected="a function or class that builds the model",
            got=type(builder).__name__,
        )
    return call(builder, f"python:{name}", arguments)
