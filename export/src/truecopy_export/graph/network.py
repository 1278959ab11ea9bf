"""What is exported, whatever file it came from: something that answers, and the way from there to a graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import onnx
import torch

from truecopy.contract import GraphInput

# Tensors in the order of the graph's inputs -> a tensor, or a tuple, mapping or dataclass of tensors. It runs on the
# CPU, in evaluation mode, without gradients, and the same inputs give the same answer.
Answering: TypeAlias = Callable[..., Any]


class ToOnnx(Protocol):
    """One library's converter."""

    def __call__(
        self,
        answering: Answering,
        example: tuple[torch.Tensor, ...],
        inputs: tuple[GraphInput, ...],
        names: tuple[str, ...],
        alone: str,
    ) -> onnx.ModelProto:
        """The graph of `answering`: inputs named and shaped as in `inputs` (an axis with a name is free), outputs named
        `names`, float32 weights inside, no file beside it.

        example: tensors of these shapes. alone: what a single unnamed output is called.

        Raises:
            CheckpointError: the library cannot convert it; names the operator or the line that stops it.
        """


@dataclass(frozen=True)
class Network:
    """answering: the original, as it is run for the proof. to_onnx: its library's converter.

    inputs: the one input that the format itself fixes (name, layout, batch, size), held against the recipe; None: as the
    recipe makes them, NCHW. framework: the distribution whose version goes into the provenance. notes: sentences for people.
    """

    answering: Answering
    to_onnx: ToOnnx
    inputs: tuple[GraphInput, ...] | None = None
    framework: str = "torch"
    notes: tuple[str, ...] = ()
