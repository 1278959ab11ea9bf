"""Tokens, and the text that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .look import Look, looks_to_dict
from .score import TOP, Score, best_of, outputs_to_dict
from .words import in_words, shortened


@dataclass(frozen=True, slots=True)
class Token:
    """One token of the text. index: its place in the vocabulary. step: the time step that it came from (of a CTC run of
    equal tokens the most confident one). confidence: its probability there.
    """

    token: str
    index: int
    step: int
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"token": self.token, "index": self.index, "step": self.step, "confidence": self.confidence}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sequence:
    """Answer of a sequence model for one item.

    text: the tokens, joined. tokens: those that are in it. confidence: the smallest of theirs; 1.0 for an empty text.
    finished: a stop token ended it; None where the task has none. probabilities: read-only float32 (steps, tokens), before
    decoding; of generated text one row a generated step. The rest as in `Classification`.
    """

    source: str
    text: str
    tokens: tuple[Token, ...]
    confidence: float
    finished: bool | None
    probabilities: np.ndarray
    passes: int
    warnings: tuple[str, ...]
    labels: tuple[str, ...]
    outputs: Mapping[str, np.ndarray] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()

    def __repr__(self) -> str:
        parts = [f"text={shortened(self.text)}", f"confidence={self.confidence:.4g}"]
        if self.finished is not None:
            parts.append(f"finished={self.finished}")
        return in_words("Sequence", self.source, *parts, warnings=self.warnings)

    def top_k(self, step: int, k: int) -> tuple[Score, ...]:
        """The best `k` tokens of one step, best first, ties to the lower index."""
        return best_of(self.probabilities[step], self.labels, k)

    def to_dict(self, *, probabilities: bool = False, top: int = TOP) -> dict[str, Any]:
        """Plain data for JSON; each token with the best `top` of its step."""
        row: dict[str, Any] = {
            "source": self.source,
            "text": self.text,
            "confidence": self.confidence,
            "finished": self.finished,
            "tokens": [
                token.to_dict() | {"top": [score.to_dict() for score in self.top_k(token.step, top)]}
                for token in self.tokens
            ],
            "passes": self.passes,
            "warnings": list(self.warnings),
        }
        if probabilities:
            row["probabilities"] = [[float(p) for p in step] for step in self.probabilities]
            row |= looks_to_dict(self.looks)
        return row | outputs_to_dict(self.outputs)
