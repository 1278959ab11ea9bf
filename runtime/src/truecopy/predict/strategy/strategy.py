"""`truecopy.Strategy`: what one asks for beyond one look of one model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from truecopy.contract.view_names import IDENTITY, expand
from truecopy.errors import StrategyError

from .adaptive import Adaptive
from .real import real

ViewMerge: TypeAlias = Literal["mean", "max", "voting"]
MemberMerge: TypeAlias = Literal["soft_voting", "hard_voting", "weighted"]
# Bounded, so that no sum of weights is infinite and no share is zero.
LEAST, MOST = 1e-9, 1e9
VIEW_MERGES: tuple[ViewMerge, ...] = ("mean", "max", "voting")
MEMBER_MERGES: tuple[MemberMerge, ...] = ("soft_voting", "hard_voting", "weighted")


@dataclass(frozen=True, init=False)
class Strategy:
    """How several looks at one item become one answer.

    views: names of views as they are looked at: `identity` first, a bare `brightness` or `contrast` as its two views.
    view_merge: `mean`, `max` or `voting` over the views of one member. member_merge: `soft_voting` (mean), `hard_voting`
    or `weighted` over members: a soft vote with weights. weights: one a member, normalised to a sum of 1.
    adaptive: when enough have looked, or None: all look.

    All in the space of probabilities; of a regression in that of its numbers, with their units.
    """

    views: tuple[str, ...]
    view_merge: ViewMerge
    member_merge: MemberMerge
    weights: tuple[float, ...] | None
    adaptive: Adaptive | None

    def __init__(
        self,
        views: Sequence[str] = (IDENTITY,),
        view_merge: ViewMerge = "mean",
        member_merge: MemberMerge = "soft_voting",
        weights: Sequence[float] | None = None,
        adaptive: Adaptive | Mapping[str, float] | None = None,
    ) -> None:
        """Raises:
        StrategyError: an unknown word, or weights that are none.
        """
        if isinstance(views, str):
            raise StrategyError("`views` are names", got=repr(views), fix=f"Write views=[{views!r}]")
        if not isinstance(views, Sequence):
            raise StrategyError(
                "`views` is a list of names", expected="such as ['horizontal_flip']", got=repr(views)
            )
        _check_word("view_merge", view_merge, VIEW_MERGES)
        _check_word("member_merge", member_merge, MEMBER_MERGES)
        # A soft vote with weights has a name of its own.
        merge = "weighted" if member_merge == "soft_voting" and weights is not None else member_merge
        # Frozen: fields are set once, here, after they were brought into their one form.
        for field, value in (
            ("views", expand(views)),
            ("view_merge", view_merge),
            ("member_merge", merge),
            ("weights", _normalised(weights, merge)),
            ("adaptive", Adaptive.of(adaptive)),
        ):
            object.__setattr__(self, field, value)

    def __repr__(self) -> str:
        parts = [f"views={list(self.views)}", f"view_merge={self.view_merge!r}"]
        parts.append(f"member_merge={self.member_merge!r}")
        if self.weights is not None:
            parts.append(f"weights={list(self.weights)}")
        if self.adaptive is not None:
            parts.append(f"adaptive={self.adaptive.to_dict()}")
        return f"Strategy({', '.join(parts)})"


def _check_word(field: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise StrategyError(f"`{field}` has no {word!r}", expected=f"one of {', '.join(known)}")


def _normalised(weights: Sequence[float] | None, merge: str) -> tuple[float, ...] | None:
    if weights is None:
        if merge == "weighted":
            raise StrategyError(
                "`weighted` needs weights", expected="one number a member", fix="Give weights=[0.6, 0.4]"
            )
        return None
    if merge != "weighted":
        raise StrategyError(f"weights go with `weighted`, not with {merge!r}", fix="Leave one of the two out")
    try:
        floats = tuple(real(weight) for weight in weights)
    except TypeError:  # a number alone
        floats = ()
    if not floats or not all(LEAST <= number <= MOST for number in floats):
        raise StrategyError(
            f"weights are numbers from {LEAST:g} to {MOST:g}, one a member",
            got=repr(weights)[:80],
            fix="Give such as [0.6, 0.4]; a member that counts for nothing is left out",
        )
    total = math.fsum(floats)
    # Shares stay as they are: divided once more they would be others in the last bit, and what is written another strategy.
    return floats if math.isclose(total, 1, rel_tol=1e-12) else tuple(number / total for number in floats)


def check_strategy(given: object) -> None:
    """Raises:
    StrategyError: this is none, such as its name in a settings file.
    """
    if not isinstance(given, Strategy):
        raise StrategyError(
            "a strategy is a truecopy.Strategy",
            got=repr(given)[:80],
            fix="Write truecopy.Strategy(views=['horizontal_flip']); settings in words are for YAML: truecopy.load_config",
        )
