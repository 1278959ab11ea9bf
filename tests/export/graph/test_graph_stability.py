"""A given graph must answer one image alone as among others, and twice the same."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

from truecopy.contract import GraphInput
from truecopy.engine import open_session
from truecopy.errors import TruecopyError, Unsafe
from truecopy_export.graph.stability import check_stability
from truecopy_export.signature import Signature

TWICE = "the graph answers the same images differently when it is run twice.* in evaluation mode"
BATCH = r"the graph's answer depends on the batch: .* expected at most 1e-04 of the largest output, got "
WEIGHTS = [
    numpy_helper.from_array(np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32), "w"),
    numpy_helper.from_array(np.float32(0.5), "ratio"),
    numpy_helper.from_array(np.bool_(True), "on"),
    numpy_helper.from_array(np.bool_(False), "off"),
]
CENTRE = [
    helper.make_node("ReduceMean", ["l"], ["m"], axes=[0], keepdims=1),
    helper.make_node("Sub", ["l", "m"], ["y"]),
]
NOISE = [helper.make_node("RandomNormalLike", ["l"], ["r"]), helper.make_node("Add", ["l", "r"], ["y"])]
PLAIN = [helper.make_node("Identity", ["l"], ["y"])]


def content(nodes, *, batch=None, layout="NCHW") -> bytes:
    """Mean over the pixels, a matrix, and then `nodes` from `l` to `y`."""
    shape = [3, 8, 8] if layout == "NCHW" else [8, 8, 3]
    head = [
        helper.make_node(
            "ReduceMean", ["x"], ["mean"], axes=[2, 3] if layout == "NCHW" else [1, 2], keepdims=0
        ),
        helper.make_node("MatMul", ["mean", "w"], ["l"]),
    ]
    graph = helper.make_graph(
        [*head, *nodes],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch or "n", *shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        WEIGHTS,
    )
    opsets = [helper.make_opsetid("", 13)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def check(graph: bytes, *, batch=None, layout="NCHW", precision="fp32", ending=None) -> None:
    shape = (3, 8, 8) if layout == "NCHW" else (8, 8, 3)
    graph_input = GraphInput(name="x", dtype="float32", layout=layout, shape=(batch or "n", *shape))
    signature = Signature((graph_input,), "image")
    check_stability(open_session(graph, "cpu", precision, 1), signature, "y", precision, ending=ending)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (CENTRE, BATCH),
        ([helper.make_node("ReduceMean", ["l"], ["y"], axes=[0], keepdims=1)], "one row per image"),
        (NOISE, TWICE),
        ([helper.make_node("Dropout", ["l", "ratio", "on"], ["y"])], TWICE),
    ],
    ids=["centred over the batch", "one mean of the batch", "noise", "dropout in training"],
)
def test_what_is_no_function_of_one_image_is_refused(nodes, message):
    with pytest.raises(Unsafe, match=message):
        check(content(nodes))


@pytest.mark.parametrize(
    "nodes",
    [
        PLAIN,
        [helper.make_node("Dropout", ["l", "ratio", "off"], ["y"])],
        [helper.make_node("Sub", ["l", "l"], ["y"])],
        [helper.make_node("Log", ["l"], ["y"])],
    ],
    ids=["logits", "dropout in evaluation", "nothing but zeros", "NaN, each time the same"],
)
def test_what_answers_each_image_for_itself_passes(nodes):
    check(content(nodes))


def test_a_graph_with_its_channels_last_is_checked_too():
    check(content(PLAIN, layout="NHWC"), layout="NHWC")
    with pytest.raises(Unsafe, match=BATCH):
        check(content(CENTRE, layout="NHWC"), layout="NHWC")


@pytest.mark.parametrize("batch", [1, 4, 9])
def test_a_fixed_batch_is_run_twice_and_filled_up_with_each_image(batch):
    check(content(PLAIN, batch=batch), batch=batch)
    with pytest.raises(Unsafe, match=TWICE):
        check(content(NOISE, batch=batch), batch=batch)


def test_a_batch_of_one_has_nothing_to_mix():
    check(content(CENTRE, batch=1), batch=1)


@pytest.mark.parametrize("batch", [2, 4, 9])
def test_a_fixed_batch_whose_filling_changes_answers_is_refused(batch):
    with pytest.raises(Unsafe, match=rf"{BATCH}.*fills up the last batch of {batch} would change answers"):
        check(content(CENTRE, batch=batch), batch=batch)


def test_a_fixed_batch_whose_last_place_answers_otherwise_is_refused():
    """Each place has its own bias, as a trace that counts on the batch leaves it."""
    bias = numpy_helper.from_array(np.arange(12, dtype=np.float32).reshape(4, 3), "bias")
    nodes = [
        helper.make_node("Constant", [], ["b"], value=bias),
        helper.make_node("Add", ["l", "b"], ["y"]),
    ]
    with pytest.raises(Unsafe, match=BATCH):
        check(content(nodes, batch=4), batch=4)


def test_dynamic_quantisation_is_let_through_although_its_scale_is_the_batch_s(tmp_path):
    (tmp_path / "float.onnx").write_bytes(content(PLAIN))
    quantize_dynamic(tmp_path / "float.onnx", tmp_path / "small.onnx")
    graph = (tmp_path / "small.onnx").read_bytes()
    check(graph, precision="int8")
    with pytest.raises(Unsafe, match=BATCH):
        check(graph, precision="fp32")


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("ReduceMean", ["l"], ["y"], axes=[0], keepdims=0),
        helper.make_node("ReduceMean", ["l"], ["y"], keepdims=0),
        helper.make_node("Flatten", ["l"], ["y"], axis=0),
    ],
    ids=["no batch axis", "one number", "the batch in one row"],
)
def test_an_answer_without_a_row_for_each_image_is_refused(node):
    with pytest.raises(TruecopyError):
        check(content([node]))


def test_rare_probabilities_of_a_sigmoid_are_compared_as_they_are():
    """The mean of the batch moves the logits a little, and probabilities of 1e-5 by a share of themselves."""
    far = numpy_helper.from_array(np.float32(-15), "far")
    nodes = [
        *CENTRE[:1],
        helper.make_node("Sub", ["l", "m"], ["c"]),
        helper.make_node("Constant", [], ["far"], value=far),
        helper.make_node("Add", ["c", "far"], ["moved"]),
        helper.make_node("Sigmoid", ["moved"], ["y"]),
    ]
    check(content(nodes), ending="Sigmoid")
    with pytest.raises(Unsafe, match=BATCH):
        check(content(nodes))
    # Close to one half the same mean counts.
    with pytest.raises(Unsafe, match=r"at most 1e-04 in probability, got "):
        check(content([*CENTRE[:1], helper.make_node("Sub", ["l", "m"], ["c"]),
                       helper.make_node("Sigmoid", ["c"], ["y"])]), ending="Sigmoid")  # fmt: skip
