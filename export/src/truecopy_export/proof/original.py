"""The pipeline that is copied: its own preprocessing, its own network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from PIL import Image

Answer: TypeAlias = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Original:
    """transform: the live transform, PIL image to (channels, height, width) float32; None for hand-written steps.

    answer: one tensor as the graph takes it, without batch, to the row of raw outputs (classes,), by the original
    network. other_network: it is another implementation than the graph that is written. others: the same for the other sets of weights (`raw`, `ema`), for accuracies side by side.
    """

    transform: Callable[[Image.Image], object] | None
    answer: Answer
    others: Mapping[str, Answer] = field(default_factory=dict)
    other_network: bool = True
