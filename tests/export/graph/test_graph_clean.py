"""Notes and stale shapes go; graph and weights stay. Subgraphs and functions too."""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper

from truecopy_export.graph.clean import clean


def noted(part):
    """`part` with a doc string and metadata, as torch writes them."""
    part.doc_string = "File /home/me/net.py, line 3"
    if hasattr(part, "metadata_props"):
        part.metadata_props.add(key="pkg.torch.onnx.stack_trace", value="File /home/me/net.py")
    return part


def model_with_notes_everywhere() -> onnx.ModelProto:
    def value(name):
        return noted(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]))

    def branch(name):
        node = noted(helper.make_node("Twice", ["weight"], [name], domain="pkg.local"))
        graph = noted(helper.make_graph([node], name, [], [value(name)], value_info=[value("inside")]))
        graph.initializer.append(noted(helper.make_tensor(f"w_{name}", TensorProto.FLOAT, [1], [2.0])))
        return graph

    choose = noted(
        helper.make_node("If", ["condition"], ["y"], then_branch=branch("a"), else_branch=branch("b"))
    )
    for attribute in choose.attribute:
        attribute.doc_string = "here"
    twice = noted(helper.make_node("Add", ["x", "x"], ["y"]))
    function = helper.make_function(
        "pkg.local", "Twice", ["x"], ["y"], [twice], [helper.make_opsetid("", 20)]
    )
    noted(function).value_info.append(value("stale"))
    graph = noted(
        helper.make_graph(
            [choose],
            "main",
            [noted(helper.make_tensor_value_info("condition", TensorProto.BOOL, []))],
            [value("y")],
            [noted(helper.make_tensor("weight", TensorProto.FLOAT, [1], [3.0]))],
            value_info=[value("stale")],
        )
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("pkg.local", 1)]
    return noted(helper.make_model(graph, functions=[function], opset_imports=opsets))


def test_no_note_is_left_at_any_depth_and_the_model_still_holds():
    model = model_with_notes_everywhere()
    before = model.SerializeToString()
    cleaned = clean(model)
    content = cleaned.SerializeToString()
    assert model.SerializeToString() == before
    for word in (b"/home/me", b"stack_trace", b"stale", b"inside", b"here"):
        assert word in before
        assert word not in content
    onnx.checker.check_model(cleaned)
    assert clean(cleaned).SerializeToString() == content


def test_weights_nodes_and_functions_stay():
    cleaned = clean(model_with_notes_everywhere())
    assert [tensor.float_data[0] for tensor in cleaned.graph.initializer] == [3.0]
    assert [node.op_type for node in cleaned.graph.node] == ["If"]
    assert {a.name: a.g.initializer[0].float_data[0] for a in cleaned.graph.node[0].attribute} == {
        "then_branch": 2.0,
        "else_branch": 2.0,
    }
    assert [(function.domain, function.name) for function in cleaned.functions] == [("pkg.local", "Twice")]
