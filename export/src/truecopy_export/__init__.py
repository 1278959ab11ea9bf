"""Truecopy's exporter: from a checkpoint, a live module or an ONNX file to an artifact.

    truecopy_export.export(model, "best.onnx", recipe=val_transform, labels=classes, proof="photos/")
    truecopy_export.attach("theirs.onnx", "out.onnx", recipe="steps.yaml", labels="labels.txt", proof="photos/")

Names are imported when they are first used: `attach` and `reseal` never load torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truecopy.artifact import reseal

    from .api import attach, export
    from .first_contract import contract_for
    from .recipes.keras.pipeline import KerasPipeline
    from .recipes.tokens.text_recipe import TextRecipe
    from .report import Report

__version__ = "0.5.0"

_HOME = {
    "KerasPipeline": "truecopy_export.recipes.keras.pipeline",
    "Report": "truecopy_export.report",
    "TextRecipe": "truecopy_export.recipes.tokens.text_recipe",
    "attach": "truecopy_export.api",
    "contract_for": "truecopy_export.first_contract",
    "export": "truecopy_export.api",
    "reseal": "truecopy.artifact",
}

__all__ = ["KerasPipeline", "Report", "TextRecipe", "attach", "contract_for", "export", "reseal"]


def __getattr__(name: str) -> Any:
    import importlib

    if name not in _HOME:
        raise AttributeError(f"module 'truecopy_export' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
