"""The pipeline that is copied: its own preprocessing, its own network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from PIL import Image, ImageOps

from truecopy.contract import ImageInput

Feeds: TypeAlias = Mapping[str, np.ndarray]
Answer: TypeAlias = Callable[[Feeds], np.ndarray]


@dataclass(frozen=True)
class Original:
    """transform: the live preprocessing; None where there is none to compare with (hand-written steps).

        pictures: PIL image to (channels, height, width) float32
        tables: rows of typed cells (a mapping by column name, None for a missing one) to (n, features)
        tokens: a text to its ids; ids that are given as ids need none

    answer: feeds of one item by name of the graph's input, (1, ...), to the network's raw answer (1, ...). others: the
    same for the other sets of weights (`raw`, `ema`), for accuracies side by side. other_network: it is another
    implementation than the graph that is written.
    load: how the original reads a picture file; None: Pillow, as the contract's `input` says. other_decoder: the decoder
    of `load` where its pixels are not reproduced; the contract is `bounded` then.
    """

    transform: Callable[[Any], object] | None
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
