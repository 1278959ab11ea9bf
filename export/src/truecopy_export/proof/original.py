"""The pipeline that is copied: its own preprocessing, its own network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageOps

from truecopy.contract import ImageInput

Answer: TypeAlias = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Original:
    """transform: the live transform, PIL image to (channels, height, width) float32; None for hand-written steps.

    answer: one tensor as the graph takes it, without batch, to the row of raw outputs (classes,), by the original
    network. others: the same for the other sets of weights (`raw`, `ema`), for accuracies side by side.
    other_network: it is another implementation than the graph that is written.
    load: how the original reads a file; None: Pillow, as the contract's `input` says.
    other_decoder: the decoder of `load` where its pixels are not reproduced; the contract is `bounded` then.
    """

    transform: Callable[[Image.Image], object] | None
    answer: Answer
    others: Mapping[str, Answer] = field(default_factory=dict)
    other_network: bool = True
    load: Callable[[str], Image.Image] | None = None
    other_decoder: str | None = None

    def read(self, path: str, spec: ImageInput) -> Image.Image:
        """The file as the original's own decoder gives it."""
        if self.load is not None:
            return self.load(path)
        with Image.open(path) as opened:
            turned = ImageOps.exif_transpose(opened) if spec.orientation == "apply" else opened
            return turned.convert(spec.color)
