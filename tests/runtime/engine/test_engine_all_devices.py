"""`cuda:all`, with GPUs that are not there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from truecopy.engine import Running, open_session
from truecopy.engine.all_devices import AllDevicesSession, open_all
from truecopy.engine.providers import CPU, CUDA
from truecopy.errors import DeviceError, OutputError


class Gpus(ModuleType):
    """An onnxruntime on a host with `count` GPUs."""

    __version__ = "1.31.0"

    def __init__(self, count: int) -> None:
        super().__init__("onnxruntime")
        self.count = count
        self.opened: list[str] = []

    def get_available_providers(self) -> list[str]:
        return [CUDA, CPU]

    def SessionOptions(self) -> SimpleNamespace:
        return SimpleNamespace(add_session_config_entry=lambda *_: None)

    def InferenceSession(self, source: bytes, options: Any, providers: list[Any]) -> SimpleNamespace:
        name, given = providers[0]
        if int(given["device_id"]) >= self.count:
            raise RuntimeError("CUDA failure 101: invalid device ordinal")
        self.opened.append(given["device_id"])
        return SimpleNamespace(
            get_inputs=lambda: [SimpleNamespace(name="input")],
            get_outputs=lambda: [SimpleNamespace(name="logits")],
            get_providers=lambda: [name, CPU],
            get_provider_graph_assignment_info=list,
        )


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_gpu_has_its_session(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    gpus = Gpus(count)
    monkeypatch.setitem(sys.modules, "onnxruntime", gpus)
    session = open_session(b"", "cuda:all", "fp32", 1)
    assert gpus.opened == [str(index) for index in range(count)]
    assert session.running == Running(f"cuda:all ({count})", CUDA, "1.31.0", lanes=count)
    assert (session.inputs, session.outputs) == (("input",), ("logits",))


def test_no_gpu_is_a_device_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", Gpus(0))
    message = r"^cuda:0 does not run the graph: CUDA failure 101.*cuda:all needs at least one GPU\. Take --device cpu"
    with pytest.raises(DeviceError, match=message):
        open_session(b"", "cuda:all", "fp32", 1)


def test_int8_is_not_run_on_any_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", Gpus(2))
    with pytest.raises(DeviceError, match="an int8 graph made for CPUs"):
        open_session(b"", "cuda:all", "int8", 1)


class Waiting:
    """A session whose runs end when they are let go; `running` counts those that have begun."""

    def __init__(self, name: str) -> None:
        self.running = Running(name, "Fake", "0")
        self.inputs = self.outputs = ("x",)
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.runs = 0

    def run(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        self.runs += 1
        self.begun.release()
        assert self.go.acquire(timeout=10)
        if "bad" in feeds:
            raise OutputError("failed")
        return {"x": feeds["x"]}


def test_each_run_goes_to_the_device_with_the_fewest_in_flight() -> None:
    first, second = Waiting("cuda:0"), Waiting("cuda:1")
    both = AllDevicesSession([first, second])
    fed = {"x": np.zeros(1, np.float32)}
    threads = [threading.Thread(target=both.run, args=(fed,)) for _ in range(4)]
    for thread, waiting in zip(threads, (first, second, first, second), strict=True):
        thread.start()
        assert waiting.begun.acquire(timeout=10)  # the next is asked for only when this one runs
    second.go.release()
    second.go.release()
    threads[1].join(10)
    threads[3].join(10)
    late = threading.Thread(target=both.run, args=(fed,))
    late.start()
    assert second.begun.acquire(timeout=10)  # the second is idle, the first has two
    for waiting in (first, first, second):
        waiting.go.release()
    for thread in (*threads, late):
        thread.join(10)
        assert not thread.is_alive()
    assert (first.runs, second.runs) == (2, 3)


def test_a_run_that_fails_is_no_longer_in_flight() -> None:
    first, second = Waiting("cuda:0"), Waiting("cuda:1")
    both = AllDevicesSession([first, second])
    for _ in range(3):
        first.go.release()
        with pytest.raises(OutputError):
            both.run({"bad": np.zeros(1, np.float32)})
    assert (first.runs, second.runs) == (3, 0)


def test_a_device_that_cannot_be_opened_ends_the_search() -> None:
    asked = []

    def open_one(name: str) -> Waiting:
        asked.append(name)
        if name == "cuda:2":
            raise DeviceError("no more")
        return Waiting(name)

    assert open_all(open_one).running.device == "cuda:all (2)"
    assert asked == ["cuda:0", "cuda:1", "cuda:2"]
