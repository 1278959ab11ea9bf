"""`truecopy_export.attach`: a contract for somebody else's file, without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import truecopy
import truecopy_export
from truecopy.artifact import split
from truecopy.errors import ExternalData, ProofError, RecipeError, TruecopyError, UnreadableArtifact, Unsafe
from truecopy.proof import selftest

LABELS = ["cat", "dog", "owl"]
WITHOUT_TORCH = """
import sys
import truecopy_export
from truecopy.artifact import read
source, output, steps, photos, again = sys.argv[1:]
report = truecopy_export.attach(source, output, recipe=steps, labels=["cat", "dog", "owl"], proof=photos)
resealed = truecopy_export.reseal(output, again)
assert not resealed.graph_changed and read(again).seal == "sealed"
assert "torch" not in sys.modules, "torch was imported"
print(report.contract.proof.level)
"""


@pytest.fixture
def attach(steps, photos, tmp_path):
    def call(source, **options):
        filled = {"recipe": steps, "labels": LABELS} | options
        if "proof" not in filled:
            filled.setdefault("unproven", True)
        return truecopy_export.attach(source, tmp_path / "out.onnx", **filled)

    return call


def classifier(path: Path, shape, *, dtype=TensorProto.FLOAT, outputs=1, opset=13) -> Path:
    """Mean over the pixels, then a matrix: any size of picture, three classes."""
    kind = helper.tensor_dtype_to_np_dtype(dtype)
    channels_first = shape[1] in (1, 3, "c")
    axes = [2, 3] if channels_first else [1, 2]
    channels = 1 if shape[1] == 1 else 3
    weights = np.random.default_rng(0).normal(size=(channels, 3)).astype(kind)
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=axes, keepdims=0),
        helper.make_node("MatMul", ["mean", "w"], ["y0"]),
        *(helper.make_node("Identity", ["y0"], [f"y{i}"]) for i in range(1, outputs)),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", dtype, shape)],
        [helper.make_tensor_value_info(f"y{i}", dtype, None) for i in range(outputs)],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    model.metadata_props.add(key="author", value="someone")
    path.write_bytes(model.SerializeToString())
    return path


def test_attach_and_reseal_never_import_torch(bare_onnx, steps, photos, tmp_path):
    command = [
        sys.executable,
        "-c",
        WITHOUT_TORCH,
        bare_onnx,
        tmp_path / "a.onnx",
        steps,
        photos,
        tmp_path / "b.onnx",
    ]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "self-consistent"
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_a_live_transform_makes_it_bit_exact_and_equal_to_the_export(
    attach, bare_onnx, transform, report, photos
):
    made = attach(bare_onnx, recipe=transform, proof=photos)
    assert made.contract.proof.level == "bit-exact"
    assert made.contract.graph == report.contract.graph
    assert made.contract.steps == report.contract.steps
    for path in photos.rglob("*.png"):
        ours, theirs = (truecopy.load(file)(path).probabilities for file in (made.path, report.path))
        assert np.array_equal(ours, theirs)


def test_without_original_and_labels_the_report_does_not_claim_equality(attach, bare_onnx, photos):
    made = attach(bare_onnx, proof=photos / "cat")
    assert made.contract.proof.level == "self-consistent"
    assert made.contract.proof.tensor is None
    (note,) = (note for note in made.notes if "not proven" in note)
    assert note.startswith("steps written by hand have no original to equal")
    assert not any("equality proven" in note for note in made.notes)


def test_other_tools_metadata_stays_and_the_graph_keeps_its_bytes(attach, tmp_path):
    source = classifier(tmp_path / "theirs.onnx", ["n", 3, 8, 8])
    made = attach(source)
    model = onnx.load_model(made.path)
    assert {entry.key: entry.value for entry in model.metadata_props}["author"] == "someone"
    del model.metadata_props[:]
    original = onnx.load_model(source)
    del original.metadata_props[:]
    assert model == original
    assert selftest(made.path).ok


@pytest.mark.parametrize(
    ("shape", "layout", "batch"),
    [
        (["n", 3, 8, 8], "NCHW", None),
        ([2, 3, 8, 8], "NCHW", 2),
        (["n", 3, "h", "w"], "NCHW", None),
        ([None, None, None, 3], "NHWC", None),
        ([1, 8, 8, 3], "NHWC", 1),
    ],
)
def test_every_kind_of_shape_runs_and_streams(attach, tmp_path, photos, shape, layout, batch):
    made = attach(classifier(tmp_path / "theirs.onnx", shape))
    graph_input = made.contract.graph.inputs[0]
    assert (graph_input.layout, graph_input.batch) == (layout, batch)
    assert made.contract.graph.outputs[0].shape == (batch or "batch", 3)
    model = truecopy.load(made.path)
    paths = sorted(photos.rglob("*.png"))
    together = list(model.stream(paths))
    assert [answer.source for answer in together] == [str(path) for path in paths]
    for path, answer in zip(paths, together, strict=True):
        np.testing.assert_allclose(answer.probabilities, model(path).probabilities, atol=1e-6)


def test_a_free_size_is_tried_with_the_recipe_s(attach, tmp_path):
    """A graph that says any size, but whose matrix needs 8 x 8."""
    nodes = [helper.make_node("Flatten", ["x"], ["flat"]), helper.make_node("MatMul", ["flat", "w"], ["y"])]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(np.ones((192, 3), np.float32), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (tmp_path / "theirs.onnx").write_bytes(model.SerializeToString())
    assert attach(tmp_path / "theirs.onnx").contract.graph.outputs[0].shape == ("batch", 3)


def test_float16_is_fed_as_float16(attach, tmp_path, photos):
    made = attach(classifier(tmp_path / "half.onnx", ["n", 3, 8, 8], dtype=TensorProto.FLOAT16), proof=photos)
    assert made.contract.graph.inputs[0].dtype == "float16"
    assert truecopy.preprocess(next(photos.rglob("*.png")), made.contract).dtype == np.float16


def test_several_outputs_want_a_name(attach, tmp_path):
    source = classifier(tmp_path / "theirs.onnx", ["n", 3, 8, 8], outputs=2)
    with pytest.raises(RecipeError, match=r"the graph has 2 outputs: got y0, y1 - .* Say --answer NAME"):
        attach(source)
    with pytest.raises(RecipeError, match="no output 'logits': expected one of y0, y1"):
        attach(source, answer="logits")
    assert attach(source, answer="y1").contract.graph.answer == "y1"


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (["n", 8, 8, 8], r"does not tell where its channels are: .* Say --layout NCHW or --layout NHWC"),
        (["n", 3, 8, 3], "Say --layout"),
        (["n", 3], r"input 'x' is no batch of images: got shape \['n', 3\]"),
        (["n", 3, 9, 9], "the steps make 8 x 8 pixels, the graph takes 9 x 9"),
        (["n", 1, 8, 8], r"input 'x' has 1 channels, but the steps make 3 of"),
    ],
)
def test_an_input_that_does_not_fit_is_refused_by_text(attach, tmp_path, shape, message):
    with pytest.raises(TruecopyError, match=message):
        attach(classifier(tmp_path / "theirs.onnx", shape))
    assert not (tmp_path / "out.onnx").exists()


def test_what_is_no_model_of_one_file_is_refused(attach, tmp_path, bare_onnx):
    source = tmp_path / "theirs.onnx"
    source.write_bytes(bare_onnx.read_bytes()[:-40])
    with pytest.raises(UnreadableArtifact, match=r"no ONNX file.*theirs\.onnx"):
        attach(source)
    with pytest.raises(UnreadableArtifact, match="cannot read the model: No such file"):
        attach(tmp_path / "nowhere.onnx")
    model = onnx.load_model(bare_onnx)
    onnx.save_model(model, source, save_as_external_data=True, location="w.data", size_threshold=0)
    with pytest.raises(ExternalData, match="stand outside the file"):
        attach(source)
    strange = onnx.load_model(bare_onnx)
    strange.opset_import.add(domain="com.example", version=1)
    source.write_bytes(strange.SerializeToString())
    with pytest.raises(Unsafe, match=r"'com.example' are code from elsewhere"):
        attach(source)


def test_an_artifact_is_not_attached_over(attach, report):
    with pytest.raises(RecipeError, match=r"has a Truecopy contract already.*reseal"):
        attach(Path(report.path), labels=["a", "b", "c"])


def test_the_bare_graph_of_an_artifact_can_be_attached_anew(attach, report, tmp_path):
    graph, _ = split(Path(report.path).read_bytes())
    (tmp_path / "bare.onnx").write_bytes(graph)
    made = attach(tmp_path / "bare.onnx", labels=["a", "b", "c"])
    assert made.contract.graph == report.contract.graph
    assert truecopy.read(made.path).contract.task.labels == ("a", "b", "c")


def test_a_resealed_file_keeps_its_proof_only_with_its_graph(report, tmp_path):
    touched = onnx.load_model(report.path)
    touched.metadata_props.add(key="note", value="from a tool")
    (tmp_path / "touched.onnx").write_bytes(touched.SerializeToString(deterministic=True))
    with pytest.raises(Exception, match=r"not sealed: .* truecopy seal"):
        truecopy.load(tmp_path / "touched.onnx")
    resealed = truecopy_export.reseal(tmp_path / "touched.onnx", tmp_path / "same.onnx")
    assert resealed.contract.proof == report.contract.proof
    assert selftest(tmp_path / "same.onnx").ok
    touched.graph.initializer[0].raw_data = bytes(len(touched.graph.initializer[0].raw_data))
    (tmp_path / "other.onnx").write_bytes(touched.SerializeToString(deterministic=True))
    changed = truecopy_export.reseal(tmp_path / "other.onnx", tmp_path / "changed.onnx")
    assert changed.graph_changed
    assert truecopy.read(tmp_path / "changed.onnx").contract.proof.level == "unproven"
    assert not selftest(tmp_path / "changed.onnx").ok


def test_without_proof_attach_says_what_to_type(attach, bare_onnx):
    with pytest.raises(ProofError, match="or --no-proof"):
        attach(bare_onnx, unproven=False)
