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
    shape = numpy_helper.from_array(np.array([0, -1]), "shape")
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "z")]
    graph = helper.make_graph(
        made, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])], outputs, [shape]
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


def test_the_logarithm_of_a_softmax_is_a_log_softmax_and_that_of_anything_else_is_nothing():
    assert ends_in(model(("Softmax", ["x"], "p"), ("Log", ["p"], "y")), "y") == "LogSoftmax"
    assert ends_in(model(("Sigmoid", ["x"], "p"), ("Log", ["p"], "y")), "y") is None


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
        (nn.Identity(), None),
        (nn.Tanh(), None),
    ],
)
def test_it_is_seen_in_what_torch_writes(make_network, signature, last, ending):
    torch.manual_seed(0)
    module = nn.Sequential(make_network(), last, nn.Unflatten(1, (5, 1))).eval()
    assert ends_in(trace(module, signature()).graph, "logits") == ending
