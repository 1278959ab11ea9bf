"""What arithmetic a given ONNX graph is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import onnx

# What operators that compute with integers have in their names: QLinearConv, MatMulInteger, QAttention, QGemm,
# MatMulNBits, DynamicQuantizeLSTM, DequantizeLinear, ...
_QUANTISED = re.compile(r"[Qq]uantize|^QLinear|^Q[A-Z]|Integer|NBits")


def precision_of(model: onnx.ModelProto) -> Literal["fp32", "fp16", "int8"]:
    """`int8` with any quantised operator, `fp16` with any half-precision weight or input, else `fp32`."""
    graphs = list(_graphs(model))
    nodes = [node for graph in graphs for node in graph.node]
    nodes += [node for function in model.functions for node in function.node]
    if any(_QUANTISED.search(node.op_type) for node in nodes):
        return "int8"
    types = {tensor.data_type for graph in graphs for tensor in graph.initializer}
    types |= {sparse.values.data_type for graph in graphs for sparse in graph.sparse_initializer}
    types |= {value.type.tensor_type.elem_type for value in model.graph.input}
    for attribute in (a for node in nodes for a in node.attribute):
        types |= {
            tensor.data_type for tensor in [attribute.t, attribute.sparse_tensor.values, *attribute.tensors]
        }
    return "fp16" if onnx.TensorProto.FLOAT16 in types else "fp32"


def _graphs(model: onnx.ModelProto) -> Iterator[onnx.GraphProto]:
    """The graph and every graph in an attribute of its nodes, or of its functions'."""
    waiting = [model.graph]
    nodes = [node for function in model.functions for node in function.node]
    while waiting or nodes:
        for attribute in (a for node in nodes for a in node.attribute):
            waiting += [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]
        nodes = []
        if waiting:
            graph = waiting.pop()
            yield graph
            nodes = list(graph.node)
