"""tf2onnx's converter for a TensorFlow function: frozen, converted at opset 18, and looked at before it is believed.

It ends with exit code 0 on graphs that no runtime loads, so what it makes is checked here, and compared by the caller.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import onnx
import torch

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError
from truecopy_export.graph.canonical import canonical
from truecopy_export.graph.network import Answering
from truecopy_export.graph.prepare import MAX_WEIGHT_BYTES

from .frozen import freeze
from .function import TensorFlowFunction
from .library import import_tensorflow, imported, quiet_tensorflow

# tf2onnx 1.17 rejects 19 and above.
OPSET = 18
_FLOAT = 1  # DT_FLOAT of TensorFlow's types.proto


def by_tf2onnx(
    answering: Answering,
    example: tuple[torch.Tensor, ...],  # noqa: ARG001  every converter is given one
    inputs: tuple[GraphInput, ...],
    names: tuple[str, ...],
    alone: str,  # noqa: ARG001
) -> onnx.ModelProto:
    """`ToOnnx` of a `TensorFlowFunction`.

    Raises:
        CheckpointError: tf2onnx cannot convert it, or made something that is no ONNX graph of one input; names the operator.
    """
    if not isinstance(answering, TensorFlowFunction):
        raise TypeError(type(answering).__name__)
    (given,) = inputs
    import_tensorflow()
    with quiet_tensorflow():
        frozen = freeze(answering, tuple(axis if isinstance(axis, int) else None for axis in given.shape))
        _write_out_erfc(frozen.graph_def)
        model = _converted(frozen.graph_def, frozen.input, frozen.outputs)
    _check_operators(model)
    made = canonical(model, (given.name,), names)
    _set_axes(made.graph.input[0], tuple(given.shape))
    for value in made.graph.output:
        _set_axes(value, _named(value, given.shape[0]))
    _check_whole(made)
    return made


def _write_out_erfc(graph_def: Any) -> None:
    """erfc(x) as 1 - erf(x): Keras 3 writes the exact GELU with it, and neither tf2onnx nor ONNX has it."""
    for node in list(graph_def.node):
        if node.op != "Erfc" or node.attr["T"].type != _FLOAT:
            continue
        one, erf = graph_def.node.add(), graph_def.node.add()
        one.op, one.name = "Const", f"{node.name}/one"
        one.attr["dtype"].type = _FLOAT
        one.attr["value"].tensor.dtype = _FLOAT
        one.attr["value"].tensor.tensor_shape.SetInParent()
        one.attr["value"].tensor.float_val.append(1.0)
        erf.CopyFrom(node)
        erf.op, erf.name = "Erf", f"{node.name}/erf"
        node.op = "Sub"
        del node.input[:]
        node.input.extend([one.name, erf.name])


def _converted(graph_def: Any, fed: str, outputs: tuple[str, ...]) -> onnx.ModelProto:
    convert = imported("tf2onnx.convert")
    try:
        with _in_order():
            model, _ = convert.from_graph_def(
                graph_def, input_names=[fed], output_names=list(outputs), opset=OPSET
            )
    except Exception as error:  # tf2onnx raises many kinds
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise CheckpointError(
            f"tf2onnx cannot convert this network: {type(error).__name__}: {lines[0] if lines else ''}",
            fix="Export a network without that operator",
        ) from error
    found: onnx.ModelProto = model
    if found.ByteSize() > MAX_WEIGHT_BYTES:
        raise CheckpointError(
            f"the weights are {found.ByteSize() / (1 << 30):.2f} GiB",
            expected="less than protobuf's 2 GiB: an artifact is one file",
            fix="Export a smaller network",
        )
    return found


@contextlib.contextmanager
def _in_order() -> Iterator[None]:
    """tf2onnx keeps nodes in sets, by name and by address, whose order is another one in every process, and rewrites in that
    order. Here readers of a value come by name, nodes that are kept in the order in which they stood, and the numbers in the
    names that it makes begin anew.

    Source: tf2onnx 1.17 `tf2onnx/graph.py` find_output_consumers, extract_sub_graph_nodes; `tf2onnx/utils.py` make_name;
    `tf2onnx/optimizer/back_to_back_optimizer.py`.
    """
    graph = imported("tf2onnx.graph").Graph
    rewrites = imported("tf2onnx.optimizer.back_to_back_optimizer")
    counter: Any = imported("tf2onnx.utils")
    readers, kept, count = graph.find_output_consumers, graph.extract_sub_graph_nodes, counter.INTERNAL_NAME

    def readers_in_order(self: Any, output_name: str) -> list[Any]:
        return sorted(readers(self, output_name), key=lambda node: str(node.name))

    def kept_in_order(self: Any, *arguments: Any, **options: Any) -> list[Any]:
        found = set(kept(self, *arguments, **options))
        return [node for node in self.get_nodes() if node in found]

    graph.find_output_consumers, graph.extract_sub_graph_nodes = readers_in_order, kept_in_order
    counter.INTERNAL_NAME = 1
    # Only where it makes a list of a set.
    vars(rewrites)["list"] = lambda values=(): sorted(values) if isinstance(values, set) else list(values)
    try:
        yield
    finally:
        graph.find_output_consumers, graph.extract_sub_graph_nodes = readers, kept
        counter.INTERNAL_NAME = max(count, counter.INTERNAL_NAME)
        del vars(rewrites)["list"]


def _check_operators(model: onnx.ModelProto) -> None:
    """An operator of TensorFlow that tf2onnx does not know stays as it is, and its answer is exit code 0."""
    foreign = sorted(
        {
            f"{node.op_type} ({node.name})"
            for node in model.graph.node
            if node.domain not in ("", "ai.onnx") or not onnx.defs.has(node.op_type, OPSET, "")
        }
    )
    if foreign:
        raise CheckpointError(
            "tf2onnx cannot convert this network: an operator of TensorFlow has no counterpart",
            expected=f"operators of ONNX opset {OPSET}",
            got=", ".join(foreign[:4]),
            fix="Export a network without that operator",
        )


def _check_whole(model: onnx.ModelProto) -> None:
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError, ValueError) as error:
        raise CheckpointError(
            "tf2onnx made a graph that is no ONNX",
            got=str(error).strip().splitlines()[0],
            fix="This network cannot be converted as it stands",
        ) from error


def _named(value: onnx.ValueInfoProto, first: int | str) -> tuple[int | str, ...]:
    """The axes of an output, the free ones with a name that follows from the graph."""
    axes = enumerate(value.type.tensor_type.shape.dim)
    return tuple(
        axis.dim_value if axis.HasField("dim_value") else first if not index else f"{value.name}_{index}"
        for index, axis in axes
    )


def _set_axes(value: onnx.ValueInfoProto, axes: tuple[int | str, ...]) -> None:
    """tf2onnx calls free axes `unk__` and a number."""
    shape = value.type.tensor_type.shape
    del shape.dim[:]
    for axis in axes:
        if isinstance(axis, int):
            shape.dim.add().dim_value = axis
        else:
            shape.dim.add().dim_param = axis
