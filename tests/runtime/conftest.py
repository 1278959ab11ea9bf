from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

import truecopy
from truecopy.artifact import compose, graph_sha256, split
from truecopy.contract import Contract, GraphInput, GraphOutput
from truecopy.engine import Running
from truecopy.predict import Member, Model, Strategy

ROOT = Path(__file__).resolve().parents[2]


class FakeSession:
    """A graph in Python: `answer` makes the array of output `logits` from the fed array; feeds are kept."""

    def __init__(self, answer: Callable[[np.ndarray], np.ndarray], device: str = "cpu") -> None:
        self.answer = answer
        self.running = Running(device, "FakeExecutionProvider", "0")
        self.inputs, self.outputs = ("input",), ("logits",)
        self.feeds: list[np.ndarray] = []

    def run(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        (fed,) = feeds.values()
        self.feeds.append(fed)
        return {"logits": self.answer(fed)}


class FakeOpened:
    """What `Model` needs of an opened file."""

    def __init__(self, member: Member, session: FakeSession) -> None:
        self.member, self._session = member, session
        self.artifact = SimpleNamespace(path="fake.onnx")

    def session(self, device: str, threads: int) -> FakeSession:
        return self._session


@pytest.fixture(scope="session")
def digits() -> Path:
    return ROOT / "artifacts" / "digits.onnx"


@pytest.fixture(scope="session")
def digit_images() -> list[str]:
    return sorted(map(str, (ROOT / "artifacts" / "digits").glob("*.png")))


@pytest.fixture(scope="session")
def digits_contract(digits: Path) -> Contract:
    return truecopy.read(digits).contract


@pytest.fixture(scope="session")
def change() -> Callable[..., Contract]:
    """A contract with other values: `change(contract, graph={"precision": "fp16"}, task={...})`.

    Its proof says nothing about its subject, which would be another one now.
    """

    def made(contract: Contract, **parts: Mapping[str, Any]) -> Contract:
        replace = msgspec.structs.replace
        contract = replace(contract, proof=replace(contract.proof, subject=None))
        return replace(
            contract, **{name: replace(getattr(contract, name), **new) for name, new in parts.items()}
        )

    return made


@pytest.fixture(scope="session")
def fake_session() -> type[FakeSession]:
    return FakeSession


@pytest.fixture(scope="session")
def member(digits_contract: Contract) -> Callable[..., Member]:
    def made(contract: Contract = digits_contract) -> Member:
        return Member.of(contract)

    return made


@pytest.fixture(scope="session")
def fake_model(member: Callable[..., Member], digits_contract: Contract) -> Callable[..., Model]:
    """A model of the digits' contract over a graph in Python."""

    def made(
        answer: Callable[[np.ndarray], np.ndarray],
        *,
        contract: Contract = digits_contract,
        device: str = "cpu",
        threads: int = 2,
    ) -> Model:
        opened = FakeOpened(member(contract), FakeSession(answer, device))
        return Model.of([opened], Strategy(), device, threads)  # type: ignore[list-item]

    return made


@pytest.fixture
def rewritten(digits: Path, tmp_path: Path) -> Callable[..., Path]:
    """The digits' file with other documents in it, sealed: `rewritten(contract=..., golden=...)`."""

    def made(contract: Contract | None = None, golden: Any = None) -> Path:
        artifact = truecopy.read(digits)
        graph, _ = split(digits.read_bytes())
        path = tmp_path / "rewritten.onnx"
        samples = artifact.golden if golden is None else golden
        path.write_bytes(compose(graph, contract or artifact.contract, samples))
        return path

    return made


@pytest.fixture
def raw_document(digits: Path, tmp_path: Path) -> Callable[..., Path]:
    """The digits' file with a contract that no encoder would write; `edit` changes the plain JSON."""
    from truecopy.artifact.metadata import CONTRACT_KEY, write_entry
    from truecopy.artifact.seal import append_seal

    def made(edit: Callable[[dict[str, Any]], None]) -> Path:
        graph, entries = split(digits.read_bytes())
        document = json.loads(entries[CONTRACT_KEY])
        edit(document)
        path = tmp_path / "raw.onnx"
        path.write_bytes(append_seal(graph + write_entry(CONTRACT_KEY, json.dumps(document))))
        return path

    return made


@pytest.fixture
def tiny(digits_contract: Contract, change: Callable[..., Contract], tmp_path: Path) -> Callable[..., Path]:
    """A sealed file around a graph of a few nodes; the digits' contract, cut to its signature."""
    onnx = pytest.importorskip("onnx")

    def made(
        nodes: Any = None, *, batch: int | str = "batch", classes: int = 10, constants: Any = (), **parts: Any
    ) -> Path:
        # The mean over the rows of the picture, then the first columns: cheap, and different for each picture.
        nodes = nodes or [
            onnx.helper.make_node("ReduceMean", ["input", "axes"], ["columns"], keepdims=0),
            onnx.helper.make_node("Slice", ["columns", "zero", "classes", "one"], ["logits"]),
        ]
        numbers = {"axes": [1, 2], "zero": [0], "classes": [classes], "one": [1], **dict(constants)}
        initializers = [onnx.numpy_helper.from_array(np.array(v, np.int64), k) for k, v in numbers.items()]
        float32 = onnx.TensorProto.FLOAT
        graph = onnx.helper.make_graph(
            nodes,
            "tiny",
            [onnx.helper.make_tensor_value_info("input", float32, [batch, 1, 26, 26])],
            [onnx.helper.make_tensor_value_info("logits", float32, None)],
            initializers,
        )
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10)
        data = model.SerializeToString()
        signature = {
            "inputs": (GraphInput(name="input", dtype="float32", layout="NCHW", shape=(batch, 1, 26, 26)),),
            "outputs": (GraphOutput(name="logits", dtype="float32", shape=(batch, classes)),),
            "sha256": graph_sha256(data),
        }
        contract = change(digits_contract, **{**parts, "graph": {**signature, **parts.get("graph", {})}})
        path = tmp_path / f"tiny-{len(list(tmp_path.iterdir()))}.onnx"
        path.write_bytes(compose(data, contract, ()))
        return path

    return made
