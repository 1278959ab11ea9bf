"""The one table, and what was claimed before it was measured."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from tools.strategies.measure import Run

from truecopy.metrics import Gain, paired_gain

HEADINGS = ("strategy", "images", "accuracy", "over the mean fold", "over the best fold", "passes",
            "wall-clock", "less decoding", "changed")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """accuracy: a share. mean_gain, best_gain: over the mean and the best fold, with a 95 % paired bootstrap interval.

    passes: of an image. ratio: wall-clock to the mean fold's on the same images; decoded: the same less reading and
    decoding. changed: share of decisions that differ from those of the full strategy, of an adaptive one.
    """

    name: str
    images: int
    accuracy: float
    mean_gain: Gain | None
    best_gain: Gain | None
    passes: float
    ratio: float
    decoded: float
    changed: float | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def cells(self) -> tuple[str, ...]:
        return (
            self.name, str(self.images), f"{100 * self.accuracy:.2f} %", _gain(self.mean_gain),
            _gain(self.best_gain), f"{self.passes:.2f}", f"{self.ratio:.2f}x", f"{self.decoded:.2f}x",
            "" if self.changed is None else f"{100 * self.changed:.2f} %",
        )  # fmt: skip


def row_of(run: Run, standard: Run, best: int, half: np.ndarray, full: Run | None = None) -> Row:
    """best: the column of the best fold. half: bool (items,), the images that are counted. full: what `run` shortens."""
    right, mean = run.right[half].mean(axis=1), standard.right[half].mean(axis=1)
    # Where each fold has the strategy by itself, the best fold's is compared with the best fold.
    own = run.right[half][:, best if run.right.shape[1] > 1 else 0]
    changed = None if full is None else float((run.told[half] != full.told[half]).mean())
    return Row(
        run.name,
        int(half.sum()),
        float(right.mean()),
        None if run is standard else paired_gain(mean, right),
        None if run is standard else paired_gain(standard.right[half][:, best], own),
        float(run.passes[half].mean()),
        float(run.whole[half].mean() / standard.whole[half].mean()),
        float(run.decoded[half].mean() / standard.decoded[half].mean()),
        changed,
    )


def markdown(rows: list[Row]) -> str:
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


@dataclass(frozen=True)
class Claim:
    said: str
    found: str
    holds: bool


def claims(rows: dict[str, Row], adaptive: dict[str, str]) -> list[Claim]:
    """adaptive: names of adaptive rows and of the same rows in full."""
    soft, five, both = (
        rows[name] for name in ("ensemble, soft_voting", "TTA, 5 views", "TTA, 5 views + ensemble")
    )
    assert soft.mean_gain is not None
    made = [
        Claim("the soft ensemble of five gains at least 1 point over the mean fold",
              f"{100 * soft.mean_gain.gain:+.2f} points", soft.mean_gain.gain >= 0.01),
        Claim("TTA of five views costs at most 5.3x standard",
              f"{five.ratio:.2f}x, {five.decoded:.2f}x less decoding", max(five.ratio, five.decoded) <= 5.3),
        Claim("TTA of five views + ensemble of five costs at most 26x standard",
              f"{both.ratio:.2f}x, {both.decoded:.2f}x less decoding", max(both.ratio, both.decoded) <= 26),
    ]  # fmt: skip
    for name, full in adaptive.items():
        early, whole = rows[name], rows[full]
        assert early.changed is not None
        made.append(
            Claim(
                f"{name}: at most 0.5 % of decisions change, fewer passes, less time",
                f"{100 * early.changed:.2f} %, {early.passes:.2f} of {whole.passes:.0f} passes, "
                f"{early.ratio:.2f}x of {whole.ratio:.2f}x",
                early.changed <= 0.005 and early.passes < whole.passes and early.ratio < whole.ratio,
            )
        )
    return made


def _gain(gain: Gain | None) -> str:
    if gain is None:
        return ""
    return f"{100 * gain.gain:+.2f} [{100 * gain.low:+.2f}, {100 * gain.high:+.2f}]"
