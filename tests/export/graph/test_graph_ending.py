"""Evidence of an activation in the graph: seen through what only moves numbers, and nothing is guessed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from truecopy_export.graph.ending import ends_in
from truecopy_export.graph.trace import trace


def model(*nodes):
    """`nodes` are (operator, inputs, output); the graph's outputs are `y` and `z`."""
    made = [helper.make_node(name, inputs, [output]) for name, inputs, output in nodes]
    stored = [
        numpy_helper.from_array(np.array([0, -1]), "shape"),
        numpy_helper.from_array(np.float32([[1, -2], [3, 4]]), "w"),
        numpy_helper.from_array(np.float32([[0.5, 0.5], [0.5, 0.5]]), "shares"),
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "z")]
    graph = helper.make_graph(
        made, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])], outputs, stored
    )
    return helper.make_model(graph)


@pytest.mark.parametrize("name", ["Softmax", "Sigmoid", "LogSoftmax"])
def test_the_last_operator_is_named(name):
    found = model((name, ["x"], "y"), ("Relu", ["x"], "z"))
    assert ends_in(found, "y") == name
    assert ends_in(found.SerializeToString(), "y") == name
    assert ends_in(found, "z") is None


@pytest.mark.parametrize(
    "mover", ["Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast", "Transpose", "Slice"]
)
def test_what_only_moves_numbers_is_looked_through(mover):
    found = model(("Softmax", ["x"], "p"), ("Identity", ["p"], "q"), (mover, ["q", "shape"], "y"))
    assert ends_in(found, "y") == "Softmax"


@pytest.mark.parametrize("other", ["Add", "Mul", "Relu", "Gemm", "Exp"])
def test_what_computes_ends_the_search(other):
    assert ends_in(model(("Softmax", ["x"], "p"), (other, ["p", "x"], "y")), "y") is None


def test_only_the_data_of_a_move_is_followed():
    """The softmax makes the shape here, not the numbers."""
    found = model(("Softmax", ["x"], "p"), ("Relu", ["x"], "r"), ("Reshape", ["r", "p"], "y"))
    assert ends_in(found, "y") is None


def test_the_logarithm_of_a_softmax_and_of_a_sigmoid_have_names_and_that_of_anything_else_has_none():
    assert ends_in(model(("Softmax", ["x"], "p"), ("Log", ["p"], "y")), "y") == "LogSoftmax"
    assert ends_in(model(("Sigmoid", ["x"], "p"), ("Log", ["p"], "y")), "y") == "LogSigmoid"
    assert ends_in(model(("Softplus", ["x"], "p"), ("Neg", ["p"], "y")), "y") == "LogSigmoid"
    assert ends_in(model(("Relu", ["x"], "p"), ("Log", ["p"], "y")), "y") is None
    assert ends_in(model(("Relu", ["x"], "p"), ("Neg", ["p"], "y")), "y") is None


def test_an_input_an_unknown_name_and_a_circle_are_nothing():
    assert ends_in(model(("Identity", ["x"], "y")), "y") is None
    assert ends_in(model(("Identity", ["x"], "y")), "nowhere") is None
    assert (
        ends_in(model(("Identity", ["b"], "a"), ("Identity", ["a"], "b"), ("Identity", ["a"], "y")), "y")
        is None
    )


@pytest.mark.parametrize(
    ("last", "ending"),
    [
        (nn.Softmax(1), "Softmax"),
        (nn.Sigmoid(), "Sigmoid"),
        (nn.LogSoftmax(1), "LogSoftmax"),
        (nn.LogSigmoid(), "LogSigmoid"),
        (nn.Identity(), "Linear"),
        (nn.LayerNorm(5), "Linear"),
        (nn.BatchNorm1d(5), "Linear"),
        (nn.Hardtanh(0, 1), None),
        (nn.ReLU(), None),
        (nn.Tanh(), None),
    ],
)
def test_it_is_seen_in_what_torch_writes(make_network, signature, last, ending):
    torch.manual_seed(0)
    module = nn.Sequential(make_network(), last, nn.Unflatten(1, (5, 1))).eval()
    assert ends_in(trace(module, signature()).graph, "logits") == ending


@pytest.mark.parametrize(
    "nodes",
    [
        [("MatMul", ["x", "w"], "y")],
        [("MatMul", ["w", "x"], "y")],
        [("Gemm", ["x", "w"], "y")],
        [("Transpose", ["w"], "t"), ("MatMul", ["x", "t"], "y")],
        [("Conv", ["x", "w"], "c"), ("GlobalAveragePool", ["c"], "g"), ("Flatten", ["g"], "y")],
        [("MatMul", ["x", "w"], "l"), ("Add", ["l", "w"], "a"), ("Div", ["a", "shares"], "y")],
        [("LayerNormalization", ["x", "w"], "n"), ("Mul", ["shares", "n"], "y")],
        [("Sigmoid", ["x"], "s"), ("MatMul", ["s", "w"], "y")],
        [("Relu", ["x"], "r"), ("MatMul", ["r", "shares"], "y")],
        [("MatMul", ["x", "shares"], "y")],
    ],
    ids=["matrix", "from the left", "gemm", "turned weights", "pooled convolution", "scaled", "layer norm",
         "over sigmoids", "positive weights on what has no bound", "positive weights on the input"],
)  # fmt: skip
def test_constant_weights_and_what_only_scales_them_are_a_linear_end(nodes):
    assert ends_in(model(*nodes), "y") == "Linear"


@pytest.mark.parametrize(
    "nodes",
    [
        [("Softmax", ["x"], "p"), ("MatMul", ["p", "shares"], "y")],
        [("Equal", ["x", "w"], "e"), ("Cast", ["e"], "c"), ("MatMul", ["c", "shares"], "y")],
        [("Relu", ["x"], "r"), ("MatMul", ["r", "x"], "y")],
        [("MatMul", ["x", "w"], "l"), ("Clip", ["l"], "y")],
        [("MatMul", ["x", "w"], "l"), ("Add", ["l", "x"], "y")],
        [("MatMul", ["x", "w"], "l"), ("Div", ["w", "l"], "y")],
        [("Sigmoid", ["x"], "s"), ("Mul", ["s", "w"], "y")],
        [("Softmax", ["x"], "p"), ("ReduceMean", ["p"], "y")],
        [("Embedding", ["x"], "y")],
    ],
    ids=["averaged probabilities", "leaves of trees", "computed weights", "clipped", "a residual", "one over it",
         "scaled sigmoids", "a mean of probabilities", "unknown"],
)  # fmt: skip
def test_what_may_be_probabilities_is_no_linear_end(nodes):
    assert ends_in(model(*nodes), "y") is None
