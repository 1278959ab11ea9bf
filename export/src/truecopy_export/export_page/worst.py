"""The worst item: what both sides made of it and answered. A picture is shown, a row or a text is told."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from truecopy.contract import ImageInput, TableInput
from truecopy.predict import Classification, Result
from truecopy.proof import told
from truecopy.report import Block, Table, Text
from truecopy.report.numbers import count
from truecopy_export.proof.comparison import Comparison
from truecopy_export.proof.parity import ItemParity
from truecopy_export.proof.worst_case import WorstCase

from .account import Account
from .wording import short_name, tiny
from .worst_picture import worst_picture
from .worst_record import worst_ids, worst_row

_TOP = 3


def worst(account: Account) -> Iterator[Block]:
    """Of the item that differs most; where all are equal, of the one whose outputs are furthest apart."""
    found = account.comparison
    if found is None or not found.parity.worst or found.worst_case is None:
        return
    item, case = found.parity.worst[0], found.worst_case
    yield Text(_why(item, account))
    match account.contract.input:
        case ImageInput():
            yield worst_picture(item, case, account)
        case TableInput():
            yield from worst_row(item, case, account)
        case _:
            yield from worst_ids(item, case)
    if account.other_network:
        yield Table(f"What both answer to {item.name}", ["", "original", "Truecopy"], [*_answers(item, case)])
        yield from _more(account, found)


def _why(item: ItemParity, account: Account) -> str:
    if item.differing:
        return f"The worst of them is {item.name}: {count(item.differing)} tensor values differ."
    if item.otherwise:
        return f"The worst of them is {item.name}: its tensors are equal, and something else is decided."
    if not account.other_network:
        return f"As an example, {item.name}:"
    if item.relative(None if account.comparison is None else account.comparison.parity.scale) == 0:
        return f"All is equal, to the last bit of the outputs. As an example, {item.name}:"
    return f"All is equal but the last digits of the outputs; they are furthest apart on {item.name}."


def _answers(item: ItemParity, case: WorstCase) -> Iterator[tuple[str, str, str]]:
    yield "decision", told(item.theirs), told(item.ours)
    for place, (theirs, ours) in enumerate(zip(_ranked(item.theirs), _ranked(item.ours), strict=False), 1):
        yield f"number {place}", theirs, ours
    original, copy = case.original_output.reshape(-1), case.copy_output.reshape(-1)
    if len(original):
        place = int(np.argmax(np.abs(original.astype(np.float64) - copy)))
        yield f"output {place}, raw, on one tensor", f"{original[place]:.9g}", f"{copy[place]:.9g}"


def _ranked(result: Result) -> list[str]:
    """The classes with the highest probabilities; of other tasks the decision tells all."""
    if not isinstance(result, Classification):
        return []
    return [f"{score.label} {score.probability:.6f}" for score in result.top_k(_TOP)]


def _more(account: Account, found: Comparison) -> Iterator[Block]:
    """The next ones."""
    if len(found.parity.worst) < 2:
        return
    rows = [
        (
            short_name(one.name),
            count(one.differing),
            tiny(one.relative(found.parity.scale)),
            told(one.theirs),
            told(one.ours),
        )
        for one in found.parity.worst
    ]
    heads = ["item", "tensor values", "outputs", "original", "Truecopy"]
    yield Table(
        f"The worst {account.many}: tensor values that differ, the largest difference of outputs, both answers",
        heads,
        rows,
        frozenset({1, 2}),
    )
