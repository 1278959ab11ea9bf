"""`truecopy.load`: from files to something one calls."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from truecopy.artifact import CHECKPOINT_SUFFIXES, artifact_of
from truecopy.artifact.resolve import check_precision
from truecopy.engine import available_cores
from truecopy.errors import StrategyError, UnreadableArtifact
from truecopy.limits import DEFAULT_LIMITS, Limits

from .model import Model
from .opened import Opened, open_artifact
from .strategy import Strategy, check_strategy

Name: TypeAlias = str | os.PathLike[str]
Precision: TypeAlias = Literal["fp32", "fp16", "int8"]


def load(
    path_or_paths: Name | Sequence[Name],
    *,
    device: str = "auto",
    precision: Precision | None = None,
    strategy: Strategy | None = None,
    threads: int | None = None,
    limits: Limits | None = None,
) -> Model:
    """Open sealed artifacts: everything that can fail on files, strategy or device fails here.

    path_or_paths: one artifact, or the members of an ensemble. A checkpoint means the artifact that was made of it,
    beside it or in `artifacts/`. device: `auto` (CUDA where it really works, else CPU; `model.device` says which), `cpu`,
    `cuda`, `cuda:1`, `cuda:all`, `provider:NAME`. precision: what the artifacts must be. strategy: several views of an
    item, and how members are merged; by default one look of each member, averaged. threads: cores to use; by default
    those that affinity and cgroup quota leave. limits: what one input may cost.

    Raises:
        ArtifactError: a file is refused (unreadable, not sealed, changed, unsafe, another version).
        CheckpointError: no artifact was made of a checkpoint.
        ContractError: the document in a file is wrong.
        StrategyError: views, merges or members that do not go together, or that the task or a contract forbids.
        DeviceError: the device asked for does not run a graph.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    if strategy is not None:
        check_strategy(strategy)
    paths = [_artifact(path, precision) for path in _paths(path_or_paths)]
    openeds = open_artifacts(paths, limits or DEFAULT_LIMITS)
    for path, opened in zip(paths, openeds, strict=True):
        check_precision(opened.artifact.contract, precision, path)
    return Model.of(openeds, strategy or Strategy(), device, threads or available_cores())


def open_artifacts(paths: Sequence[Path], limits: Limits) -> list[Opened]:
    """The members, verified and compiled; no session is opened.

    Raises:
        ArtifactError, ContractError: a file is refused.
        StrategyError: one file stands twice.
    """
    openeds = [open_artifact(path, limits) for path in paths]
    _check_different(paths, openeds)
    return openeds


def _paths(path_or_paths: Name | Sequence[Name]) -> list[Path]:
    if isinstance(path_or_paths, str | os.PathLike):
        return [Path(path_or_paths)]
    # In an order: a set has none, and an open file is one model's bytes.
    several = isinstance(path_or_paths, Sequence | Iterator) and not hasattr(path_or_paths, "read")
    named: list[object] = list(path_or_paths) if several else [path_or_paths]
    paths = [Path(one) for one in named if isinstance(one, str | os.PathLike)]
    if len(paths) < len(named):
        raise UnreadableArtifact(
            "a model is named by its path, or several by a list of theirs", got=repr(path_or_paths)[:80]
        )
    if not paths:
        raise StrategyError("there is no member", expected="at least one artifact", got="an empty list")
    return paths


def _artifact(path: Path, precision: Precision | None) -> Path:
    return artifact_of(path, precision=precision) if path.suffix.lower() in CHECKPOINT_SUFFIXES else path


def _check_different(paths: Sequence[Path], openeds: Sequence[Opened]) -> None:
    """A file that stands twice would count twice."""
    first: dict[str, Path] = {}
    for path, opened in zip(paths, openeds, strict=True):
        digest = opened.artifact.digest or str(path)
        if digest in first:
            raise StrategyError(
                "one member stands twice, and would count twice",
                got=f"{first[digest]} and {path} are the same file",
                fix="Name it once; --weights gives a member more weight",
            )
        first[digest] = path
