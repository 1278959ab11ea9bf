"""Small graphs of ONNX Runtime under each of the tasks: from a sealed file to a result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import truecopy
from truecopy.artifact import compose, graph_sha256
from truecopy.contract import (
    Autoregressive,
    Binary,
    Contract,
    GraphOutput,
    Quantity,
    Regression,
    Sequence,
    UndoLog1p,
)
from truecopy.errors import OutputError

BIGRAMS = np.random.default_rng(3).normal(size=(5, 5), scale=3).astype(np.float32)


@pytest.fixture
def sealed(tmp_path: Path) -> Callable[..., Path]:
    """A sealed file around nodes over int64 `ids` and `mask`, both (batch, steps)."""
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper

    def made(
        contract: Contract, nodes: list[tuple[str, list[str], str, dict[str, Any]]], **constants: Any
    ) -> Path:
        made_nodes = [
            helper.make_node(kind, inputs, [output], **more) for kind, inputs, output, more in nodes
        ]
        inputs = [
            helper.make_tensor_value_info(one.name, onnx.TensorProto.INT64, one.shape)
            for one in contract.graph.inputs
        ]
        outputs = [
            helper.make_tensor_value_info(one.name, onnx.TensorProto.FLOAT, one.shape)
            for one in contract.graph.outputs
        ]
        initializers = [
            onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()
        ]
        graph = helper.make_graph(made_nodes, "small", inputs, outputs, initializers)
        data = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10
        ).SerializeToString()
        path = tmp_path / "small.onnx"
        whole = replace(contract, requires="0.3", graph=replace(contract.graph, sha256=graph_sha256(data)))
        path.write_bytes(compose(data, whole, ()))
        return path

    return made


def generator(reads: str = "last_step", stop: int | None = None) -> Sequence:
    return Sequence(activation="softmax", labels=tuple("$abcd"), labels_source="-", layout="NTC",
                    decoding=Autoregressive(reads=reads, stop=stop, max_new=8), joiner="")  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize("padding", [None, ("left", 6), ("right", 6)])
def test_a_bigram_model_goes_from_token_to_token(tokens_contract, sealed, padding):
    contract = tokens_contract(generator(), padding=padding, truncation="left" if padding else None)
    path = sealed(contract, [("Gather", ["bigrams", "ids"], "logits", {})], bigrams=BIGRAMS)
    model = truecopy.load(path, device="cpu")
    assert repr(model) == "<truecopy.Model sequence, 5 tokens, fp32, cpu>"
    for start in range(5):
        expected, token = "", start
        for _ in range(8):
            token = int(BIGRAMS[token].argmax())
            expected += "$abcd"[token]
        result = model([1, start])
        assert (result.text, result.passes) == (expected, 8)
        assert model.predict([[1, start], [start]])[1].text == expected


MEAN_OF_IDS = [("Mul", ["ids", "mask"], "kept", {}), ("Cast", ["kept"], "numbers", {"to": 1}),
               ("ReduceSum", ["numbers", "axes"], "logits", {"keepdims": 0})]  # fmt: skip


def test_a_mask_beside_the_ids_and_an_output_beside_the_answer(tokens_contract, sealed):
    """The answer is one number an item, (batch,): the sum of the ids, padding (id 0 would count as one) left out."""
    task = Binary(activation="sigmoid", labels=("few", "many"), labels_source="-", positive=1, threshold=0.5)
    numbers = GraphOutput(name="numbers", dtype="float32", shape=("batch", 4))
    contract = tokens_contract(
        task, feeds=("ids", "mask"), padding=("left", 4), answer=("batch",), more=(numbers,)
    )
    path = sealed(contract, MEAN_OF_IDS, axes=np.array([1]))
    model = truecopy.load(path, device="cpu")
    result = model([1, 2], outputs=("numbers",))
    assert result.label == "many"
    assert result.probability == pytest.approx(1 / (1 + np.exp(-3)), rel=1e-6)
    assert result.outputs["numbers"].tolist() == [0, 0, 1, 2]
    assert model([0]).probability == 0.5


def test_a_number_comes_in_its_unit_and_an_overflow_fails_its_item_alone(tokens_contract, sealed):
    task = Regression(
        values=(Quantity(name="price", unit="euros", clip=(None, 50.0)),),
        values_source="-",
        undo=(UndoLog1p(),) * 2,
    )
    contract = tokens_contract(task, feeds=("ids", "mask"), padding=("right", 4), answer=("batch",))
    model = truecopy.load(sealed(contract, MEAN_OF_IDS, axes=np.array([1])), device="cpu")
    good, clipped, failed, again = model.predict([[1], [2], [4, 4], [1]], on_error="yield")
    assert good["price"] == again["price"] == np.expm1(np.expm1(1.0))
    assert clipped.values[0].to_dict() == {"name": "price", "value": 50.0, "unit": "euros", "clipped": "high"}
    assert isinstance(failed.error, OutputError)
    assert "undoing log1p makes no number of 'price': expected a finite number, got inf of 2979.96" in str(
        failed.error
    )
