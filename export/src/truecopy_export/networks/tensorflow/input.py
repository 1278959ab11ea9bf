"""A TensorFlow function of one tensor, as a network of pictures or rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError
from truecopy_export.graph.network import Network
from truecopy_export.graph.tensorflow.frozen import freeze
from truecopy_export.graph.tensorflow.function import TensorFlowFunction
from truecopy_export.graph.tensorflow.library import distribution, quiet_tensorflow
from truecopy_export.graph.tensorflow.tf2onnx import by_tf2onnx

_CHANNELS = (1, 3)
# A free side is looked at with as many pixels as it is traced with.
_SIDE = 64
_FIX = "Save it with a signature that takes decoded float32 pictures"


def network_of(
    call: Callable[[Any], Mapping[str, Any]],
    shape: tuple[int | None, ...],
    dtype: str,
    owner: Any,
    where: str,
    *notes: str,
) -> Network:
    """call, owner: as in `TensorFlowFunction`. shape, dtype: of the tensor that `call` takes.

    A grey picture without an axis for its channel, (batch, height, width), gets one: the graph takes (..., 1).

    Raises:
        CheckpointError: no picture and no row; loops, or values too large for memory.
    """
    bare = len(shape) == 3

    def pictures(given: Any) -> Mapping[str, Any]:
        return call(given[..., 0])

    function = TensorFlowFunction(pictures if bare else call, (*shape, 1) if bare else shape, dtype, owner)
    taken = graph_input(function.shape, dtype, where)
    with quiet_tensorflow():
        # Before anything runs: no loop, no value that memory does not hold.
        freeze(function, tuple(_SIDE if axis is None else axis for axis in (1, *function.shape[1:])))
    if bare:
        notes += (
            "the network takes grey pictures without an axis for the channel; the graph takes one channel",
        )
    return Network(function, by_tf2onnx, (taken,), distribution(), notes)


def graph_input(shape: tuple[int | None, ...], dtype: str, where: str) -> GraphInput:
    """Pictures NHWC, or NCHW where the axis of the channels says so; or rows.

    Raises:
        CheckpointError: any other shape or type.
    """
    names: tuple[str, ...] = ()
    if len(shape) == 4 and shape[3] in _CHANNELS:
        layout, names = "NHWC", ("batch", "height", "width", "")
    elif len(shape) == 4 and shape[1] in _CHANNELS:
        layout, names = "NCHW", ("batch", "", "height", "width")
    elif len(shape) == 2 and shape[1] is not None:
        layout, names = "NF", ("batch", "")
    if not names or dtype != "float32":
        raise CheckpointError(
            "the network does not take pictures or rows",
            expected="float32 (batch, height, width, 1 or 3 channels) or (batch, features)",
            got=f"{dtype} ({', '.join('any' if axis is None else str(axis) for axis in shape)})",
            where=where,
            fix=_FIX,
        )
    axes = tuple(name if axis is None else axis for name, axis in zip(names, shape, strict=True))
    return GraphInput(name="input", dtype="float32", layout=layout, shape=axes)  # type: ignore[arg-type]
