"""torch's older exporter, for the few Keras layers that torch.export cannot take with a free batch."""

from __future__ import annotations

import io

import onnx
import torch

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError

from .eager import OPSET, quiet
from .network import Answering
from .outputs import Flat

# torch.export fixes the batch at these: they make zeros for each item (the state of a recurrence) or a mean of the batch.
ONLY_SCRIPT = frozenset(("ActivityRegularization", "RNN", "SimpleRNN", "SimpleRNNCell", "StackedRNNCells"))


def by_script(
    answering: Answering,
    example: tuple[torch.Tensor, ...],
    inputs: tuple[GraphInput, ...],
    names: tuple[str, ...],
    alone: str,
) -> onnx.ModelProto:
    """`ToOnnx` of a prepared module: torch.onnx with dynamo=False, which traces.

    Raises:
        CheckpointError: torch cannot export it.
    """
    free = {
        one.name: {i: axis for i, axis in enumerate(one.shape) if isinstance(axis, str)} for one in inputs
    }
    batch = {0: "batch"} if any(one.batch is None for one in inputs) else {}
    module = answering if names == (alone,) else Flat(answering, names, alone)
    target = io.BytesIO()
    try:
        with quiet():
            torch.onnx.export(
                module,
                example,
                target,
                dynamo=False,
                opset_version=OPSET,
                input_names=[one.name for one in inputs],
                output_names=list(names),
                dynamic_axes={**free, **dict.fromkeys(names, batch)},
            )
    except Exception as error:  # torch raises many kinds
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise CheckpointError(
            f"torch.onnx cannot export this network: {type(error).__name__}: {lines[0][:300] if lines else ''}",
        ) from error
    return onnx.load_model_from_string(target.getvalue())
