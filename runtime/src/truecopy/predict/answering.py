"""From items to results: the graph, the head, and generation where the task asks for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from truecopy.contract import Autoregressive, Contract
from truecopy.contract import Sequence as SequenceTask
from truecopy.engine import Session
from truecopy.errors import Unsupported
from truecopy.intake import Item

from .generation import generate
from .heads import result_of
from .member import Member
from .results import Result


def answer(
    member: Member, session: Session, items: Sequence[Item], outputs: tuple[str, ...] = ()
) -> list[Result]:
    """One result an item. The items' feeds have one shape. outputs: names of other outputs of the graph.

    Raises:
        OutputError: the graph failed, or answered with NaN or infinity, or with what is no probability.
        Unsupported: `outputs` of a model that runs many times for one item.
    """
    task = member.contract.task
    if isinstance(task, SequenceTask) and isinstance(task.decoding, Autoregressive):
        if outputs:
            raise Unsupported("generated text takes many passes: no other output belongs to it")
        return [generate(member, session, item) for item in items]
    rows, others = member.run(session, together(items), outputs)
    made = []
    for index, item in enumerate(items):
        raw = own_steps(rows[index], item, member.contract)
        result = result_of(task, raw, item.source, item.warnings)
        made.append(dataclasses.replace(result, outputs=_own(others, index)) if outputs else result)
    return made


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


def _own(others: Mapping[str, np.ndarray], index: int) -> Mapping[str, np.ndarray]:
    own = {}
    for name, array in others.items():
        own[name] = np.array(array[index])  # one number an item is an array without axes
        own[name].setflags(write=False)
    return own
