"""From items to results: the graph, the head, and generation where the task asks for it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from truecopy.contract import Contract
from truecopy.contract import Sequence as SequenceTask
from truecopy.engine import Session
from truecopy.intake import Item

from .generation import generate
from .heads import activated, decide
from .lineup import Lineup, Round
from .member import Member
from .results import Look, Result
from .sight import Sight


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """What a pass said about an item: its row, aligned, and other outputs that were asked for."""

    row: np.ndarray
    outputs: Mapping[str, np.ndarray]


def answer(
    lineup: Lineup, sessions: Sequence[Session], sights: Sequence[Sight], outputs: tuple[str, ...] = ()
) -> list[Result]:
    """One result a sight. sessions: one a member. outputs: names of other outputs of the graph, of one pass.

    Items whose looks have settled are done; the others go on together.

    Raises:
        InputError: a member's steps do not take an item.
        OutputError: a graph failed, or answered with NaN or infinity, or with what is no probability.
        Unsupported: `outputs` of many passes.
    """
    lineup.check_outputs(outputs)
    if lineup.generates:
        return [generate(lineup.members[0], sessions[0], sight.item(0, 0)) for sight in sights]
    said: list[list[Said]] = [[] for _ in sights]
    going = list(range(len(sights)))
    for one in lineup.rounds:
        new = _run(lineup, sessions, [sights[place] for place in going], one, outputs)
        for place, more in zip(going, new, strict=True):
            said[place] += more
        if one is not lineup.rounds[-1]:
            going = [place for place in going if not lineup.settled([look.row for look in said[place]])]
            if not going:
                break
    return [_result(lineup, sight, looks, outputs) for sight, looks in zip(sights, said, strict=True)]


def _run(
    lineup: Lineup, sessions: Sequence[Session], sights: Sequence[Sight], one: Round, outputs: tuple[str, ...]
) -> list[list[Said]]:
    """For each sight what each pass of the round says, in their order."""
    if all(session.running.device == "cpu" for session in sessions):
        return [_one_by_one(lineup, sessions, sight, one, outputs) for sight in sights]
    return _in_batches(lineup, sessions, sights, one, outputs)


def _one_by_one(
    lineup: Lineup, sessions: Sequence[Session], sight: Sight, one: Round, outputs: tuple[str, ...]
) -> list[Said]:
    """Runs of one look: on a CPU that is no slower than a batch, needs less memory, and no item depends on another."""
    made = []
    for each in one.passes:
        item = sight.item(each.member, each.view)
        (said,) = _said(lineup.members[each.member], sessions[each.member], [item], outputs)
        made.append(_aligned(said, each.order))
        if each.member == len(lineup.members) - 1:
            sight.forget(each.view)
    return made


def _in_batches(
    lineup: Lineup, sessions: Sequence[Session], sights: Sequence[Sight], one: Round, outputs: tuple[str, ...]
) -> list[list[Said]]:
    """A member is asked for all looks of the round at once, in batches of one shape."""
    made: dict[tuple[int, int], Said] = {}
    for member, places in one.by_member:
        asked = [(index, place) for place in places for index in range(len(sights))]
        items = [sights[index].item(member, one.passes[place].view) for index, place in asked]
        runs = (list(run) for _, run in itertools.groupby(items, key=_shapes))
        told = [
            said for run in runs for said in _said(lineup.members[member], sessions[member], run, outputs)
        ]
        made.update(zip(asked, told, strict=True))
    return [
        [_aligned(made[index, place], each.order) for place, each in enumerate(one.passes)]
        for index in range(len(sights))
    ]


def _aligned(said: Said, order: np.ndarray | None) -> Said:
    return said if order is None else Said(said.row[..., order], said.outputs)


def _said(member: Member, session: Session, items: Sequence[Item], outputs: tuple[str, ...]) -> list[Said]:
    rows, others = member.run(session, together(items), outputs)
    task = member.contract.task
    return [
        Said(
            activated(task, own_steps(rows[index], item, member.contract)),
            _own(others, index) if others else {},
        )
        for index, item in enumerate(items)
    ]


def _result(lineup: Lineup, sight: Sight, said: Sequence[Said], outputs: tuple[str, ...]) -> Result:
    rows = [one.row for one in said]
    result = decide(lineup.task, lineup.merged(rows), sight.source, sight.warnings, passes=len(said))
    if outputs:
        result = dataclasses.replace(result, outputs=said[0].outputs)
    if len(lineup.passes) == 1:
        return result
    return dataclasses.replace(result, looks=tuple(_looks(lineup, rows)))


def _looks(lineup: Lineup, rows: Sequence[np.ndarray]) -> list[Look]:
    for row in rows:
        row.setflags(write=False)
    views = lineup.strategy.views
    return [Look(one.member, views[one.view], row) for one, row in zip(lineup.passes, rows, strict=False)]


def together(items: Sequence[Item]) -> Mapping[str, np.ndarray]:
    """The feeds of all items as one batch."""
    if len(items) == 1:
        return items[0].feeds
    return {name: np.concatenate([item.feeds[name] for item in items]) for name in items[0].feeds}


def own_steps(row: np.ndarray, item: Item, contract: Contract) -> np.ndarray:
    """The answer's row; of (steps, tokens) those that are no padding, where the contract has a step for each id.

    It has where the axis of the steps is the one of the ids: the same name, or the same number.
    """
    task = contract.task
    if item.steps is None or not isinstance(task, SequenceTask) or "T" not in task.layout:
        return row
    axis = contract.graph.answer_output.shape[task.layout.index("T")]
    return row[slice(*item.steps)] if axis == contract.graph.main_input.shape[1] else row


def _shapes(item: Item) -> tuple[tuple[int, ...], ...]:
    return tuple(array.shape for array in item.feeds.values())


def _own(others: Mapping[str, np.ndarray], index: int) -> Mapping[str, np.ndarray]:
    own = {}
    for name, array in others.items():
        own[name] = np.array(array[index])  # one number an item is an array without axes
        own[name].setflags(write=False)
    return own
