from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import truecopy
from truecopy.engine import open_session
from truecopy.engine.providers import CPU, CUDA
from truecopy.errors import ContractError, DeviceError, OutputError, Unsafe

ONES = np.ones((1, 1, 26, 26), np.float32)


def test_a_session_says_where_it_runs_and_what_its_tensors_are_called(digits: Path) -> None:
    session = open_session(digits.read_bytes(), "cpu", "fp32", 1)
    assert (session.running.device, session.running.provider) == ("cpu", CPU)
    assert session.running.version.count(".") >= 2
    assert (session.inputs, session.outputs) == (("input",), ("logits",))


def test_several_threads_get_the_answers_of_one(digits: Path) -> None:
    session = open_session(digits.read_bytes(), "cpu", "fp32", 1)
    inputs = [np.full((1, 1, 26, 26), value / 40, np.float32) for value in range(40)]
    alone = [session.run({"input": x})["logits"] for x in inputs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda x: session.run({"input": x})["logits"], inputs))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("feed", [{"x": ONES}, {}, {"input": ONES.astype(np.float64)}, {"input": ONES[0]}])
def test_a_graph_that_fails_is_an_output_error(digits: Path, feed: dict[str, np.ndarray]) -> None:
    session = open_session(digits.read_bytes(), "cpu", "fp32", 1)
    with pytest.raises(OutputError, match=r"ONNX Runtime \d+\.\d+\.\d+ failed in the graph: "):
        session.run(feed)


@pytest.mark.parametrize("data", [b"", b"no protobuf", b"\x08\x0a"])
def test_bytes_that_are_no_graph_are_refused(data: bytes) -> None:
    with pytest.raises(Unsafe, match=r"^ONNX Runtime .* refuses the graph"):
        open_session(data, "cpu", "fp32", 1)


def test_a_graph_with_an_unknown_operator_is_refused(tiny: Callable[..., Path]) -> None:
    onnx = pytest.importorskip("onnx")
    with pytest.raises(Unsafe, match=r"refuses the graph.*NoSuchOperator"):
        truecopy.load(tiny([onnx.helper.make_node("NoSuchOperator", ["input"], ["logits"])]), device="cpu")


def test_a_graph_that_fails_on_a_picture_fails_for_that_picture(
    tiny: Callable[..., Path], digit_images: list[str]
) -> None:
    onnx = pytest.importorskip("onnx")
    reshape = onnx.helper.make_node("Reshape", ["input", "odd"], ["logits"])
    model = truecopy.load(tiny([reshape], constants={"odd": [-1, 7]}), device="cpu")
    with pytest.raises(OutputError, match="failed in the graph"):
        model(digit_images[0])


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"answer": "scores"}, r"expected one of 'logits', got 'scores' - at `\$\.graph\.answer`"),
        ({"input": "pixels"}, r"expected one of 'input', got 'pixels' - at `\$\.graph\.inputs\[0\]\.name`"),
    ],
)
def test_a_contract_about_other_tensors_is_refused_at_load(
    field: dict[str, str],
    message: str,
    raw_document: Callable[..., Path],
) -> None:
    def edit(document: dict[str, Any]) -> None:
        graph = document["graph"]
        graph["inputs"][0]["name"] = field.get("input", "input")
        graph["answer"] = graph["outputs"][0]["name"] = field.get("answer", "logits")
        document["proof"]["subject"] = None  # another one than the proven

    with pytest.raises(ContractError, match=message):
        truecopy.load(raw_document(edit), device="cpu")


def test_without_onnx_runtime_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(DeviceError, match=r'ONNX Runtime is not installed\. pip install "truecopy\[cpu\]"'):
        open_session(b"", "auto", "fp32", 1)


def test_two_wheels_that_overwrote_one_another_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", ModuleType("onnxruntime"))
    with pytest.raises(
        DeviceError, match=r"installed, but empty.*pip uninstall -y onnxruntime onnxruntime-gpu"
    ):
        open_session(b"", "cpu", "fp32", 1)


class FakeRuntime(ModuleType):
    """An onnxruntime with a CUDA provider: `made` are the providers that each session was asked for."""

    __version__ = "1.31.0"

    def __init__(
        self, *, falls_back: bool = False, fails: bool = False, compute_on_cpu: bool = False
    ) -> None:
        super().__init__("onnxruntime")
        self.falls_back, self.fails, self.compute_on_cpu = falls_back, fails, compute_on_cpu
        self.made: list[str] = []
        self.entries: dict[str, str] = {}

    def get_available_providers(self) -> list[str]:
        return [CUDA, CPU]

    def SessionOptions(self) -> SimpleNamespace:
        self.entries = {}
        return SimpleNamespace(add_session_config_entry=self.entries.__setitem__)

    def InferenceSession(self, source: bytes, options: Any, providers: list[Any]) -> SimpleNamespace:
        provider = providers[0][0]
        self.made.append(provider)
        if provider == CUDA and self.fails:
            raise RuntimeError("CUDA failure 35")
        taken = [CPU] if self.falls_back else [provider, CPU]
        node = SimpleNamespace(op_type="Conv", name="conv_1")
        part = SimpleNamespace(ep_name=CPU if self.compute_on_cpu else CUDA, get_nodes=lambda: [node])
        return SimpleNamespace(
            get_inputs=list,
            get_outputs=list,
            get_providers=lambda: taken,
            get_provider_graph_assignment_info=lambda: [part],
        )

    def preload_dlls(self) -> None:
        print("noise on stdout")  # noqa: T201


BROKEN = [{"falls_back": True}, {"fails": True}, {"compute_on_cpu": True}]


def test_auto_takes_cuda_where_it_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime = FakeRuntime()
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    assert open_session(b"", "auto", "fp32", 1).running.device == "cuda:0"
    assert runtime.entries["session.record_ep_graph_assignment_info"] == "1"
    assert runtime.entries["session.intra_op.allow_spinning"] == "0"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("broken", BROKEN)
def test_auto_falls_to_the_cpu_where_cuda_does_not_work(
    broken: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = FakeRuntime(**broken)
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    assert open_session(b"", "auto", "fp32", 1).running.device == "cpu"
    assert runtime.made == [CUDA, CPU]


@pytest.mark.parametrize("broken", BROKEN)
def test_cuda_that_was_asked_for_and_does_not_work_is_an_error(
    broken: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", FakeRuntime(**broken))
    with pytest.raises(DeviceError, match=r"cuda:0 (was asked for|does not run the graph).*--device cpu"):
        open_session(b"", "cuda", "fp32", 1)


def test_auto_keeps_int8_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeRuntime()
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    assert open_session(b"", "auto", "int8", 1).running.device == "cpu"
    assert runtime.made == [CPU]
