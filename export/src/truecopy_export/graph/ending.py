"""What does an output come out of: an activation, or a layer that makes no probabilities? Evidence from the graph itself;
no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
import onnx
from onnx import numpy_helper

Ending: TypeAlias = Literal["Softmax", "Sigmoid", "LogSoftmax", "LogSigmoid", "Linear"]

# Operators that move numbers, or round them, and leave each what it is. Only their first input is followed.
_MOVES = frozenset(
    {"Cast", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze"}
)
# Behind a layer of weights these leave a linear layer.
_MEANS = frozenset({"AveragePool", "BatchNormalization", "GlobalAveragePool", "ReduceMean"})
_WITH_A_CONSTANT = frozenset({"Add", "Div", "Mul", "Sub"})
_WEIGHTED = frozenset({"Conv", "Gemm", "MatMul"})
# What follows these is bounded by nothing, so positive weights on top of it make no shares of one whole either.
_UNBOUNDED = frozenset(
    {"BatchNormalization", "Celu", "Elu", "Gelu", "LayerNormalization", "LeakyRelu", "PRelu", "Relu", "Selu"}
)
_ENDINGS: Mapping[str, Ending] = {"Softmax": "Softmax", "Sigmoid": "Sigmoid", "LogSoftmax": "LogSoftmax"}
_LOGARITHMS: Mapping[str, Ending] = {"Softmax": "LogSoftmax", "Sigmoid": "LogSigmoid"}


def ends_in(graph: onnx.ModelProto | bytes, output: str) -> Ending | None:
    """The activation that `output` of the main graph comes out of, or `Linear`; None: neither is seen, which proves
    nothing.

    `Linear`: a matrix product or convolution with constant weights, or a layer norm, and behind it nothing but sums,
    products and means with constants. Weights without a negative number may average probabilities (leaves of trees,
    groups of classes), and count only where what they are put on is bounded by nothing. A softmax that was written out
    as exp, sum and division is not seen.
    """
    return _Search(onnx.load_model_from_string(graph) if isinstance(graph, bytes) else graph).ending(output)


class _Search:
    def __init__(self, model: onnx.ModelProto) -> None:
        self.steps = len(model.graph.node) + 1  # a graph has no cycles; a broken file may
        self.makers = {
            name: node for node in model.graph.node if node.domain in ("", "ai.onnx") for name in node.output
        }
        self.stored = {tensor.name: tensor for tensor in model.graph.initializer}
        self.inputs = {value.name for value in model.graph.input} - set(self.stored)

    def ending(self, output: str) -> Ending | None:
        value, computed = output, False
        for _ in range(self.steps):
            node = self.makers.get(value)
            if node is None or not node.input:
                return None
            made = self._made(node)
            if made is not None:
                return made if made == "Linear" or not computed else None
            if node.op_type in _MOVES or node.op_type in _MEANS:
                computed |= node.op_type in _MEANS
                value = node.input[0]
            elif node.op_type in _WITH_A_CONSTANT:
                computed, data = True, self._data(node)
                if data is None:
                    return None
                value = data
            else:
                return None
        return None

    def _made(self, node: onnx.NodeProto) -> Ending | None:
        """What the numbers of this node are, as far as it tells by itself."""
        operator = node.op_type
        if operator in _ENDINGS:
            return _ENDINGS[operator]
        if operator == "Log":
            return _LOGARITHMS.get(self._operator(node.input[0]))
        if operator == "Neg":  # -softplus(-x) = log(sigmoid(x))
            return "LogSigmoid" if self._operator(node.input[0]) == "Softplus" else None
        if operator == "LayerNormalization" or (operator in _WEIGHTED and self._is_linear(node)):
            return "Linear"
        return None

    def _operator(self, value: str) -> str:
        node = self.makers.get(value)
        return "" if node is None else str(node.op_type)

    def _data(self, node: onnx.NodeProto) -> str | None:
        """The input of two that is computed; None where both are, or neither."""
        computed = [name for name in node.input if self._constant(name) is None]
        if len(computed) != 1 or len(node.input) != 2:
            return None
        if node.op_type == "Div" and computed[0] != node.input[0]:
            return None
        return str(computed[0])

    def _is_linear(self, node: onnx.NodeProto) -> bool:
        data = self._data(node) if node.op_type == "MatMul" else node.input[0]
        weights = [self._constant(name) for name in node.input if name and name != data]
        if data is None or any(weight is None for weight in weights):
            return False
        return any(bool((weight < 0).any()) for weight in weights if weight is not None) or self._unbounded(
            data
        )

    def _unbounded(self, value: str) -> bool:
        for _ in range(self.steps):
            if value in self.inputs:
                return True
            node = self.makers.get(value)
            if node is None or not node.input:
                return False
            if node.op_type not in _MOVES:
                return node.op_type in _UNBOUNDED
            value = node.input[0]
        return False

    def _constant(self, name: str) -> np.ndarray | None:
        """The stored numbers of `name`, in any order; None where they are computed."""
        for _ in range(self.steps):
            if name in self.stored:
                return np.asarray(numpy_helper.to_array(self.stored[name]))
            node = self.makers.get(name)
            if node is None:
                return None
            if node.op_type == "Constant":
                return _value_of(node)
            if node.op_type not in ("Cast", "Identity", "Transpose"):
                return None
            name = node.input[0]
        return None


def _value_of(node: onnx.NodeProto) -> np.ndarray | None:
    """A constant of numbers."""
    (attribute,) = node.attribute or (None,)
    if attribute is None:
        return None
    value = onnx.helper.get_attribute_value(attribute)
    if attribute.name == "value":
        return np.asarray(numpy_helper.to_array(value))
    return np.asarray(value) if attribute.name.startswith(("value_float", "value_int")) else None
