"""What became of one architecture, as a JSON line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Outcome:
    """stage: where a failure happened; `export` is the product's. reason: its error, empty where all went well.

    difference: worst over batch 1, 2 and 5, of the largest logit. spread: how far the answers to different pictures are
    apart, of the largest logit: what a difference has to be held against. seconds: of the export alone.
    """

    key: str
    verdict: Literal["exported", "failed"]
    stage: Literal["done", "build", "export", "check"]
    reason: str = ""
    seconds: float = 0.0
    opset: int = 0
    nodes: int = 0
    megabytes: float = 0.0
    difference: float = 0.0
    spread: float = 0.0
