"""The answer: the weights taken, and lines that tell people what was found and why it was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from truecopy_export.checkpoints.weights import Weights

from .ema import Found
from .running_statistics import are_live

# Relative L2. Averages of a training lie at a few hundredths; the initial weights lie at about 1.
_FAR = 0.5


@dataclass(frozen=True)
class Choice:
    """The weights taken, the other set where there is one and it can be used, and lines for people."""

    taken: Weights
    raw: Weights | None
    ema: Weights | None
    report: tuple[str, ...]


def finished(
    candidate: Found, taken: Weights, raw: Weights | None, ema: Weights | None, lines: tuple[str, ...]
) -> Choice:
    swapped = f"; {candidate.layout.name} swaps the two on saving" if candidate.layout.swapped else ""
    sets = [f"{candidate.ema} (average)"] + ([] if candidate.raw is None else [f"{candidate.raw} (raw)"])
    report = [f"found: {' and '.join(sets)}, {candidate.layout.said}{swapped}"]
    report.append(f"taken: {taken.field} ({'average' if taken.kind == 'ema' else 'raw'})" + _numbers(ema))
    if raw is not None and ema is not None and ema.distance == 0.0:
        counted = (
            "and no counter is stored" if ema.counter is None else f"although its counter is {ema.counter}"
        )
        why = f": {candidate.layout.equal}" if candidate.layout.equal else ""
        report.append(f"{ema.field} equals {raw.field} value for value, {counted}{why}")
    elif raw is not None and ema is not None and are_live(raw, ema):
        report.append(f"{ema.field}: the BatchNorm statistics are those of the raw model, not averaged")
    if candidate.layout.note and taken.kind == "ema" and (taken.field == candidate.ema or taken.part):
        report.append(f"{candidate.ema}: {candidate.layout.note}")
    return Choice(taken, raw, ema, (*report, *lines, *_far(candidate, ema)))


def _far(candidate: Found, ema: Weights | None) -> tuple[str, ...]:
    """Without a counter only the distance can tell of an average that was never updated."""
    if ema is None or ema.distance is None or ema.distance < _FAR or ema.counter is not None:
        return ()
    return (
        f"{ema.field} lies far from {candidate.raw}, and no counter is stored: look whether it was ever updated",
    )


def not_begun(waiting: Sequence[Found]) -> tuple[str, ...]:
    return tuple(
        f"found: {each.ema}, {each.layout.said}, whose averaging has not begun (counter 0)"
        for each in waiting
    )


def _numbers(ema: Weights | None) -> str:
    if ema is None:
        return ""
    counter = "no counter" if ema.counter is None else f"counter {ema.counter}"
    distance = (
        "nothing to compare with"
        if ema.distance is None
        else f"distance {ema.distance:.3g} (relative L2, raw to average)"
    )
    return f"; {counter}, {distance}"
