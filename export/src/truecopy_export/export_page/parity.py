"""Parity by stage, in a table and in plots."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.contract import Regression
from truecopy.proof import FP32_CPU
from truecopy.proof.tolerance import measure_of
from truecopy.report import Block, Plot, Plots, Table, Text
from truecopy.report.numbers import count, plain
from truecopy.report.plots import differences

from .account import Account
from .stages import StageLine, stage_lines
from .wording import counted, short_name, tiny
from .worst import worst


def parity(account: Account) -> Iterator[Block]:
    found = account.comparison
    if found is None:
        yield Text("No proof was given, so nothing was compared.")
        return
    heads = ["stage", "compared", "differ", f"{account.many} affected", "largest difference", "where"]
    rows = [_row(line, account) for line in stage_lines(account)]
    items = counted(found.images, account.many)
    yield Table(
        f"The original against the copy on {items}, stage by stage", heads, rows, frozenset({1, 2, 3})
    )
    canvas = any(line.stage == "canvas" and line.why is None for line in stage_lines(account))
    read_back = "; the canvas of an original is read back from its tensor" if canvas else ""
    if account.other_network:
        raw = "Raw answers are those of both networks to one tensor."
        yield Text(f"Before the graph, values are compared bit for bit{read_back}. {raw}")
    yield from _other_decoder(account)
    yield from worst(account)
    if account.other_network:
        yield Plots([*_plots(account)])


def _row(line: StageLine, account: Account) -> tuple[str, ...]:
    found, stage = line.found, f"{line.stage}: {line.what}"
    if line.why is not None:
        return stage, "", "", "", f"not compared: {line.why}", ""
    largest = f"{plain(found.largest, 3)} {line.unit}" if found.differing else "0"
    where = found.worst or ""
    if line.stage == "output" and account.comparison is not None and found.differing:
        # Relative to the largest of all items, where one alone does not tell: known at the end.
        largest = f"{tiny(account.comparison.max_output_difference)} {line.unit}"
        where = account.comparison.worst or ""
    if line.stage == "result":
        largest, where = "", found.first or ""
    numbers = (count(found.values), count(found.differing), count(found.affected))
    return (stage, *numbers, largest, short_name(where))


def _other_decoder(account: Account) -> Iterator[Block]:
    found, decoder = account.comparison, account.original.other_decoder
    if found is None or decoder is None:
        return
    yield Text(
        f"From the files themselves, each by its own decoder ({decoder} and {account.contract.image.decoder}), tensors are "
        f"up to {tiny(found.max_decoder_difference)} apart, and {count(found.decoder_flips)} of {count(found.images)} "
        "images get another answer."
    )


def _plots(account: Account) -> Iterator[Plot]:
    found = account.comparison
    assert found is not None  # noqa: S101 - asked before
    measure = measure_of(account.contract)
    note = f"One count an item; up to the dashed line, {FP32_CPU:.0e}, outputs of float32 count as equal."
    drawing = differences(found.parity.outputs(), f"output difference, {measure}", FP32_CPU)
    yield Plot("How far the outputs are apart", drawing, note)
    if not isinstance(account.contract.task, Regression):
        probabilities = differences(found.parity.deltas, "largest difference of a probability", None)
        yield Plot("How far the probabilities are apart", probabilities, "One count an item.")
