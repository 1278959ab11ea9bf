"""What arithmetic a given graph is made of: read from weights, inputs, constants and operators at any depth."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from truecopy_export.graph.precision import precision_of

FLOAT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16


def value(name, dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, [1])


def weight(name, dtype):
    return numpy_helper.from_array(np.ones(1, dtype), name)


def model(nodes, *, weights=(), dtype=FLOAT, functions=()) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "g", [value("x", dtype)], [value("y", dtype)], list(weights))
    domains = sorted({function.domain for function in functions})
    opsets = [helper.make_opsetid("", 20), *(helper.make_opsetid(domain, 1) for domain in domains)]
    return helper.make_model(graph, functions=list(functions), opset_imports=opsets)


def branching(branch) -> onnx.ModelProto:
    """`branch(name)` makes both sides of an If."""
    choose = helper.make_node("If", ["c"], ["y"], then_branch=branch("a"), else_branch=branch("b"))
    return model([choose])


def plain(name="Add") -> onnx.NodeProto:
    return helper.make_node(name, ["x", "w"], ["y"])


def constant(dtype) -> onnx.NodeProto:
    return helper.make_node("Constant", [], ["w"], value=weight("", dtype))


def calling(node) -> onnx.ModelProto:
    """A model whose one function holds `node`."""
    function = helper.make_function("pkg", "Inner", ["x"], ["y"], [node], [helper.make_opsetid("", 20)])
    return model([helper.make_node("Inner", ["x"], ["y"], domain="pkg")], functions=[function])


def side(nodes):
    return lambda name: helper.make_graph(nodes, name, [], [value("y")])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (model([plain()], weights=[weight("w", np.float32)]), "fp32"),
        (model([plain()], weights=[weight("w", np.int64)]), "fp32"),
        (model([]), "fp32"),
        (model([plain()], weights=[weight("w", np.float32), weight("h", np.float16)]), "fp16"),
        (model([plain()], dtype=HALF), "fp16"),
        (model([constant(np.float16), plain()]), "fp16"),
        (model([constant(np.float32), plain()]), "fp32"),
        (branching(side([constant(np.float16)])), "fp16"),
        (branching(side([constant(np.float32)])), "fp32"),
        (calling(constant(np.float16)), "fp16"),
        (calling(plain()), "fp32"),
    ],
    ids=[
        "float32 weights", "whole-number weights", "nothing at all", "one half weight", "a half input",
        "a half constant", "a float32 constant", "a half constant in a branch", "a float32 constant in a branch",
        "a half constant in a function", "a float32 function",
    ],
)  # fmt: skip
def test_one_half_precision_part_makes_it_fp16(found, expected):
    assert precision_of(found) == expected


@pytest.mark.parametrize(
    "name",
    [
        "QuantizeLinear",
        "DequantizeLinear",
        "DynamicQuantizeLinear",
        "QLinearConv",
        "QLinearMatMul",
        "MatMulInteger",
        "ConvInteger",
    ],
)
def test_one_quantised_operator_makes_it_int8_at_any_depth(name):
    node = plain(name)
    within = helper.make_node("If", ["c"], ["y"], then_branch=side([node])("a"), else_branch=side([])("b"))
    for found in (model([plain(), node]), branching(side([within])), calling(node), calling(within)):
        assert precision_of(found) == "int8"


def test_quantised_goes_before_half():
    assert precision_of(model([plain("MatMulInteger")], weights=[weight("w", np.float16)])) == "int8"


def test_a_half_weight_inside_a_branch_makes_it_fp16():
    def branch(name):
        nodes = [helper.make_node("Identity", ["w"], ["y"])]
        return helper.make_graph(nodes, name, [], [value("y", HALF)], [weight("w", np.float16)])

    assert precision_of(branching(branch)) == "fp16"
