"""Import an optional library where it is needed, or say what to type."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TypeAlias

from truecopy.errors import CheckpointError, RecipeError

Refusal: TypeAlias = type[RecipeError] | type[CheckpointError]


def import_library(name: str, refusal: Refusal) -> ModuleType:
    """The library `name`, which is also the name of the extra that installs it.

    Raises:
        refusal: it is not installed, or does not fit the installed torch.
    """
    package = name.partition(".")[0]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in {package, "torch", "torchvision"}:
            raise
        raise refusal(
            f"{missing} is not installed", fix=f'Type: pip install "truecopy-export[{package}]"'
        ) from error
    except RuntimeError as error:
        # A torchvision wheel for another torch: pytorch/vision #9085.
        if "torchvision::nms" not in str(error):
            raise
        raise refusal(
            "torchvision cannot be imported: its wheel was built for another torch",
            got=str(error),
            fix="Install torch and torchvision from the same index, for example: "
            "pip install --force-reinstall torch torchvision --index-url https://download.pytorch.org/whl/cpu",
        ) from error
