"""The item on which original and copy are furthest apart: what a failed proof leaves to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from truecopy.artifact import replacing

from .original import Feeds
from .tensors import differing_values


@dataclass(frozen=True)
class WorstCase:
    """Feeds as the graph takes them, (1, ...); outputs are rows (outputs,) or (steps, tokens), float32."""

    item: str
    original: Feeds
    copy: Feeds
    original_output: np.ndarray
    copy_output: np.ndarray

    @property
    def differing(self) -> int:
        """Tensor values that differ."""
        return differing_values(self.copy, self.original)

    def save(self, path: Path) -> None:
        """Write all as a NumPy archive (`numpy.load(path)`).

        Tensors without their batch axis: `original_tensor`, `copy_tensor` of the first input, of each further one with
        its name behind (`copy_tensor_attention_mask`).
        """
        arrays = {"image": np.array(self.item)}
        for who, feeds in (("original", self.original), ("copy", self.copy)):
            for place, (name, array) in enumerate(feeds.items()):
                arrays[f"{who}_tensor" + (f"_{name}" if place else "")] = array[0]
        arrays |= {"original_output": self.original_output, "copy_output": self.copy_output}
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
