"""A TensorFlow function that wears torch's clothes: tensors in, tensors out, through NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .library import import_tensorflow, quiet_tensorflow


@dataclass(frozen=True)
class TensorFlowFunction:
    """call: a TensorFlow tensor -> {output: TensorFlow tensor}, the original itself. What `Network.answering` is.

    shape: of its one input, None where an axis is free; dtype: its name (`float32`). One output is answered alone, several
    as a mapping. owner: whom the variables belong to; a function of TensorFlow does not keep them alive.
    """

    call: Callable[[Any], Mapping[str, Any]]
    shape: tuple[int | None, ...]
    dtype: str
    owner: Any = None

    def __call__(self, given: torch.Tensor) -> torch.Tensor | dict[str, torch.Tensor]:
        """Run by TensorFlow on the CPU."""
        tensorflow = import_tensorflow()
        with quiet_tensorflow(), tensorflow.device("/CPU:0"):
            fed = tensorflow.constant(given.numpy(), dtype=self.dtype)
            answers = {name: torch.from_numpy(np.array(one.numpy())) for name, one in self.call(fed).items()}
        return next(iter(answers.values())) if len(answers) == 1 else answers
