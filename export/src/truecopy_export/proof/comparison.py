"""What a comparison counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from truecopy.contract import Contract, ImageInput, TableInput
from truecopy.proof.tolerance import over

from .parity import Parity
from .worst_case import WorstCase

Noun: TypeAlias = Literal["image", "row", "text"]


def noun_of(contract: Contract) -> Noun:
    """What people call an item of this model."""
    if isinstance(contract.input, ImageInput):
        return "image"
    return "row" if isinstance(contract.input, TableInput) else "text"


@dataclass
class Furthest:
    """The largest output differences of all items, of each quantity by itself: each is relative to the largest output of
    its own quantity. One entry where there are no quantities.

    apart, scale: float64 (quantities,). items: which item each difference was seen on.
    """

    apart: np.ndarray = field(default_factory=lambda: np.zeros(0))
    scale: np.ndarray = field(default_factory=lambda: np.zeros(0))
    items: list[str] = field(default_factory=list)

    def count(self, name: str, apart: np.ndarray, scale: np.ndarray) -> bool:
        """One more item; is it the furthest one now?"""
        if not self.items:
            self.apart, self.scale, self.items = np.array(apart), np.array(scale), [name] * len(apart)
            return True
        further = apart > self.apart
        for place in np.flatnonzero(further):
            self.items[place] = name
        self.apart, self.scale = np.maximum(self.apart, apart), np.maximum(self.scale, scale)
        return bool(further[over(self.apart, self.scale).argmax()])

    @property
    def relative(self) -> float:
        return float(over(self.apart, self.scale).max(initial=0))

    @property
    def item(self) -> str | None:
        """The one with the largest relative difference."""
        return self.items[int(over(self.apart, self.scale).argmax())] if self.items else None


@dataclass
class Tally:
    """Decisions of two pipelines side by side.

    flips: items with another label, set of labels or text. crossings: thresholds or ends of a clip range that one of the
    two passed and the other did not. edits: edit distance of all texts together. max_error: the largest difference of
    each quantity, in its unit, before clipping; float64 (quantities,).
    """

    flips: int = 0
    crossings: int = 0
    edits: int = 0
    max_error: np.ndarray | None = None


@dataclass
class Comparison(Tally):
    """Counts over all items that could be read; `worst` names the one with the largest output difference.

    images: how many, whatever their kind; `noun` says what they are, `task` what they are asked. with_original: those whose tensor was compared with
    an original's, or that are given as the graph takes them. magnitudes: the largest absolute number of each quantity,
    by the original. hits: right answers, by who gave them; absolute: sums of absolute errors, (quantities,).
    max_output_difference: relative to the largest output of its item; of numbers and of outputs judged apart, `furthest`
    says. parity: by stage and by item, for the report. width: outputs of one row. outputs, least, most: how many raw outputs of the original there were, and their range.
    """

    images: int = 0
    noun: Noun = "image"
    task: str = "multiclass"
    with_original: int = 0
    differing_values: int = 0
    differing_images: int = 0
    first_differing: str | None = None
    max_tensor_difference: float = 0.0
    max_ulps: int = 0
    max_decoder_difference: float = 0.0
    by_decoder: Tally = field(default_factory=Tally)
    max_output_difference: float = 0.0
    furthest: Furthest = field(default_factory=Furthest)
    worst: str | None = None
    first_flip: str | None = None
    first_crossing: str | None = None
    magnitudes: np.ndarray | None = None
    max_probability_delta: float = 0.0
    labelled: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    absolute: dict[str, np.ndarray] = field(default_factory=dict)
    affected_by_passes: int = 0
    unreadable: list[str] = field(default_factory=list)
    already_probabilities: int = 0
    inside_unit: int = 0
    width: int = 0
    outputs: int = 0
    least: float = np.inf
    most: float = -np.inf
    undecided: int = 0
    worst_case: WorstCase | None = None
    parity: Parity = field(default_factory=Parity)

    @property
    def decoder_flips(self) -> int:
        """Flips of the original by its own decoder, where its pixels are not reproduced."""
        return self.by_decoder.flips

    def accuracy(self, who: str) -> float | None:
        return self.hits.get(who, 0) / self.labelled if self.labelled and who in self.hits else None

    def mean_error(self, who: str) -> np.ndarray | None:
        """Mean absolute error of each quantity, in its unit."""
        return self.absolute[who] / self.labelled if self.labelled and who in self.absolute else None
