"""Nodes that draw random numbers or train are named, wherever in the file they stand."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from truecopy.errors import Unsafe
from truecopy_export.graph.chance import by_chance
from truecopy_export.graph.stability import check_nodes

FLOAT = TensorProto.FLOAT
BOOLEANS = [
    numpy_helper.from_array(np.bool_(True), "on"),
    numpy_helper.from_array(np.bool_(False), "off"),
]
NORM = ["x", "s", "b", "m", "v"]


def file(nodes, *, opset=15, functions=()):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("y", FLOAT, None)],
        BOOLEANS,
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, opset_imports=opsets, functions=list(functions))


def dropout(mode="on", name="drop"):
    return helper.make_node("Dropout", ["x", "", mode], ["y"], name=name)


@pytest.mark.parametrize(
    "operator",
    ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"],
)
def test_every_operator_that_draws_is_named(operator):
    attributes = (
        {} if operator.endswith("Like") or operator in ("Multinomial", "Bernoulli") else {"shape": [1, 3]}
    )
    inputs = [] if attributes else ["x"]
    node = helper.make_node(operator, inputs, ["y"], name="dice", **attributes)
    assert by_chance(file([node])) == (f"node 'dice' ({operator}, which draws random numbers)",)


@pytest.mark.parametrize(
    ("node", "opset", "why"),
    [
        (dropout("on"), 15, "Dropout in training mode"),
        (dropout("x"), 15, "Dropout whose training mode is computed"),
        (dropout("off"), 15, None),
        (helper.make_node("Dropout", ["x"], ["y", "mask"], name="drop"), 15, None),
        (helper.make_node("Dropout", ["x"], ["y", "mask"], name="drop", ratio=0.5), 7, None),
        (helper.make_node("BatchNormalization", NORM, ["y", "a", "c"], name="drop", training_mode=1), 15, "Batch"),
        (helper.make_node("BatchNormalization", NORM, ["y"], name="drop", training_mode=0), 15, None),
        (helper.make_node("BatchNormalization", NORM, ["y"], name="drop"), 9, None),
        (helper.make_node("BatchNormalization", NORM, ["y", "a", "c", "d", "e"], name="drop"), 9, "Batch"),
    ],
)  # fmt: skip
def test_training_is_told_from_evaluation_as_the_operators_of_that_opset_say(node, opset, why):
    found = by_chance(file([node], opset=opset))
    assert len(found) == (why is not None)
    assert why is None or found[0].startswith(f"node 'drop' ({why}")


def test_a_constant_node_says_the_mode_too():
    on = helper.make_node("Constant", [], ["mode"], value=BOOLEANS[0])
    off = helper.make_node("Constant", [], ["mode"], value=BOOLEANS[1])
    assert by_chance(file([on, dropout("mode")])) == ("node 'drop' (Dropout in training mode)",)
    assert by_chance(file([off, dropout("mode")])) == ()


def test_a_branch_is_looked_into_and_knows_what_stands_around_it():
    branch = helper.make_graph(
        [dropout("on", "deep")], "b", [], [helper.make_tensor_value_info("y", FLOAT, None)]
    )
    calm = helper.make_graph([dropout("off")], "c", [], [helper.make_tensor_value_info("y", FLOAT, None)])
    node = helper.make_node("If", ["on"], ["y"], then_branch=calm, else_branch=branch)
    assert by_chance(file([node])) == ("node 'deep' (Dropout in training mode)",)


def test_a_function_of_the_file_is_looked_into():
    inside = helper.make_node("RandomNormalLike", ["p"], ["q"])
    function = helper.make_function("own", "Noise", ["p"], ["q"], [inside], [helper.make_opsetid("", 15)])
    call = helper.make_node("Noise", ["x"], ["y"], domain="own")
    assert by_chance(file([call], functions=[function])) == (
        "node 0 (RandomNormalLike, which draws random numbers) of function 'Noise'",
    )


def test_an_own_function_with_the_name_of_an_operator_is_what_its_nodes_are():
    function = helper.make_function(
        "own", "Bernoulli", ["p"], ["q"], [helper.make_node("Identity", ["p"], ["q"])], [helper.make_opsetid("", 15)]
    )  # fmt: skip
    call = helper.make_node("Bernoulli", ["x"], ["y"], domain="own")
    assert by_chance(file([call], functions=[function])) == ()


def test_the_refusal_names_the_first_and_counts_the_others():
    noise = helper.make_node("RandomNormalLike", ["x"], ["r"], name="noise")
    with pytest.raises(
        Unsafe,
        match=r"no function of its input: .* got node 'noise' \(RandomNormalLike, which .*\) and 1 more",
    ):
        check_nodes(file([noise, dropout()]))
    check_nodes(file([dropout("off")]))
