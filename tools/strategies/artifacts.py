"""Folds of the network as sealed files: trained where they are not there yet, exported with their averaged weights."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools.strategies.photographs import FOLDS, labelled
from tools.strategies.train import accuracy, averaged, train

BUILD = Path("build/strategies")


def checkpoints() -> list[Path]:
    """A fold that stands is not trained again."""
    BUILD.mkdir(parents=True, exist_ok=True)
    paths = [BUILD / f"fold_{fold}.pt" for fold in range(FOLDS)]
    for fold, path in enumerate(paths):
        if not path.exists():
            train(fold, path)
    return paths


def held_out_accuracy(paths: list[Path]) -> list[float]:
    """Of each fold, on the images that it never saw."""
    return [accuracy(averaged(path), labelled(fold, held_out=True)) for fold, path in enumerate(paths)]


def exported(paths: list[Path]) -> list[Path]:
    """Each one proven on the photographs that its fold left out; one that is newer than its checkpoint stands."""
    files = [path.with_suffix(".onnx") for path in paths]
    for fold, (checkpoint, file) in enumerate(zip(paths, files, strict=True)):
        if not file.exists() or file.stat().st_mtime < checkpoint.stat().st_mtime:
            _export(fold, checkpoint, file)
    return files


def _export(fold: int, checkpoint: Path, file: Path) -> None:
    photographs = BUILD / f"left_out_{fold}"
    shutil.rmtree(photographs, ignore_errors=True)
    for source, _ in labelled(fold, held_out=True):
        (photographs / source.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, photographs / source.parent.name)
    command = [
        Path(sys.executable).with_name("truecopy"), "export", checkpoint,
        "--arch", "python:tools.strategies.network:PhotoNet",
        "--recipe", "python:tools.strategies.network:validation",
        "--proof", photographs, "-o", file, "--overwrite",
    ]  # fmt: skip
    subprocess.run(command, check=True)
