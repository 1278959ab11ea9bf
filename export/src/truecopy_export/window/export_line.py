"""The command that turns this checkpoint into an artifact, as far as the file says what belongs into it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePath

from truecopy_export.carried import Carried

# What a person has to fill in stands in capitals.
ARCHITECTURE, RECIPE, LABELS, PROOF = "timm:NAME", "python:MODULE:TRANSFORM", "LABELS.txt", "PHOTOS/"
HUGGINGFACE = "hf:FOLDER"


def export_line(
    path: str,
    carried: Carried,
    *,
    whole: bool,
    architecture: str | None = None,
    arguments: Mapping[str, object] | None = None,
    ema: str | None = None,
) -> str:
    """whole: the network is in the file. architecture: the one that the weights are of, or its library's spelling, where
    that is certain and the file does not say so itself, and its `arguments`. ema: the field to say, where it must be said.
    """
    words = ["truecopy", "export", path]
    if not whole and (carried.architecture is None or architecture is not None):
        words += ["--arch", architecture or ARCHITECTURE]
        for key, value in (arguments or {}).items():
            words += ["--arch-arg", f"{key}={value}"]
    if carried.recipe is None:
        words += ["--recipe", RECIPE]
    if carried.labels is None and (carried.task or {}).get("kind") != "regression":
        words += ["--labels", LABELS]
    if ema is not None:
        words += ["--ema", ema]
    words += ["--proof", PROOF, "-o", f"{_stem(path)}.onnx"]
    return shlex.join(words)


def _stem(path: str) -> str:
    """`best` of best.pth.tar"""
    name = PurePath(path).name.removesuffix(".tar")
    return PurePath(name).stem or "model"
