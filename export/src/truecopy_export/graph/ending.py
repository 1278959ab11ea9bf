"""Does an output already come out of a softmax or a sigmoid? Evidence from the graph itself; no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import onnx

Ending: TypeAlias = Literal["Softmax", "Sigmoid", "LogSoftmax"]

# Operators that move numbers, or round them, and leave each what it is. Only their first input is followed.
_MOVES = frozenset(
    {"Cast", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze"}
)
_ENDINGS: Mapping[str, Ending] = {"Softmax": "Softmax", "Sigmoid": "Sigmoid", "LogSoftmax": "LogSoftmax"}


def ends_in(graph: onnx.ModelProto | bytes, output: str) -> Ending | None:
    """The activation that `output` of the main graph comes out of; None: none is seen, which proves nothing.

    A softmax that was written out as exp, sum and division is not seen.
    """
    model = onnx.load_model_from_string(graph) if isinstance(graph, bytes) else graph
    makers = {
        name: node for node in model.graph.node if node.domain in ("", "ai.onnx") for name in node.output
    }
    value = output
    for _ in range(len(model.graph.node) + 1):  # a graph has no cycles; a broken file may
        node = makers.get(value)
        if node is None:
            return None
        if node.op_type in _ENDINGS:
            return _ENDINGS[node.op_type]
        if node.op_type == "Log":
            return "LogSoftmax" if _made_by(makers, node.input[0]) == "Softmax" else None
        if node.op_type not in _MOVES or not node.input:
            return None
        value = node.input[0]
    return None


def _made_by(makers: Mapping[str, onnx.NodeProto], value: str) -> str | None:
    node = makers.get(value)
    return None if node is None else str(node.op_type)
