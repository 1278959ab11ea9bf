"""Names and order of a converted graph, and graphs that are none."""

from __future__ import annotations

import onnx
import pytest

from truecopy.errors import CheckpointError
from truecopy_export.graph.canonical import canonical


def one_node(operator: str = "Relu", fed: tuple[str, ...] = ("x:0",), read: str = "x:0") -> onnx.ModelProto:
    """A graph like tf2onnx makes it."""
    kind = onnx.TensorProto.FLOAT
    values = [onnx.helper.make_tensor_value_info(name, kind, ["unk__7", 3]) for name in fed]
    out = onnx.helper.make_tensor_value_info("Identity:0", kind, ["unk__8", 3])
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(operator, [read], ["Identity:0"], "a__12")], "g", values, [out]
    )
    return onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 18)], producer_name="tf2onnx"
    )


def test_names_follow_from_the_graph_and_not_from_the_converters_counter():
    made = canonical(one_node(), ("input",), ("logits",))
    assert (made.graph.node[0].name, *made.graph.node[0].input, *made.graph.node[0].output) == (
        "Relu_0",
        "input",
        "logits",
    )
    assert (made.producer_name, made.graph.name) == ("", "main")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (one_node(fed=("x:0", "leaked/Const:0")), "asks for more than the network's own input"),
        (one_node(fed=()), "asks for more than the network's own input: expected input, got no input"),
        (one_node(read="nothing:0"), "a value is missing: got 'nothing:0', which Relu (a__12) reads"),
        (one_node(read="Identity:0"), "goes in a circle"),
    ],
)
def test_a_graph_that_is_none_is_refused(model, said):
    with pytest.raises(CheckpointError) as caught:
        canonical(model, ("input",), ("logits",))
    assert said in str(caught.value)


def test_nodes_that_hold_graphs_are_refused():
    model = one_node()
    held = model.graph.node[0].attribute.add()
    held.name, held.type = "then_branch", onnx.AttributeProto.GRAPH
    held.g.CopyFrom(one_node().graph)
    with pytest.raises(CheckpointError, match="branches or loops inside"):
        canonical(model, ("input",), ("logits",))
