"""Truecopy: run a certified true copy of a trained model, without the library that trained it.

    model = truecopy.load("model.onnx")
    model("dog.jpg")
    model(frame, color="BGR")
    for result in model.stream(paths): ...
    model({"age": 41, "city": "Bern"})  # a row of a table
    truecopy.load(["fold_0.onnx", "fold_1.onnx"], strategy=truecopy.Strategy(views=["horizontal_flip"]))
    truecopy.load_config("inference.yaml")

Names are imported when they are first used: `import truecopy` alone loads no array library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from truecopy import errors
    from truecopy.artifact import Artifact, read
    from truecopy.config import load_config
    from truecopy.intake import Transform, preprocess
    from truecopy.limits import Limits
    from truecopy.predict import (
        Binary,
        Classification,
        Failure,
        Look,
        Model,
        Multilabel,
        Regression,
        Result,
        Score,
        Sequence,
        Strategy,
        Token,
        Value,
        load,
    )

__version__ = "0.5.0"

_HOME = {
    "Artifact": "truecopy.artifact",
    "Binary": "truecopy.predict",
    "Multilabel": "truecopy.predict",
    "Regression": "truecopy.predict",
    "Sequence": "truecopy.predict",
    "Token": "truecopy.predict",
    "Value": "truecopy.predict",
    "Classification": "truecopy.predict",
    "Failure": "truecopy.predict",
    "Limits": "truecopy.limits",
    "Look": "truecopy.predict",
    "Model": "truecopy.predict",
    "Result": "truecopy.predict",
    "Score": "truecopy.predict",
    "Strategy": "truecopy.predict",
    "Transform": "truecopy.intake",
    "load": "truecopy.predict",
    "load_config": "truecopy.config",
    "preprocess": "truecopy.intake",
    "read": "truecopy.artifact",
}

__all__ = [
    "Artifact",
    "Binary",
    "Classification",
    "Failure",
    "Limits",
    "Look",
    "Model",
    "Multilabel",
    "Regression",
    "Result",
    "Score",
    "Sequence",
    "Strategy",
    "Token",
    "Transform",
    "Value",
    "errors",
    "load",
    "load_config",
    "preprocess",
    "read",
]


def __getattr__(name: str) -> Any:
    import importlib

    if name == "errors":
        return importlib.import_module("truecopy.errors")
    if name not in _HOME:
        raise AttributeError(f"module 'truecopy' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
