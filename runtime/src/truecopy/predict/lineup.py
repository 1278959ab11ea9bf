"""A strategy over members, checked: which passes there are, in which order, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from truecopy.contract import Autoregressive, Contract, Regression, TableInput, Task
from truecopy.contract import Sequence as SequenceTask
from truecopy.contract.kind import kind_of
from truecopy.errors import StrategyError, Unsupported
from truecopy.pixels.views import compile_views

from .alignment import order_in
from .member import Member
from .merging import merge, weighted
from .sight import Viewer
from .strategy import Strategy, certainty, check_decides


@dataclass(frozen=True, slots=True)
class Pass:
    """One look. order: for each label of the first member, its place in this pass's row; None: they stand so."""

    member: int
    view: int
    order: np.ndarray | None


@dataclass(frozen=True, slots=True)
class Round:
    """Passes that are run before anyone asks whether it is enough. by_member: (member, places in `passes`)."""

    passes: tuple[Pass, ...]
    by_member: tuple[tuple[int, tuple[int, ...]], ...]

    @classmethod
    def of(cls, passes: tuple[Pass, ...]) -> Round:
        members = sorted({one.member for one in passes})
        places = [tuple(at for at, one in enumerate(passes) if one.member == member) for member in members]
        return cls(passes, tuple(zip(members, places, strict=True)))

    @property
    def most_looks(self) -> int:
        """Of one member."""
        return max(len(places) for _, places in self.by_member)


@dataclass(frozen=True, slots=True)
class Lineup:
    """passes: view by view, each by all members: another member says more than another view of the same one."""

    task: Task
    strategy: Strategy
    viewer: Viewer
    passes: tuple[Pass, ...]
    rounds: tuple[Round, ...]

    @classmethod
    def of(cls, members: Sequence[Member], names: Sequence[str], strategy: Strategy) -> Lineup:
        """names: the members' files, for messages.

        Raises:
            StrategyError: views, merges or members that do not go together, or that the task or a contract forbids.
        """
        contracts = [member.contract for member in members]
        task = contracts[0].task
        _check_members(contracts, names)
        _check_counts(strategy, len(members))
        _check_merges(task, strategy)
        orders = [order_in(task, one.task, name) for one, name in zip(contracts, names, strict=True)]
        views = [compile_views(strategy.views, one.contract, one.limits) for one in members]
        passes = tuple(
            Pass(member, view, _order(orders[member], contracts[member], name))
            for view, name in enumerate(strategy.views)
            for member in range(len(members))
        )
        together = [passes] if strategy.adaptive is None else [(one,) for one in passes]
        return cls(task, strategy, Viewer.of(members, views), passes, tuple(map(Round.of, together)))

    @property
    def members(self) -> tuple[Member, ...]:
        return self.viewer.members

    @property
    def generates(self) -> bool:
        """Text token by token: one member, and as many passes as it takes."""
        return _generates(self.task)

    def check_outputs(self, names: tuple[str, ...]) -> None:
        """Raises:
        Unsupported: other outputs of the graph are asked for, and many passes make the answer.
        """
        if names and (self.generates or len(self.passes) > 1):
            raise Unsupported(
                "the answer takes many passes: no other output belongs to it",
                got=f"outputs={names!r}",
                fix="Ask one model, with one view",
            )

    def merged(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """What the first len(rows) passes come to.

        Raises:
            OutputError: sequences of different lengths.
        """
        if len(rows) == 1:
            return rows[0]
        count = min(len(rows), len(self.members))
        each = [
            merge(self.task, rows[member :: len(self.members)], self.strategy.view_merge)
            for member in range(count)
        ]
        if self.strategy.weights is not None:
            return weighted(each, self.strategy.weights[:count])
        return merge(self.task, each, "mean" if self.strategy.member_merge == "soft_voting" else "voting")

    def settled(self, rows: Sequence[np.ndarray]) -> bool:
        """Have enough looked at the item?"""
        adaptive = self.strategy.adaptive
        if adaptive is None or len(rows) == len(self.passes):
            return len(rows) == len(self.passes)
        return certainty(self.task, self.merged(rows), adaptive.by) >= adaptive.value


def _order(aligned: np.ndarray, contract: Contract, view: str) -> np.ndarray | None:
    """`relabel` says for each output of the view which label it stands for; `aligned` where the first's labels stand."""
    relabel = contract.views.relabel.get(view)
    order = aligned if relabel is None else np.argsort(relabel)[aligned]
    return None if np.array_equal(order, np.arange(len(order))) else order


def _generates(task: Task) -> bool:
    return isinstance(task, SequenceTask) and isinstance(task.decoding, Autoregressive)


def _check_members(contracts: Sequence[Contract], names: Sequence[str]) -> None:
    first = contracts[0]
    for contract, name in zip(contracts[1:], names[1:], strict=True):
        if kind_of(contract.input) != kind_of(first.input):
            raise StrategyError(
                "members take different inputs",
                expected=kind_of(first.input),
                got=kind_of(contract.input),
                where=name,
            )
        if isinstance(first.input, TableInput) and isinstance(contract.input, TableInput):
            ours, theirs = (one.input.columns for one in (first, contract))  # type: ignore[union-attr]
            if ours != theirs:
                raise StrategyError(
                    "members take tables of different columns",
                    expected=", ".join(column.name for column in ours),
                    got=", ".join(column.name for column in theirs),
                    where=name,
                    fix="Members of an ensemble read one row: the same columns, of the same types",
                )
    if len(contracts) > 1 and _generates(first.task):
        raise StrategyError(
            "texts that are generated token by token are not merged",
            got=f"{len(contracts)} members",
            fix="Load one model",
        )


def _check_counts(strategy: Strategy, members: int) -> None:
    if strategy.weights is not None and len(strategy.weights) != members:
        raise StrategyError(
            "weights and members differ in number",
            expected=f"{members}, one a member",
            got=f"{len(strategy.weights)}",
            fix="Give one weight for each model, in the order of the models",
        )
    if strategy.adaptive is not None and members * len(strategy.views) == 1:
        raise StrategyError(
            "one pass cannot stop early",
            got="`adaptive` with one member and one view",
            fix="Add views (--tta horizontal_flip) or members, or leave `adaptive` out",
        )


def _check_merges(task: Task, strategy: Strategy) -> None:
    """Numbers have a mean, and nothing else that is one.

    Raises:
        StrategyError: another merge of a regression, or early exit.
    """
    if not isinstance(task, Regression):
        return
    for field, option, merged, only in (
        ("view_merge", "--tta-aggregation", strategy.view_merge, ("mean",)),
        ("member_merge", "--ensemble-aggregation", strategy.member_merge, ("soft_voting", "weighted")),
    ):
        if merged not in only:
            raise StrategyError(
                f"numbers are averaged: {merged!r} is for classes",
                expected=" or ".join(only),
                where=f"`{field}`",
                fix=f"Take {only[0]} ({option} {only[0]}, {field}={only[0]!r})",
            )
    if strategy.adaptive is not None:
        check_decides(task)
