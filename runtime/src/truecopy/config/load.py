"""From settings to a model."""

from __future__ import annotations

import os
import warnings

from truecopy.contract.explain import shown
from truecopy.errors import StrategyError
from truecopy.limits import Limits
from truecopy.predict import Model, load

from .asked import Asked
from .settle import Settled, settle


def load_config(path: str | os.PathLike[str]) -> Model:
    """The model that the `inference:` section of a YAML file describes; its paths are relative to the file's folder.

    A `UserWarning` says what of the file its strategy does not use.

    Raises:
        StrategyError: no file, it cannot be read, an unknown key (the nearest is named), or settings that do not go together.
        CheckpointError, ArtifactError, ContractError: a model is refused.
        DeviceError: the device asked for does not run the graph.
    """
    settled = settle(Asked(config=_name(path)))
    for told in settled.notes:
        warnings.warn(told, UserWarning, stacklevel=2)
    return open_settled(settled)


def open_settled(settled: Settled, limits: Limits | None = None) -> Model:
    """The model that was settled.

    Raises:
        ArtifactError, ContractError, StrategyError, DeviceError: as `truecopy.load`.
    """
    return load(
        settled.members,
        device=settled.device,
        strategy=settled.strategy,
        threads=settled.threads,
        limits=limits,
    )


def _name(path: str | os.PathLike[str]) -> str:
    """Raises:
    StrategyError: this is no path.
    """
    name = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(name, str):
        raise StrategyError(
            "settings are a YAML file, named by its path",
            got=shown(path),
            fix="Write the section `inference:` into a file; without one: truecopy.load(paths, strategy=truecopy.Strategy(...))",
        )
    return name
