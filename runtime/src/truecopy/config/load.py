"""From settings to a model."""

from __future__ import annotations

import os

from truecopy.limits import Limits
from truecopy.predict import Model, load

from .asked import Asked
from .settle import settle


def load_config(path: str | os.PathLike[str]) -> Model:
    """The model that the `inference:` section of a YAML file describes; its paths are relative to the file's folder.

    Raises:
        StrategyError: the file cannot be read, an unknown key (the nearest is named), or settings that do not go together.
        CheckpointError, ArtifactError, ContractError: a model is refused.
        DeviceError: the device asked for does not run the graph.
    """
    return open_model(Asked(config=os.fspath(path)))


def open_model(asked: Asked, limits: Limits | None = None) -> Model:
    """The model that a call asks for, with what its file says where the call says nothing.

    Raises:
        as `load_config`.
    """
    settled = settle(asked)
    return load(
        settled.members,
        device=settled.device,
        strategy=settled.strategy,
        threads=settled.threads,
        limits=limits,
    )
