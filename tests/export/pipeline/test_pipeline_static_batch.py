"""Graphs of one fixed batch: however many items there are, each is answered as if it came alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

import truecopy
import truecopy_export
from truecopy.proof import selftest

SHARED = Path(__file__).parents[4] / "shared" / "data"
COUNTS = (1, 3, 4, 5, 9)
SQUEEZENET = """\
steps:
  - {op: resize, rule: short, size: 256, kernel: pillow, filter: bilinear, pass_order: horizontal}
  - {op: center_crop, size: [224, 224], offset: half_even, pad_before: floor, fill: 0}
  - {op: swap_rb}
  - {op: values, chain: [[sub, [104.0, 117.0, 123.0]]]}
"""


def of_batch(size: int) -> bytes:
    """A convolution, the mean over the pixels and a matrix, whose reshape has the batch as a number."""
    random = np.random.default_rng(2)
    weights = {
        "k": random.normal(size=(6, 3, 3, 3)).astype(np.float32),
        "w": random.normal(size=(6, 3)).astype(np.float32),
        "flat": np.array([size, 6], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["x", "k"], ["c"]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["m"]),
        helper.make_node("Reshape", ["m", "flat"], ["f"]),
        helper.make_node("MatMul", ["f", "w"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [size, 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [size, 3])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 13)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def pictures(count: int) -> list[Image.Image]:
    random = np.random.default_rng(5)
    return [Image.fromarray(random.integers(0, 256, (11 + n, 17, 3), np.uint8)) for n in range(count)]


def check_counts(path, sources) -> None:
    """`predict` and `stream` of 1, 3, 4, 5 and 9 items answer each as it is answered alone, to the bit."""
    model = truecopy.load(path, device="cpu")
    alone = [model(source) for source in sources]
    assert (
        len({answer.index for answer in alone} | {answer.confidence for answer in alone}) > len(sources) // 2
    )
    for count in COUNTS:
        for answers in (model.predict(sources[:count]), list(model.stream(sources[:count]))):
            assert len(answers) == count
            for one, other in zip(answers, alone, strict=False):
                assert one.index == other.index
                assert np.array_equal(one.probabilities, other.probabilities)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_foreign_graph_of_a_fixed_batch_answers_any_number_of_items(tmp_path, steps, photos, size):
    (tmp_path / "theirs.onnx").write_bytes(of_batch(size))
    made = truecopy_export.attach(
        tmp_path / "theirs.onnx",
        tmp_path / "out.onnx",
        recipe=steps,
        labels=["cat", "dog", "owl"],
        proof=photos,
    )
    assert made.contract.graph.inputs[0].shape == (size, 3, 8, 8)
    assert made.contract.proof.accuracy.images == 4
    assert selftest(made.path).ok
    check_counts(made.path, pictures(9))


def test_squeezenet_of_batch_one_answers_any_number_of_photographs(tmp_path):
    source = SHARED / "weights" / "onnx_thirdparty" / "SqueezeNet_fp16.onnx"
    if not source.is_file():
        pytest.skip("the shared data (../shared/data) is not here")
    (tmp_path / "steps.yaml").write_text(SQUEEZENET)
    made = truecopy_export.attach(
        source, tmp_path / "out.onnx", recipe=tmp_path / "steps.yaml", labels=[f"class {n}" for n in range(1000)],
        unproven=True, activation="none",
    )  # fmt: skip
    assert made.contract.graph.inputs[0].batch == 1
    check_counts(made.path, sorted((SHARED / "imagenet" / "photos").iterdir())[:9])
