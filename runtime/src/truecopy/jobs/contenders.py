"""Strategies by name, to be compared: what each takes of the views, the models and the early exit that are given."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from truecopy.errors import StrategyError
from truecopy.predict.strategy import Strategy

STANDARD, TTA, ENSEMBLE, TTA_ENSEMBLE, ADAPTIVE = NAMES = (
    "standard",
    "tta",
    "ensemble",
    "tta_ensemble",
    "adaptive",
)


@dataclass(frozen=True, slots=True)
class Contender:
    """members: places of the models that it asks, in the order of loading."""

    name: str
    strategy: Strategy
    members: tuple[int, ...]


def contender_of(given: Strategy, members: int) -> Contender:
    """The strategy as it is given, by the name that it has among the others."""
    tta, ensemble = len(given.views) > 1, members > 1
    name = {(False, False): STANDARD, (True, False): TTA, (False, True): ENSEMBLE, (True, True): TTA_ENSEMBLE}
    return Contender(
        ADAPTIVE if given.adaptive is not None else name[tta, ensemble], given, tuple(range(members))
    )


def contenders(names: Sequence[str], given: Strategy, members: int) -> tuple[Contender, ...]:
    """Each of `names` out of one strategy and its models.

    `standard`: the first model, one look. `tta`: the first model, all views. `ensemble`: all models, one look each.
    `tta_ensemble`: both. `adaptive`: all that is given, stopping early.

    Raises:
        StrategyError: an unknown name (the nearest is named), one twice, or one that takes what is not given.
    """
    if not names:
        raise StrategyError("there is nothing to compare", expected=f"some of {', '.join(NAMES)}")
    for place, name in enumerate(names):
        if name in names[:place]:
            raise StrategyError(f"{name!r} stands twice", fix="Name it once")
    return tuple(_contender(name, given, members) for name in names)


def _contender(name: str, given: Strategy, members: int) -> Contender:
    if not name:
        raise StrategyError(
            "an empty name of a strategy", expected=f"some of {', '.join(NAMES)}", fix="A comma too many?"
        )
    if name not in NAMES:
        (near,) = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.0)
        raise StrategyError(
            f"there is no strategy {name!r}", expected=f"one of {', '.join(NAMES)}", fix=f"Nearest: {near}"
        )
    all_members = tuple(range(members))
    if name in (TTA, TTA_ENSEMBLE) and len(given.views) == 1:
        raise StrategyError(
            f"`{name}` takes views, and none is given", fix="Add --tta horizontal_flip, or others"
        )
    if name in (ENSEMBLE, TTA_ENSEMBLE) and members == 1:
        raise StrategyError(
            f"`{name}` takes several models, and one is given", fix="Name the others after the first"
        )
    if name == ADAPTIVE and given.adaptive is None:
        raise StrategyError(
            "`adaptive` stops early, and nothing says when",
            fix="Add --adaptive confidence=0.95; `truecopy tune` finds a value",
        )
    match name:
        case "standard":
            return Contender(name, Strategy(), (0,))
        case "tta":
            return Contender(name, Strategy(given.views, given.view_merge), (0,))
        case "ensemble":
            merges = Strategy(member_merge=given.member_merge, weights=given.weights)
            return Contender(name, merges, all_members)
        case "tta_ensemble":
            full = Strategy(given.views, given.view_merge, given.member_merge, given.weights)
            return Contender(name, full, all_members)
        case _:
            return Contender(name, given, all_members)
