"""A TensorFlow function as one flat graph without variables and calls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from truecopy.errors import CheckpointError

from .function import TensorFlowFunction
from .library import import_tensorflow, imported

# Elements of one value for one item: 1 GiB of float32.
MAX_ELEMENTS = 1 << 28
_LOOPS = frozenset({"While", "StatelessWhile", "_While", "LoopCond", "NextIteration", "Enter", "Exit"})
_BRANCHES = frozenset({"If", "StatelessIf", "Case", "StatelessCase", "_If", "Switch", "Merge"})
# XLA compiles such a function by itself, so it is not put into the graph; Keras marks grouped convolutions like this.
_APART = ("_XlaMustCompile", "_noinline", "_xla_compile_id")


@dataclass(frozen=True)
class Frozen:
    """input, outputs: names of values (`input:0`), the outputs in the order of the function's own."""

    graph_def: Any
    input: str
    outputs: tuple[str, ...]


def freeze(function: TensorFlowFunction, shape: tuple[int | None, ...]) -> Frozen:
    """Variables become constants, calls their contents. The outputs stand in the order of the function's mapping.

    Raises:
        CheckpointError: it cannot be frozen; it holds loops or branches; a value is too large for memory, or, where `shape` is fixed, of
            a size that does not follow from it.
    """
    tensorflow = import_tensorflow()
    convert = imported("tensorflow.python.framework.convert_to_constants")
    taken = tensorflow.TensorSpec(shape, function.dtype, name="input")
    try:
        # The mapping's own order: a list is not sorted by TensorFlow.
        run = tensorflow.function(
            lambda given: list(function.call(given).values()), input_signature=[taken], autograph=False
        )
        made = convert.convert_variables_to_constants_v2(
            run.get_concrete_function(), lower_control_flow=False, aggressive_inlining=True
        )
    except Exception as error:  # TensorFlow raises many kinds
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise CheckpointError(
            f"TensorFlow cannot freeze this network: {type(error).__name__}: {lines[0] if lines else ''}",
            fix="A network that changes variables while it answers (layers that draw random pictures, training mode) cannot be "
            "frozen: export what stands behind them",
        ) from error
    fed, outputs = made.inputs[0].name, tuple(one.name for one in made.outputs)
    graph_def = made.graph.as_graph_def()
    _check_loops(graph_def)
    graph_def = _inlined(tensorflow, graph_def, (fed, *outputs))
    with tensorflow.Graph().as_default() as graph:
        tensorflow.import_graph_def(graph_def, name="")
    _check_sizes(graph, fixed=None not in shape)
    return Frozen(graph_def, fed, outputs)


def _inlined(tensorflow: Any, graph_def: Any, kept: tuple[str, ...]) -> Any:
    """Functions that are kept apart are put into the graph, too: tf2onnx would leave a call that no runtime knows."""
    bodies = [graph_def.node, *(one.node_def for one in graph_def.library.function)]
    apart = [*(node for body in bodies for node in body), *graph_def.library.function]
    for holder in apart:
        for name in _APART:
            if name in holder.attr:
                del holder.attr[name]
    protos = imported("tensorflow.core.protobuf.meta_graph_pb2")
    config = imported("tensorflow.core.protobuf.config_pb2").ConfigProto()
    config.graph_options.rewrite_options.optimizers[:] = ["function"]
    config.graph_options.rewrite_options.min_graph_nodes = -1
    with tensorflow.Graph().as_default():
        meta = tensorflow.compat.v1.train.export_meta_graph(graph_def=graph_def)
    fetched = protos.CollectionDef()
    fetched.node_list.value.extend(kept)
    meta.collection_def["train_op"].CopyFrom(fetched)
    return imported("tensorflow.python.grappler.tf_optimizer").OptimizeGraph(config, meta)


def _check_loops(graph_def: Any) -> None:
    bodies = [graph_def.node, *(one.node_def for one in graph_def.library.function)]
    for node in (node for body in bodies for node in body):
        if node.op in _LOOPS:
            raise CheckpointError(
                "the network holds a loop, which may run without end",
                got=f"{node.op} ({node.name})",
                fix="Unroll it (unroll=True of a recurrent layer), or export a network without it",
            )
        if node.op in _BRANCHES:
            raise CheckpointError(
                "the network holds a branch: what it computes depends on what is in the picture",
                got=f"{node.op} ({node.name})",
                fix="Export a network without it (tf.where computes both sides)",
            )


def _check_sizes(graph: Any, *, fixed: bool) -> None:
    for operation in graph.get_operations():
        # An output beside the first that nobody reads is nothing (what FusedBatchNorm keeps for its gradient).
        read = [one for index, one in enumerate(operation.outputs) if not index or one.consumers()]
        for value in read:
            sizes = [None] if value.shape.rank is None else value.shape.as_list()
            if fixed and None in sizes:
                raise CheckpointError(
                    "the size of a value inside the network depends on what is in the picture, and may be anything",
                    got=f"{operation.type} ({operation.name})",
                    fix="Export a network whose sizes follow from the size of the picture",
                )
            # The batch and free sides count once.
            elements = math.prod(size or 1 for size in sizes)
            if elements > MAX_ELEMENTS:
                raise CheckpointError(
                    "a value inside the network is too large",
                    expected=f"at most {MAX_ELEMENTS} numbers for one item",
                    got=f"{elements} of {operation.type} ({operation.name})",
                )
