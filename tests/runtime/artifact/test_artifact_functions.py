from __future__ import annotations

from collections import Counter

import pytest

from truecopy.artifact.functions import MAX_NODES, Unbounded, expanded_nodes


def test_a_graph_without_functions_is_as_large_as_it_is() -> None:
    assert expanded_nodes(Counter({("", "Conv"): 3, ("", "Relu"): 2}), {}) == 5


def test_a_call_counts_as_the_nodes_of_its_function() -> None:
    functions = {("pkg.a", "block"): Counter({("", "Conv"): 4, ("pkg.a", "inner"): 2}),
                 ("pkg.a", "inner"): Counter({("", "Add"): 3})}  # fmt: skip
    assert expanded_nodes(Counter({("pkg.a", "block"): 5, ("", "Relu"): 1}), functions) == 5 * (4 + 2 * 3) + 1


def test_a_function_that_calls_itself_is_refused() -> None:
    functions = {("pkg.a", "f"): Counter({("pkg.a", "g"): 1}), ("pkg.a", "g"): Counter({("pkg.a", "f"): 1})}
    with pytest.raises(Unbounded, match="calls itself"):
        expanded_nodes(Counter({("pkg.a", "f"): 1}), functions)


def test_ten_to_the_tenth_nodes_in_ten_small_functions_are_refused_at_once() -> None:
    functions = {("pkg.a", f"f{i}"): Counter({("pkg.a", f"f{i + 1}"): 10}) for i in range(10)}
    functions["pkg.a", "f10"] = Counter({("", "Add"): 1})
    with pytest.raises(Unbounded, match=f"more than {MAX_NODES:,} nodes"):
        expanded_nodes(Counter({("pkg.a", "f0"): 1}), functions)


def test_a_file_whose_functions_explode_is_unsafe() -> None:
    onnx = pytest.importorskip("onnx")
    from truecopy.artifact import walk
    from truecopy.errors import Unsafe

    opset = [onnx.helper.make_opsetid("", 18), onnx.helper.make_opsetid("pkg.bomb", 1)]

    def function(name: str, called: str, times: int) -> object:
        names = ["x", *(f"v{i}" for i in range(times - 1)), "y"]
        nodes = [
            onnx.helper.make_node(
                called, [names[i]], [names[i + 1]], domain="" if called == "Abs" else "pkg.bomb"
            )
            for i in range(times)
        ]
        return onnx.helper.make_function("pkg.bomb", name, ["x"], ["y"], nodes, opset)

    functions = [function(f"f{i}", f"f{i + 1}", 10) for i in range(8)] + [function("f8", "Abs", 1)]
    value = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in "xy"]
    node = onnx.helper.make_node("f0", ["x"], ["y"], domain="pkg.bomb")
    graph = onnx.helper.make_graph([node], "bomb", value[:1], value[1:])
    model = onnx.helper.make_model(graph, opset_imports=opset, functions=functions)
    with pytest.raises(Unsafe, match="stands for more than"):
        walk(memoryview(model.SerializeToString()), "bomb.onnx")
