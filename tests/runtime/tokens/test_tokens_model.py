"""Texts, ids and files of them through a real graph: a score for each letter, summed where the mask says so."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

import truecopy
from truecopy.artifact import compose, graph_sha256
from truecopy.contract import GraphInput, GraphOutput
from truecopy.errors import Unsupported

SCORES = np.array(
    [[1.0, 0.0], [0.0, 2.0], [0.25, 0.5], [3.0, 0.0]], np.float32
)  # of "a", "b", "c" and all others
LENGTH = 4


def expected(ids: list[int]) -> np.ndarray:
    logits = SCORES[ids].sum(axis=0, dtype=np.float64)
    shifted = np.exp(logits - logits.max())
    return shifted / shifted.sum()


@pytest.fixture
def model(tmp_path, digits_contract, make_spec, make_text, make_padding):
    onnx = pytest.importorskip("onnx")
    node, info, proto = onnx.helper.make_node, onnx.helper.make_tensor_value_info, onnx.TensorProto
    graph = onnx.helper.make_graph(
        [
            node("Gather", ["scores", "ids"], ["each"]),
            node("Unsqueeze", ["mask", "last"], ["kept"]),
            node("Mul", ["each", "kept"], ["own"]),
            node("ReduceSum", ["own", "time"], ["logits"], keepdims=0),
        ],
        "letters",
        [info("mask", proto.FLOAT, ["batch", LENGTH]), info("ids", proto.INT32, ["batch", LENGTH])],
        [info("logits", proto.FLOAT, ["batch", 2])],
        [
            onnx.numpy_helper.from_array(SCORES, "scores"),
            onnx.numpy_helper.from_array(np.array([2]), "last"),
            onnx.numpy_helper.from_array(np.array([1]), "time"),
        ],
    )
    network = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10)
    data = network.SerializeToString()
    replace = msgspec.structs.replace
    inputs = [
        GraphInput(name=name, dtype=dtype, layout="NT", shape=("batch", LENGTH), feed=name)
        for name, dtype in (("mask", "float32"), ("ids", "int32"))
    ]
    contract = replace(
        digits_contract,
        input=make_spec(
            ids=4, text=make_text("abc?", unknown=3), max_length=LENGTH, truncation="right",
            padding=make_padding("left", 3, LENGTH),
        ),
        steps=(),
        graph=replace(
            digits_contract.graph,
            inputs=tuple(inputs),
            outputs=(GraphOutput(name="logits", dtype="float32", shape=("batch", 2)),),
            answer="logits",
            sha256=graph_sha256(data),
        ),
        task=replace(digits_contract.task, labels=("no", "yes"), label_ids=None),
        proof=replace(digits_contract.proof, subject=None),
    )  # fmt: skip
    path = tmp_path / "letters.onnx"
    path.write_bytes(compose(data, contract, ()))
    return truecopy.load(path, device="cpu")


@pytest.mark.parametrize(
    ("source", "ids"),
    [("ab", [0, 1]), ([0, 1], [0, 1]), ("cabba", [2, 0, 1, 1]), ("x", [3]), (np.array([2, 2, 2]), [2, 2, 2])],
)
def test_padding_counts_for_nothing_though_its_id_has_a_score(model, source, ids):
    answer = model(source)
    np.testing.assert_allclose(answer.probabilities, expected(ids), rtol=1e-6)
    assert answer.source == ("<text>" if isinstance(source, str) else "<ids>")


def test_a_file_of_texts_is_answered_line_by_line_and_a_bad_line_fails_alone(model, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes(b"ab\n\nb\xff\ncabba\n")
    first, empty, bad, last = model.predict(path, on_error="yield")
    np.testing.assert_array_equal(first.probabilities, model("ab").probabilities)
    np.testing.assert_array_equal(last.probabilities, model("cabba").probabilities)
    assert (first.source, last.source) == (f"{path}:1", f"{path}:4")
    assert last.warnings == ("cut on the right: 4 of 5 ids are kept",)
    assert (empty.source, bad.source) == (f"{path}:2", f"{path}:3")
    assert str(empty.error) == (
        f"the sequence is empty: expected at least one id, got none - at {path}:2. Leave it out"
    )
    assert "the line is not UTF-8: got byte 0xff at 1" in str(bad.error)


def test_rows_of_ids_are_one_sequence_each(model):
    rows = np.array([[0, 1, 2], [2, 2, 2]])
    answers = model.predict(rows)
    np.testing.assert_allclose(
        [one.probabilities for one in answers], [expected(row) for row in rows], rtol=1e-6
    )


def test_one_text_is_no_list_of_texts_and_a_file_no_text(model, tmp_path):
    with pytest.raises(Unsupported, match=r"Put one sequence into a list: \[source\]"):
        model.predict("hello")
    with pytest.raises(Unsupported, match=r"All its lines: model\.predict\(path\)"):
        model(tmp_path / "texts.txt")
