from __future__ import annotations

import re
from typing import Any

import pytest

from truecopy.engine.onnxruntime_session import _compute_on_cpu
from truecopy.engine.providers import (
    CPU,
    CUDA,
    Device,
    check_available,
    check_device_name,
    check_running,
    parse_device,
)
from truecopy.errors import DeviceError


@pytest.mark.parametrize(
    ("spelling", "name", "provider"),
    [
        ("cpu", "cpu", CPU),
        ("cuda", "cuda:0", CUDA),
        ("cuda:1", "cuda:1", CUDA),
        ("cuda:007", "cuda:7", CUDA),
        (
            "provider:OpenVINOExecutionProvider",
            "provider:OpenVINOExecutionProvider",
            "OpenVINOExecutionProvider",
        ),
        (f"provider:{CPU}", "cpu", CPU),
        (f"provider:{CUDA}", "cuda:0", CUDA),
    ],
)
def test_a_device_has_a_name_and_a_provider(spelling: str, name: str, provider: str) -> None:
    device = parse_device(spelling, "fp32")
    assert (device.name, device.provider) == (name, provider)


def test_cuda_has_no_tf32_and_the_same_algorithms_at_every_start() -> None:
    assert parse_device("cuda:3", "fp32").options == {
        "use_tf32": "0",
        "cudnn_conv_algo_search": "HEURISTIC",
        "device_id": "3",
    }


@pytest.mark.parametrize(
    "name",
    [
        "",
        "CPU",
        "gpu",
        "cuda:",
        "cuda:x",
        "cuda:-1",
        "cuda:1 ",
        "cuda:\u0663",
        "cuda:99999",
        "provider:",
        "tpu",
    ],
)
def test_any_other_spelling_is_refused_with_those_that_are_known(name: str) -> None:
    message = (
        f"no such device: {name!r}: expected auto, cpu, cuda, cuda:1, cuda:all or provider:NAME. Nearest: "
    )
    for check in (check_device_name, lambda it: parse_device(it, "fp32")):
        with pytest.raises(DeviceError, match=f"^{re.escape(message)}"):
            check(name)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("gpu", "cuda"), ("GPU:1", "cuda:1"), ("CPU", "cpu"), ("cuda1", "cuda:1"), ("nvidia", "cuda"), ("provider", "provider:NAME"),
     ("tpu", "cpu"), ("", "cpu"), ("cuda:ALL", "cuda:all")],
)  # fmt: skip
def test_the_nearest_device_is_named(name: str, nearest: str) -> None:
    with pytest.raises(DeviceError) as caught:
        check_device_name(name)
    assert caught.value.fix == f"Nearest: {nearest}"


@pytest.mark.parametrize(
    "name", ["auto", "cpu", "cuda", "cuda:7", "cuda:all", "provider:OpenVINOExecutionProvider"]
)
def test_a_device_that_is_not_there_has_a_name(name: str) -> None:
    check_device_name(name)


@pytest.mark.parametrize("name", ["cuda", "cuda:1", f"provider:{CUDA}"])
def test_int8_is_not_run_on_cuda(name: str) -> None:
    with pytest.raises(DeviceError, match=r"an int8 graph made for CPUs.*Take --device cpu"):
        parse_device(name, "int8")


def test_int8_is_run_on_the_cpu_and_fp16_on_cuda() -> None:
    assert parse_device("cpu", "int8").provider == CPU
    assert parse_device("cuda", "fp16").provider == CUDA


def test_a_provider_that_is_not_built_in_says_what_is_there_and_what_to_install() -> None:
    with pytest.raises(DeviceError) as caught:
        check_available(parse_device("cuda:1", "fp32"), [CPU], "1.31.1")
    assert str(caught.value) == (
        "cuda:1 was asked for, but onnxruntime 1.31.1 has no CUDAExecutionProvider: got CPUExecutionProvider. "
        'For CUDA: pip uninstall onnxruntime, then pip install "truecopy[gpu]" (CUDA 13) or "truecopy[gpu-cuda12]". '
        "Else take --device cpu"
    )
    with pytest.raises(DeviceError, match=r"has no XExecutionProvider: got .*\. Take --device cpu$"):
        check_available(parse_device("provider:XExecutionProvider", "fp32"), [CPU, CUDA], "1.31.1")


@pytest.mark.parametrize("name", ["cpu", "cuda"])
def test_a_provider_that_is_there_is_available(name: str) -> None:
    check_available(parse_device(name, "fp32"), [CUDA, CPU], "1.31.1")


@pytest.mark.parametrize(
    ("asked", "providers", "compute_on_cpu", "message"),
    [
        ("cpu", [CPU], [], None),
        ("cpu", [CPU], ["Conv a"], None),
        ("cuda", [CUDA, CPU], [], None),
        ("cuda", [CPU], [], r"cuda:0 was asked for, but the session runs on CPUExecutionProvider: expected CUDA"),
        ("cuda", [CPU, CUDA], [], r"the session runs on CPUExecutionProvider.*pip install \"truecopy\[gpu\]\""),
        ("cuda", [], [], r"the session runs on nothing"),
        ("cuda:2", [CUDA, CPU], ["Conv a", "Gemm b"], r"cuda:2 was asked for, but compute nodes run on the CPU \(2\): Conv a, "),
        ("provider:X", ["X", CPU], ["Conv a"], r"provider:X was asked for, but compute nodes run on the CPU \(1\): Conv a"),
    ],
)  # fmt: skip
def test_a_session_that_runs_elsewhere_is_refused(
    asked: str, providers: list[str], compute_on_cpu: list[str], message: str | None
) -> None:
    device = parse_device(asked, "fp32")
    if message is None:
        check_running(device, providers, compute_on_cpu)
        return
    with pytest.raises(DeviceError, match=message):
        check_running(device, providers, compute_on_cpu)


def test_at_most_five_nodes_are_named() -> None:
    with pytest.raises(DeviceError, match=r"compute nodes run on the CPU \(9\): 0, 1, 2, 3, 4\. "):
        check_running(Device("cuda:0", CUDA, {}), [CUDA], [str(i) for i in range(9)])


class Node:
    def __init__(self, op_type: str, name: str) -> None:
        self.op_type, self.name = op_type, name


class Part:
    def __init__(self, ep_name: str, *nodes: Node) -> None:
        self.ep_name, self._nodes = ep_name, nodes

    def get_nodes(self) -> tuple[Node, ...]:
        return self._nodes


class Assigned:
    def get_provider_graph_assignment_info(self) -> list[Any]:
        shapes = [Node("Shape", "s"), Node("Gather", "g"), Node("Unsqueeze", "u")]
        return [
            Part(CUDA, Node("Conv", "c1")),
            Part(CPU, *shapes, Node("MatMul", "m")),
            Part(CPU, Node("Conv", "c2")),
        ]


def test_shape_nodes_on_the_cpu_are_healthy_and_compute_nodes_are_not() -> None:
    assert _compute_on_cpu(Assigned()) == ["MatMul m", "Conv c2"]
