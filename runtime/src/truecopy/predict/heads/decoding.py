"""From the best token of every step to the steps whose tokens make the text."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from truecopy.contract import Autoregressive, Ctc, Decoding, Plain


@dataclass(frozen=True)
class Decoded:
    """steps: those whose best token is in the text, in order. finished: a stop token ended it; None: there is none."""

    steps: tuple[int, ...]
    finished: bool | None


def decoded(decoding: Decoding, best: np.ndarray, confidence: np.ndarray) -> Decoded:
    """best: int (steps,), the best token of each. confidence: (steps,), its probability."""
    match decoding:
        case Ctc():
            return Decoded(tuple(_ctc(decoding, best, confidence)), None)
        case Plain(stop=stop, ignore=ignore):
            return _until(stop, ignore, best)
        case Autoregressive(stop=stop):
            return _until(stop, (), best)


def _until(stop: int | None, ignore: tuple[int, ...], best: np.ndarray) -> Decoded:
    """The steps before the first stop token but those of tokens that are left out."""
    ends = np.flatnonzero(best == stop) if stop is not None else np.empty(0, int)
    read = best[: ends[0]] if len(ends) else best
    steps = tuple(map(int, np.flatnonzero(~np.isin(read, ignore))))
    return Decoded(steps, None if stop is None else bool(len(ends)))


def _ctc(decoding: Ctc, best: np.ndarray, confidence: np.ndarray) -> list[int]:
    """One step for each run of equal tokens, its most confident one (the first of equals); the blank's are left out.

    Graves et al. 2006, the mapping B of §3.1: first equal neighbours are merged, then blanks removed, so a blank between
    them keeps two equal tokens apart.
    """
    if not decoding.collapse:
        return [int(step) for step in np.flatnonzero(best != decoding.blank)]
    runs = (list(run) for _, run in itertools.groupby(range(len(best)), key=lambda step: int(best[step])))
    return [max(run, key=lambda step: confidence[step]) for run in runs if best[run[0]] != decoding.blank]
