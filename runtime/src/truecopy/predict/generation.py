"""Text token by token: the best next one is put behind, and the graph is asked again."""

from __future__ import annotations

import dataclasses

import numpy as np

from truecopy.contract import Autoregressive, TokensInput
from truecopy.contract import Sequence as SequenceTask
from truecopy.engine import Session
from truecopy.errors import OutputError
from truecopy.intake import Item

from .heads import activated, decide
from .member import Member
from .results import Sequence


def generate(member: Member, session: Session, item: Item) -> Sequence:
    """Greedy: the loop of minGPT's `generate` (mingpt/model.py, `do_sample=False`), one pass of the graph a token.

    The result holds the new tokens only, one row of probabilities for each pass. Where the ids no longer fit into the
    graph, `truncation: left` lets the oldest go, but never the prefix; otherwise the text ends there, with a warning.

    Raises:
        OutputError: NaN or infinity, or no row for the last id.
    """
    task = member.contract.task
    assert isinstance(task, SequenceTask)  # noqa: S101 - told apart by `answer`
    assert isinstance(task.decoding, Autoregressive)  # noqa: S101
    intake = member.tokens
    ids = intake.ids(item)
    rows: list[np.ndarray] = []
    ended: tuple[str, ...] = ()
    while True:
        rows.append(_next(member, session, item, task, task.decoding))
        token = int(rows[-1].argmax())
        if token == task.decoding.stop or len(rows) == task.decoding.max_new:
            break
        grown = _fitting(intake.spec, (*ids, token))
        if grown is None:
            ended = (f"the text ends where the graph takes no more: {intake.spec.max_length} ids",)
            break
        ids = grown
        feeds, steps = intake.feeds(ids)
        item = dataclasses.replace(item, feeds=feeds, steps=steps)
    result = decide(task, np.stack(rows), item.source, (*item.warnings, *ended), passes=len(rows))
    assert isinstance(result, Sequence)  # noqa: S101 - the task's own result
    return result


def _next(
    member: Member, session: Session, item: Item, task: SequenceTask, decoding: Autoregressive
) -> np.ndarray:
    """Probabilities (tokens,) of what stands behind the item's ids."""
    answer = member.rows(session, item.feeds)[0]
    row = answer[_place(member, item, len(answer), decoding)]
    probabilities: np.ndarray = activated(task, row[np.newaxis])[0]
    return probabilities


def _place(member: Member, item: Item, steps: int, decoding: Autoregressive) -> int:
    """Which row of the answer stands at the last id that is no padding.

    A graph that answers for the last of its steps only (nanoGPT) does so for an id that is fed there.
    """
    if decoding.reads == "one_row":
        return 0
    fed = item.feeds[member.tokens.ids_name].shape[1]
    assert item.steps is not None  # noqa: S101 - items of tokens have steps
    last = item.steps[1]
    if steps == fed:
        return last - 1
    if steps == 1 and last == fed:
        return 0
    raise OutputError(
        f"the answer {member.contract.graph.answer!r} has no row for the last id",
        expected=f"{fed} steps, one for each id" + (" and for the padding" if last < fed else ""),
        got=f"{steps}",
    )


def _fitting(spec: TokensInput, ids: tuple[int, ...]) -> tuple[int, ...] | None:
    """The ids that the graph is asked with next; None where they do not fit and none may go."""
    if spec.max_length is None or len(ids) <= spec.max_length:
        return ids
    if spec.truncation != "left":
        return None
    kept = len(spec.prefix)
    return (*ids[:kept], *ids[len(ids) - spec.max_length + kept :])
