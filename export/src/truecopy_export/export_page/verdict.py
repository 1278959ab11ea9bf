"""The one sentence that is read first: does the copy do what the original does, and is that known to be right?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from truecopy.contract import Regression
from truecopy.proof import quantities
from truecopy.proof.tolerance import measure_of
from truecopy.report.numbers import count

from .account import Account
from .stages import stage_lines
from .wording import counted, tiny

Mood: TypeAlias = Literal["good", "caution", "bad"]


class Verdict(NamedTuple):
    """good: equal, and held against the truth. caution: something stays open. bad: the proof does not hold."""

    mood: Mood
    text: str


def verdict(account: Account) -> Verdict:
    """In words, with the numbers that it rests on."""
    found = account.comparison
    if account.failure is not None:
        where = f" at {account.failure.where}" if account.failure.where else ""
        said = [f"The proof does not hold: {account.failure.what}{where}.", *_begins(account)]
        return Verdict("bad", " ".join([*said, "No model was written."]))
    if found is None:
        return Verdict(
            "caution",
            "Nothing was compared: the file is written at level unproven. Whether it does what the original does, nobody "
            "knows. Export it with --proof and real data.",
        )
    said = [_equality(account), *_decoder(account), *_left_out(account)]
    open_ends = found.labelled == 0 or account.contract.proof.level != "bit-exact"
    said.append(_correctness(account))
    return Verdict("caution" if open_ends or len(said) > 2 else "good", " ".join(said))


def _begins(account: Account) -> Iterator[str]:
    """The stage before the graph at which the two part."""
    parts = [line for line in stage_lines(account) if line.stage not in ("output", "result")]
    first = next((line for line in parts if line.found.differing), None)
    if first is not None:
        affected = f"{count(first.found.affected)} of {counted(first.found.items, account.many)}"
        yield f"The first stage that differs is {first.stage}, {first.what}, on {affected}."
    elif any(line.found.items for line in parts):
        yield "All that is fed to the graph is equal."


def _equality(account: Account) -> str:
    found = account.comparison
    assert found is not None  # noqa: S101 - asked before
    items = counted(found.images, account.many)
    if not account.other_network:
        return f"There is no original to compare with on these {items}: the steps were written by hand."
    parts = []
    if account.has_original:
        tensor = found.parity.stages["tensor"]
        parts.append(f"{count(tensor.differing)} of {count(tensor.values)} tensor values differ")
    if isinstance(account.contract.task, Regression):
        parts.append(
            f"the answers are within {tiny(found.max_output_difference)} {measure_of(account.contract)}"
        )
    else:
        parts.append(
            f"{count(found.parity.stages['result'].differing)} of {count(found.images)} decisions differ"
        )
    missing = (
        ""
        if account.has_original
        else " The steps were written by hand: there is no original tensor to equal."
    )
    return f"Original and copy agree on {items}: {', '.join(parts)}.{missing}"


def _decoder(account: Account) -> Iterator[str]:
    found, decoder = account.comparison, account.original.other_decoder
    if found is None or decoder is None:
        return
    yield (
        f"That is from the same decoded pixels: those of {decoder} are not reproduced, and by its own decoder the original "
        f"decides otherwise on {count(found.decoder_flips)} of {count(found.images)}."
    )


def _left_out(account: Account) -> list[str]:
    found = account.comparison
    if found is None or not found.unreadable:
        return []
    return [f"{counted(len(found.unreadable), account.many)} could not be read and count nowhere."]


def _correctness(account: Account) -> str:
    found = account.comparison
    assert found is not None  # noqa: S101 - asked before
    if not found.labelled:
        begin = (
            "Equality is proven, correctness is not"
            if account.has_original
            else "Nothing is known about correctness"
        )
        return f"{begin}: the {account.many} have no labels."
    of = counted(found.labelled, account.many)
    off = found.mean_error("truecopy")
    if off is not None:
        return f"The mean absolute error of the copy is {quantities(account.contract.task, off)}, on {of}."
    return f"The copy is right on {count(found.hits.get('truecopy', 0))} of {of}."
