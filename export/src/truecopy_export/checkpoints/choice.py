"""The answer: the weights taken, and lines that tell people what was found and why it was taken."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .ema import Found
from .weights import Weights


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
    report = [f"found: {' and '.join(sets)}, layout {candidate.layout.name}{swapped}"]
    report.append(f"taken: {taken.field} ({'average' if taken.kind == 'ema' else 'raw'})" + _numbers(ema))
    if ema is not None and ema.distance == 0.0:
        counted = (
            "and no counter is stored" if ema.counter is None else f"although its counter is {ema.counter}"
        )
        report.append(f"{ema.field} equals {candidate.raw} value for value, {counted}")
    elif raw is not None and ema is not None and _live_buffers(raw, ema):
        report.append(f"{ema.field}: the BatchNorm statistics are those of the raw model, not averaged")
    return Choice(taken, raw, ema, (*report, *lines))


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


def _live_buffers(raw: Weights, ema: Weights) -> bool:
    """AveragedModel(use_buffers=False) leaves the running statistics of the raw model in the average."""
    names = [name for name in raw.tensors if name.endswith(("running_mean", "running_var"))]
    return bool(names) and all(torch.equal(raw.tensors[name], ema.tensors[name]) for name in names)
