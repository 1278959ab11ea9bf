"""What arithmetic a given ONNX graph is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import onnx

_QUANTISED = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear")


def precision_of(model: onnx.ModelProto) -> Literal["fp32", "fp16", "int8"]:
    """`int8` with any quantised operator, `fp16` with any half-precision weight or input, else `fp32`."""
    operators = {node.op_type for node in _nodes(model)}
    if any(
        name in _QUANTISED or name.startswith("QLinear") or name.endswith("Integer") for name in operators
    ):
        return "int8"
    half = onnx.TensorProto.FLOAT16
    types = {tensor.data_type for tensor in model.graph.initializer}
    types |= {value.type.tensor_type.elem_type for value in model.graph.input}
    types |= {a.t.data_type for node in _nodes(model) for a in node.attribute if a.HasField("t")}
    return "fp16" if half in types else "fp32"


def _nodes(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    waiting = [*model.graph.node, *(node for function in model.functions for node in function.node)]
    while waiting:
        node = waiting.pop()
        yield node
        for attribute in node.attribute:
            for graph in [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]:
                waiting.extend(graph.node)
