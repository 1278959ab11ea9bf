"""At a glance: the verdict, the level, the largest differences, who is right how often, sizes and seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from truecopy.contract import Regression
from truecopy.proof.tolerance import measure_of
from truecopy.report import Block, Facts, Folded, Highlight, Table
from truecopy.report.numbers import count, plain, share
from truecopy_export.report_rows import FLIPS

from .account import WHO, Account
from .verdict import verdict
from .wording import bytes_in_words, seconds_in_words, tiny

_MOST_QUANTITIES = 6
_NAMES = {
    "original": "original",
    "truecopy": "Truecopy",
    "raw": "raw weights",
    "ema": "averaged weights (EMA)",
}


def glance(account: Account) -> Iterator[Block]:
    said = verdict(account)
    yield Highlight(said.text, said.mood)
    yield Facts([*_proof(account), *_sizes(account)])
    yield from accuracies(account)
    if account.seconds:
        rows = [(name, plain(seconds, 3)) for name, seconds in account.seconds]
        yield Folded("Seconds of every stage", [Table("Wall-clock", ["stage", "s"], rows, frozenset({1}))])


def _proof(account: Account) -> Iterator[tuple[str, str]]:
    found = account.comparison
    proof = account.contract.proof
    yield "level", "none: the proof does not hold" if account.failure else proof.level
    if proof.bound is not UNSET:
        why = "by its own decoder" if proof.bound.source == "decoder" else "on another CPU"
        yield f"the original itself, {why}", f"within {plain(proof.bound.levels, 3)} levels of 255"
    if found is None:
        return
    yield account.many, count(found.images)
    if found.unreadable:
        yield f"{account.many} left out (unreadable)", count(len(found.unreadable))
    if account.has_original:
        tensor = found.parity.stages["tensor"]
        yield "tensor values that differ", f"{count(tensor.differing)} of {count(tensor.values)}"
    if not account.other_network:
        return
    yield (
        "largest output difference",
        f"{tiny(found.max_output_difference)} {measure_of(account.contract)}",
    )
    task = account.contract.task
    if isinstance(task, Regression):
        each = [] if found.max_error is None else found.max_error.tolist()
        for value, off in list(zip(task.values, each, strict=False))[:_MOST_QUANTITIES]:
            yield f"largest difference, {value.name}", f"{tiny(off)} {value.unit or ''}".rstrip()
    else:
        yield FLIPS[found.task], f"{count(found.flips)} of {count(found.images)}"
        where = ", on one tensor" if found.differing_values else ""
        yield f"largest probability difference{where}", tiny(found.max_probability_delta)
    if found.crossings:
        yield "thresholds or ends of a range that one passed only", count(found.crossings)
    if found.edits:
        yield "edit distance of all texts", count(found.edits)


def _sizes(account: Account) -> Iterator[tuple[str, str]]:
    yield "model file", "not written" if account.bytes is None else bytes_in_words(account.bytes)
    if account.findings is not None:
        yield "checkpoint", bytes_in_words(account.findings.bytes)
    if account.seconds:
        yield "time of all stages", seconds_in_words(sum(seconds for _, seconds in account.seconds))


def accuracies(account: Account, whom: Sequence[str] = WHO) -> Iterator[Block]:
    """Who is right how often, side by side; mean errors of numbers; nothing where no truth is known."""
    found, task = account.comparison, account.contract.task
    if found is None or not found.labelled:
        return
    whom = [who for who in whom if who in account.answerers]
    known = f"{count(found.labelled)} {account.many} whose truth is known"
    if isinstance(task, Regression):
        means = [(_NAMES[who], mean) for who in whom if (mean := found.mean_error(who)) is not None]
        values = task.values[:_MOST_QUANTITIES]
        heads = ["whose answers", *(f"{one.name}, {one.unit}" if one.unit else one.name for one in values)]
        rows = [(who, *map(plain, mean.tolist()[:_MOST_QUANTITIES])) for who, mean in means]
        yield Table(f"Mean absolute error of {known}", heads, rows, frozenset(range(1, len(heads))))
        return
    hits = [(_NAMES[who], found.hits[who]) for who in whom if who in found.hits]
    yield Table(
        f"Right answers to {known}",
        ["whose answers", "right", "accuracy"],
        [(who, count(right), share(right / found.labelled, 2)) for who, right in hits],
        frozenset({1, 2}),
    )
