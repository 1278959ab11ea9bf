"""Run the original and the copy over the same items and count what differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from truecopy.contract import Contract, ImageInput
from truecopy.contract.kind import kind_of
from truecopy.engine import Session
from truecopy.errors import InputError, OutputError, ProofError
from truecopy.intake import ImageIntake
from truecopy.intake.table import TableIntake
from truecopy.intake.tokens import TokensIntake
from truecopy.jobs.labelled import Truth
from truecopy.predict import Member
from truecopy.proof.tolerance import over

from .answers import (
    Answered,
    OutputsApart,
    count_decision,
    count_outputs,
    count_truth,
    larger,
    of_copy,
    of_original,
)
from .comparison import Comparison, noun_of
from .items import ProofItems
from .levels import canvas_apart, makes_levels
from .original import Original
from .parity import Apart, ItemParity
from .pictures import Pictures
from .rows import Rows
from .tensors import Fed, Side, differing_values, largest_difference, largest_ulps
from .texts import Texts
from .worst_case import WorstCase


def compare(
    original: Original,
    member: Member,
    session: Session,
    items: ProofItems,
    affected: Callable[[tuple[int, int]], bool],
    advance: Callable[[int, int], None],
) -> Comparison:
    """Every item through both pipelines.

    affected: does the installed Pillow's pass order matter at (height, width)?

    Raises:
        ProofError: most items cannot be read, the original fails on one or makes another shape than the copy.
    """
    task = kind_of(member.contract.task)
    result = Comparison(noun=noun_of(member.contract), task=task)
    side = _side(original, member)
    for index, (source, truth) in enumerate(zip(items.sources, items.truths, strict=True)):
        advance(index, len(items.sources))
        name = member.intake.name(source)
        try:
            fed = side.feed(source)
        except InputError as error:
            side.refused(source, error)
            result.unreadable.append(_with_name(error, name))
            continue
        result.images += 1
        result.with_original += fed.compared
        result.affected_by_passes += fed.size is not None and affected(fed.size)
        try:
            _count(result, original, (member, session), (name, source), fed, truth)
        except (InputError, OutputError) as error:  # InputError: generated text leaves what the graph takes
            raise ProofError.of(error, where=f"stage output, {name}") from error
    advance(len(items.sources), len(items.sources))
    _refuse_many_unreadable(result, len(items.sources))
    return result


def _side(original: Original, member: Member) -> Side:
    match member.intake:
        case ImageIntake() as intake:
            return Pictures(original, intake)
        case TableIntake() as intake:
            return Rows(original, intake)
        case TokensIntake() as intake:
            return Texts(original, intake)
    raise TypeError(type(member.intake))


def _with_name(error: InputError, name: str) -> str:
    return str(error) if name in str(error) else f"{name}: {error}"


def _count(
    result: Comparison,
    original: Original,
    copy: tuple[Member, Session],
    item: tuple[str, Any],
    fed: Fed,
    truth: Truth | None,
) -> None:
    """item: its name, and its source as the intake takes it."""
    name, source = item
    member, session = copy
    task = member.contract.task
    known = result.differing_values
    equal = _count_values(result, name, fed)
    differing = result.differing_values - known
    _count_stages(result, name, fed, member.contract, differing)
    answers: dict[str, Answered] = {
        "original": of_original(member, original.answer, fed.theirs),
        "truecopy": of_copy(member, session, fed.ours),
    }
    theirs, ours = answers["original"], answers["truecopy"]
    # The networks are compared on one tensor, whatever the tensors are.
    same = theirs if equal else of_original(member, original.answer, fed.ours)
    outputs = count_outputs(result, task, name, same.row, ours.row)
    otherwise = _count_decisions(result, name, theirs, ours)
    _count_answers(result, name, same.row, ours.row, outputs)
    own = np.ones_like(outputs.apart) if outputs.own is None else outputs.own
    found = ItemParity(
        name, source, differing, otherwise, outputs.apart, own, outputs.delta, theirs.result, ours.result
    )
    if result.parity.add(found, result.furthest.scale if outputs.own is None else None):
        result.worst_case = WorstCase(name, fed.theirs.feeds, fed.ours.feeds, same.row, ours.row)
    if fed.by_decoder is not None:
        answers["original"] = _by_its_decoder(result, original, member, fed, ours)
    if truth is not None:
        others = {who: of_original(member, answer, fed.theirs) for who, answer in original.others.items()}
        _count_truths(result, {**answers, **others}, truth)


def _count_values(result: Comparison, name: str, fed: Fed) -> bool:
    """Count what differs; are the two equal?"""
    ours, theirs = fed.ours.feeds, fed.theirs.feeds
    differing = differing_values(ours, theirs)
    if not differing:
        return True
    result.differing_values += differing
    result.differing_images += 1
    result.max_tensor_difference = max(result.max_tensor_difference, largest_difference(ours, theirs))
    if result.noun == "row":
        result.max_ulps = max(result.max_ulps, largest_ulps(ours, theirs))
    result.first_differing = result.first_differing or name
    return False


def _count_stages(result: Comparison, name: str, fed: Fed, contract: Contract, differing: int) -> None:
    """What is before the graph, stage by stage. differing: tensor values."""
    ours, theirs = fed.ours.feeds, fed.theirs.feeds
    stages = result.parity.stages
    if fed.decoded is not None:
        stages["decode"].count(name, fed.decoded)
    if not fed.compared:
        return
    values = sum(array.size for array in ours.values())
    apart = largest_difference(ours, theirs) if differing else 0.0
    stages["tensor"].count(name, Apart(values, differing, apart))
    canvas = _canvas(fed, contract, values, differing)
    if canvas is not None:
        stages["canvas"].count(name, canvas)


def _canvas(fed: Fed, contract: Contract, values: int, differing: int) -> Apart | None:
    """Of a picture: equal tensors are of equal canvases. None where nothing tells."""
    if not isinstance(contract.input, ImageInput):
        return None
    if not differing:
        return Apart(values, 0, 0.0) if makes_levels(contract) else None
    (ours,), (theirs,) = fed.ours.feeds.values(), fed.theirs.feeds.values()
    return canvas_apart(ours[0], theirs[0], contract)


def _count_decisions(result: Comparison, name: str, theirs: Answered, ours: Answered) -> bool:
    """Count the decisions that differ; is it otherwise for this item?"""
    flips, crossed = result.flips, result.crossings
    count_decision(result, theirs, ours)
    if theirs.numbers is not None:
        result.magnitudes = larger(result.magnitudes, np.abs(theirs.numbers))
    if result.flips > flips:
        result.first_flip = result.first_flip or name
    if result.crossings > crossed:
        result.first_crossing = result.first_crossing or name
    otherwise = result.flips > flips or result.crossings > crossed
    result.parity.stages["result"].count(name, Apart(1, int(otherwise), float(otherwise)))
    return otherwise


def _count_answers(
    result: Comparison, name: str, original: np.ndarray, copy: np.ndarray, found: OutputsApart
) -> None:
    """Raw outputs as numbers: those that differ at all, and how far, relative to the item's scale."""
    scale = result.furthest.scale if found.own is None else found.own
    relative = float(over(found.apart, scale).max(initial=0))
    differing = int(np.count_nonzero(original != copy))
    result.parity.stages["output"].count(name, Apart(original.size, differing, relative))


def _by_its_decoder(
    result: Comparison, original: Original, member: Member, fed: Fed, ours: Answered
) -> Answered:
    """The original's answer to the file by its own decoder, and how far its tensor is from the copy's."""
    assert fed.by_decoder is not None  # noqa: S101 - asked before
    item = fed.by_decoder()
    apart = largest_difference(fed.ours.feeds, item.feeds)
    result.max_decoder_difference = max(result.max_decoder_difference, apart)
    theirs = of_original(member, original.answer, item)
    count_decision(result.by_decoder, theirs, ours)
    return theirs


def _count_truths(result: Comparison, answers: dict[str, Answered], truth: Any) -> None:
    result.labelled += 1
    for who, answered in answers.items():
        count_truth(result, who, answered.result, truth)


def _refuse_many_unreadable(result: Comparison, total: int) -> None:
    if 2 * len(result.unreadable) > total:
        raise ProofError(
            f"{len(result.unreadable)} of {total} proof {result.noun}s could not be read",
            expected="most of them",
            got=result.unreadable[0],
            fix="Take the damaged files out of the proof folder"
            if result.noun == "image"
            else "Is this the table or the text that the model was trained on?",
        )
