"""The image on which original and copy are furthest apart: what a failed proof leaves to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from truecopy.artifact import replacing
from truecopy.proof import relative_difference


@dataclass(frozen=True)
class WorstCase:
    """Tensors as the graph takes them, without batch; outputs are rows (classes,), float32."""

    image: str
    original_tensor: np.ndarray
    copy_tensor: np.ndarray
    original_output: np.ndarray
    copy_output: np.ndarray

    @property
    def severity(self) -> tuple[int, float]:
        """Tensor values that differ; then the output difference, relative to the largest logit."""
        bits = f"u{self.copy_tensor.itemsize}"
        differing = int(np.count_nonzero(self.original_tensor.view(bits) != self.copy_tensor.view(bits)))
        return differing, relative_difference(self.copy_output, self.original_output)

    def save(self, path: Path) -> None:
        """Write all five as a NumPy archive (`numpy.load(path)`)."""
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(
                file,
                image=np.array(self.image),
                original_tensor=self.original_tensor,
                copy_tensor=self.copy_tensor,
                original_output=self.original_output,
                copy_output=self.copy_output,
            )
