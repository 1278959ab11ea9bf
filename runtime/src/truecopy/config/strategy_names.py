"""The field's names of strategies, and which of them a call and a file together mean."""

from __future__ import annotations

import difflib
from typing import Literal, TypeAlias, get_args

from truecopy.errors import StrategyError

from .asked import Asked
from .setting import Setting, Source

StrategyName: TypeAlias = Literal[
    "standard", "mixed_precision", "accelerate", "tta", "ensemble", "tta_ensemble"
]
STRATEGY_NAMES: tuple[StrategyName, ...] = get_args(StrategyName)
ALL_GPUS = "cuda:all"
WITH_VIEWS = frozenset({"tta", "tta_ensemble"})
WITH_MEMBERS = frozenset({"ensemble", "tta_ensemble"})
_OF = {
    (False, False): "standard",
    (True, False): "tta",
    (False, True): "ensemble",
    (True, True): "tta_ensemble",
}


def name_of(*, views: bool, members: bool) -> str:
    """The strategy that looks at several views, and asks several members."""
    return _OF[views, members]


def strategy_name(asked: Asked, file: tuple[Source, str] | None) -> Setting:
    """What is run: as it is named by the call, else as the call's views and models and the file's strategy say together.

    file: its strategy, and whether it is stated or inferred.

    A call that names one model of a file's ensemble runs that one; one that names views adds them to the file's ensemble;
    one that names a device takes it in place of the file's `accelerate`.

    Raises:
        StrategyError: no such strategy, or a call that contradicts itself.
    """
    if asked.strategy is not None:
        if asked.strategy not in STRATEGY_NAMES:
            near = difflib.get_close_matches(asked.strategy.lower(), STRATEGY_NAMES, n=1, cutoff=0.0)
            raise StrategyError(
                f"there is no strategy {asked.strategy!r}",
                expected=f"one of {', '.join(STRATEGY_NAMES)}",
                fix=f"Nearest: {near[0]}",
            )
        setting = Setting("strategy", asked.strategy, "argument", () if file is None else (file,))
    else:
        setting = _implied(asked, file)
    _check_call(asked, setting.value)
    return setting


def _implied(asked: Asked, file: tuple[Source, str] | None) -> Setting:
    source, stated = file or ("default", "standard")
    # `accelerate` says where, and so does a device: what is typed comes first.
    elsewhere = stated == "accelerate" and asked.device not in (None, ALL_GPUS)
    views = asked.views is not None or stated in WITH_VIEWS
    members = len(asked.models) > 1 if asked.models else stated in WITH_MEMBERS
    name = name_of(views=views, members=members)
    if stated in {"mixed_precision", "accelerate"} and not elsewhere:
        if name != "standard":
            raise StrategyError(
                f"the file's strategy {stated!r} is one look of one model, and the call asks for more",
                got="--tta" if asked.views is not None else f"{len(asked.models)} models",
                fix=f"Leave it out, or say that {name!r} takes its place: --strategy {name}",
            )
        name = stated
    if name == stated:
        return Setting("strategy", name, source)
    return Setting("strategy", name, "argument", () if file is None else (file,))


def _check_call(asked: Asked, name: str) -> None:
    """What is typed is never ignored; what stands in a file may wait there for another strategy."""
    if name not in WITH_MEMBERS and len(asked.models) > 1:
        raise StrategyError(
            f"the strategy {name!r} runs one model",
            got=", ".join(asked.models),
            fix=f"Name one model, or take --strategy {'tta_ensemble' if name == 'tta' else 'ensemble'}",
        )
    if name in WITH_MEMBERS and len(asked.models) == 1:
        raise StrategyError(
            f"the strategy {name!r} runs several models",
            got=asked.models[0],
            fix=f"Name the others too, or take --strategy {'tta' if name == 'tta_ensemble' else 'standard'}",
        )
    several = "several models, or a file whose strategy is ensemble or tta_ensemble"
    for flag, given, fits, needs in (
        ("--tta", asked.views, name in WITH_VIEWS, "--strategy tta or tta_ensemble"),
        ("--tta-aggregation", asked.view_merge, name in WITH_VIEWS, "--tta VIEWS"),
        ("--ensemble-aggregation", asked.member_merge, name in WITH_MEMBERS, several),
        ("--weights", asked.weights, name in WITH_MEMBERS, several),
        ("--adaptive", asked.adaptive, name in WITH_VIEWS | WITH_MEMBERS, f"--tta VIEWS, or {several}"),
    ):
        if given is not None and not fits:
            raise StrategyError(
                f"{flag} means nothing to the strategy {name!r}",
                expected=needs,
                fix=f"Add it, or leave {flag} out",
            )
