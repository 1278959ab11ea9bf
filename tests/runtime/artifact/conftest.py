from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from truecopy.artifact import GoldenSample, compose, graph_sha256, split
from truecopy.contract import (
    Contract,
    Graph,
    GraphInput,
    GraphOutput,
    ImageInput,
    Multiclass,
    Proof,
    Provenance,
    TensorDifference,
    Values,
    Views,
)


def make_contract(sha256: str = "0" * 64) -> Contract:
    return Contract(
        truecopy=1,
        requires="0.1",
        input=ImageInput(
            decoder="pillow",
            color="L",
            orientation="ignore",
            alpha="drop",
            depth16="clip",
            cmyk="pillow",
            frame=0,
        ),
        steps=(Values(chain=(("div", 255.0),)),),
        graph=Graph(
            inputs=(GraphInput(name="x", dtype="float32", layout="NCHW", shape=("n", 1, 1, 1)),),
            outputs=(GraphOutput(name="y", dtype="float32", shape=("n", 2)),),
            answer="y",
            precision="fp32",
            opset=20,
            sha256=sha256,
        ),
        task=Multiclass(
            activation="softmax",
            labels=("no", "yes"),
            label_ids=None,
            labels_source="test",
            threshold=None,
            temperature=1.0,
        ),
        views=Views(forbidden=(), relabel={}),
        provenance=Provenance(
            checkpoint=None,
            architecture=None,
            recipe="test",
            parent=None,
            versions={},
            created="2026-11-20T20:00:00Z",
        ),
        proof=Proof(
            level="bit-exact",
            images=1,
            labelled=False,
            provider="cpu",
            arithmetic="fp32",
            isa="any",
            tensor=TensorDifference(differing_values=0),
            output=None,
            decisions=None,
            accuracy=None,
        ),
    )


GOLDEN = (
    GoldenSample(
        name="grey",
        encoded=b"\x89PNG, as far as this test goes",
        decode="1" * 64,
        canvas="2" * 64,
        tensor="3" * 64,
        output=np.array([0.5, -2.25], np.float32),
    ),
)


@pytest.fixture(scope="session")
def contract_of() -> Callable[..., Contract]:
    """A small contract about the graph with a hash."""
    return make_contract


@pytest.fixture(scope="session")
def golden() -> tuple[GoldenSample, ...]:
    return GOLDEN


@pytest.fixture(scope="session")
def graph() -> bytes:
    """The bytes of an ONNX model, without metadata: x (n, 1, 1, 1) -> Flatten -> Gemm -> y (n, 2)."""
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    nodes = [
        helper.make_node("Flatten", ["x"], ["flat"], name="flatten"),
        helper.make_node("Gemm", ["flat", "w", "b"], ["y"], name="gemm"),
    ]
    weights = [
        onnx.numpy_helper.from_array(np.array([[1.0, -1.0]], np.float32), "w"),
        onnx.numpy_helper.from_array(np.array([0.0, 0.5], np.float32), "b"),
    ]
    made = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", 1, ["n", 1, 1, 1])],
        [helper.make_tensor_value_info("y", 1, ["n", 2])],
        weights,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return model.SerializeToString()


@pytest.fixture(scope="session")
def sealed(graph) -> bytes:
    """A whole artifact: graph, somebody's metadata, contract, golden samples, seal."""
    return compose(graph, make_contract(graph_sha256(graph)), GOLDEN, {"author": "Ada"})


@pytest.fixture(scope="session")
def compose_model() -> Callable[..., bytes]:
    """A sealed artifact of an `onnx.ModelProto` or its bytes."""

    def make(model) -> bytes:
        data = model if isinstance(model, bytes) else model.SerializeToString()
        bare, entries = split(data)
        return compose(bare, make_contract(graph_sha256(bare)), GOLDEN, entries)

    return make


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """Bytes as a file in a folder of the test."""

    def make(content: bytes, name: str = "model.onnx") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make
