"""What `attach` finds out about a given graph, and what its proof may then say."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic
from PIL import ImageFile

import truecopy_export
from truecopy.errors import RecipeError, Unsafe
from truecopy.proof import selftest

FLOAT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16
OPEN = """\
steps:
  - {op: resize, rule: short, size: 10, kernel: pillow, filter: bilinear, pass_order: pillow13}
  - {op: values, chain: [[div, 255.0], [sub, [0.5, 0.5, 0.5]], [div, [0.25, 0.25, 0.25]]]}
"""
PLAIN = [helper.make_node("Identity", ["l"], ["y"])]
CENTRE = [
    helper.make_node("ReduceMean", ["l"], ["m"], axes=[0], keepdims=1),
    helper.make_node("Sub", ["l", "m"], ["y"]),
]
NOISE = [helper.make_node("RandomNormalLike", ["l"], ["r"]), helper.make_node("Add", ["l", "r"], ["y"])]


@pytest.fixture
def theirs(tmp_path):
    """Somebody's file: the mean over the pixels, a matrix, and then `nodes` from `l` to `y`."""

    def write(nodes=PLAIN, *, shape=("n", 3, 8, 8), dtype=FLOAT):
        kind = helper.tensor_dtype_to_np_dtype(dtype)
        weights = np.random.default_rng(0).normal(size=(3, 3)).astype(kind)
        head = [
            helper.make_node("ReduceMean", ["x"], ["mean"], axes=[2, 3], keepdims=0),
            helper.make_node("MatMul", ["mean", "w"], ["l"]),
        ]
        graph = helper.make_graph(
            [*head, *nodes],
            "g",
            [helper.make_tensor_value_info("x", dtype, shape)],
            [helper.make_tensor_value_info("y", dtype, None)],
            [numpy_helper.from_array(weights, "w")],
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        path = tmp_path / "theirs.onnx"
        path.write_bytes(made.SerializeToString())
        return path

    return write


@pytest.fixture
def quantised(theirs, tmp_path):
    path = tmp_path / "quantised.onnx"
    quantize_dynamic(theirs(), path)
    return path


@pytest.fixture
def attach(steps, tmp_path):
    def call(source, **options):
        filled = {"recipe": steps, "labels": ["cat", "dog", "owl"]} | options
        if "proof" not in filled:
            filled["unproven"] = True
        return truecopy_export.attach(source, tmp_path / "out.onnx", **filled)

    return call


@pytest.mark.parametrize(
    ("nodes", "message"), [(CENTRE, "depends on the batch"), (NOISE, "when it is run twice")]
)
def test_a_graph_that_is_no_function_of_one_image_is_not_written(attach, theirs, tmp_path, nodes, message):
    with pytest.raises(Unsafe, match=message):
        attach(theirs(nodes))
    assert not (tmp_path / "out.onnx").exists()


def test_a_batch_of_one_may_mix_its_images(attach, theirs):
    made = attach(theirs(CENTRE, shape=(1, 3, 8, 8)))
    assert made.contract.graph.inputs[0].batch == 1


def test_a_batch_of_two_that_mixes_its_images_is_refused(attach, theirs, tmp_path):
    with pytest.raises(Unsafe, match="what fills up the last batch of 2 would change answers"):
        attach(theirs(CENTRE, shape=(2, 3, 8, 8)))
    assert not (tmp_path / "out.onnx").exists()


def test_dropout_in_training_mode_is_named_before_anything_runs(attach, theirs, tmp_path):
    on = numpy_helper.from_array(np.bool_(True), "on")
    nodes = [
        helper.make_node("Constant", [], ["on"], value=on),
        helper.make_node("Dropout", ["l", "", "on"], ["y"], name="drop"),
    ]
    with pytest.raises(
        Unsafe, match=r"got node 'drop' \(Dropout in training mode\)\. Export it again in evaluation mode"
    ):
        attach(theirs(nodes))
    assert not (tmp_path / "out.onnx").exists()


def test_a_half_precision_graph_says_so_and_its_proof_says_what_the_cpu_computes(attach, theirs, photos):
    contract = attach(theirs(dtype=HALF), proof=photos).contract
    assert contract.graph.precision == "fp16"
    assert contract.proof.arithmetic == "fp32"


def test_a_quantised_graph_says_so_and_is_not_refused_for_its_batch(attach, quantised, photos):
    made = attach(quantised, proof=photos)
    assert made.contract.graph.precision == made.contract.proof.arithmetic == "int8"
    assert selftest(made.path).ok


def test_a_quantised_graph_without_a_proof_says_int8_too(attach, quantised):
    assert attach(quantised).contract.proof.arithmetic == "int8"


def test_steps_by_hand_compare_nothing_and_so_the_proof_says_nothing(attach, theirs, photos):
    contract = attach(theirs(), proof=photos).contract
    assert contract.graph.precision == "fp32"
    proof = contract.proof
    assert (proof.level, proof.images, proof.labelled) == ("self-consistent", 4, True)
    assert proof.tensor is proof.output is proof.decisions is None
    assert proof.accuracy.original is None
    assert 0 <= proof.accuracy.truecopy <= 1
    assert proof.accuracy.images == 4


def test_a_live_transform_is_compared_and_the_proof_says_it(attach, theirs, photos, transform):
    proof = attach(theirs(), recipe=transform, proof=photos).contract.proof
    assert (proof.level, proof.images, proof.labelled) == ("bit-exact", 4, True)
    assert proof.tensor.differing_values == 0
    assert proof.output.max_abs_over_max_logit < 1e-6
    assert proof.decisions.flips == 0
    assert proof.accuracy.original == proof.accuracy.truecopy


@pytest.mark.parametrize(
    ("shape", "said"), [(("n", 3, 8, 8), "8 x 8"), ((1, 3, 8, 8), "8 x 8"), (("n", 3, 8, "w"), "8 x w")]
)
def test_a_recipe_that_leaves_the_size_open_does_not_fit_a_fixed_graph(attach, theirs, tmp_path, shape, said):
    (tmp_path / "open.yaml").write_text(OPEN)
    with pytest.raises(RecipeError, match=rf"leaves pictures of different sizes.*{said}.*CenterCrop"):
        attach(theirs(shape=shape), recipe=tmp_path / "open.yaml")
    assert not (tmp_path / "out.onnx").exists()


def test_a_recipe_that_leaves_the_size_open_fits_a_graph_that_takes_any(attach, theirs, photos, tmp_path):
    (tmp_path / "open.yaml").write_text(OPEN)
    made = attach(theirs(shape=("n", 3, "h", "w")), recipe=tmp_path / "open.yaml", proof=photos)
    assert made.contract.proof.images == 4
    assert selftest(made.path).ok


def test_nothing_is_written_while_pillow_fills_up_half_images(
    attach, bare_onnx, tmp_path, photos, monkeypatch
):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for options in ({}, {"proof": photos}):
        with pytest.raises(RecipeError, match=r"LOAD_TRUNCATED_IMAGES is on .* Set it to False before"):
            attach(bare_onnx, **options)
    assert not (tmp_path / "out.onnx").exists()
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    assert attach(bare_onnx).contract.proof.level == "unproven"
