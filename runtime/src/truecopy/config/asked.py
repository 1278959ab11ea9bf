"""What a call says: the command line's flags, or the arguments of a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """None: not said, so that the file, the artifact or the default decides.

    models: artifacts or checkpoints, in the order of the members. config: a YAML file with `inference:`.
    strategy: one of `STRATEGY_NAMES`. views, view_merge, member_merge, weights, adaptive: as `truecopy.Strategy` takes
    them. use_ema: whether the artifact must hold averaged weights. precision: what the artifact must be.
    """

    models: tuple[str, ...] = ()
    config: str | None = None
    strategy: str | None = None
    views: tuple[str, ...] | None = None
    view_merge: str | None = None
    member_merge: str | None = None
    weights: tuple[float, ...] | None = None
    adaptive: Mapping[str, float] | None = None
    use_ema: bool | None = None
    precision: str | None = None
    device: str | None = None
    threads: int | None = None
