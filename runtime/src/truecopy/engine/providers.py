"""From a device's name to ONNX Runtime's execution providers, and whether the session really runs there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from truecopy.errors import DeviceError

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"

# A GPU session that runs one of these on the CPU is a CPU session; shape arithmetic on the CPU is healthy.
COMPUTE_OPERATORS = frozenset(
    {"Conv", "ConvTranspose", "FusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul", "MatMulInteger", "QLinearConv",
     "QLinearMatMul", "Attention", "MultiHeadAttention", "GroupQueryAttention", "BatchNormalization",
     "LayerNormalization", "SkipLayerNormalization", "InstanceNormalization", "GroupNormalization", "LSTM", "GRU"}
)  # fmt: skip

# TF32 rounds the factors to 10 bits: off unless asked for. HEURISTIC finds the same algorithm at every start.
CUDA_OPTIONS: Mapping[str, str] = {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}


@dataclass(frozen=True, slots=True)
class Device:
    """A device by name, and the provider that is to run it, with its options."""

    name: str
    provider: str
    options: Mapping[str, str]


def check_device_name(name: str) -> None:
    """Is it the name of a device, whether there is one or not?

    Raises:
        DeviceError: it is not; the nearest is named.
    """
    if name not in ("auto", "cuda:all"):
        parse_device(name, "fp32")


def parse_device(name: str, precision: str) -> Device:
    """The device that `name` asks for: `cpu`, `cuda`, `cuda:1` or `provider:NAME`.

    Raises:
        DeviceError: no such spelling, or INT8 on CUDA.
    """
    # The two providers that have a name of their own are the same device under either spelling.
    name = {f"provider:{CPU}": "cpu", f"provider:{CUDA}": "cuda"}.get(name, name)
    if name == "cpu":
        return Device("cpu", CPU, {})
    if name.startswith("provider:") and len(name) > len("provider:"):
        return Device(name, name.partition(":")[2], {})
    match = re.fullmatch(r"cuda(?::([0-9]{1,4}))?", name)
    if match is None:
        raise DeviceError(
            f"no such device: {name!r}",
            expected="auto, cpu, cuda, cuda:1, cuda:all or provider:NAME",
            fix=f"Nearest: {_nearest(name)}",
        )
    if precision == "int8":
        raise DeviceError(
            "an int8 graph made for CPUs is not run by the CUDA provider",
            got=repr(name),
            fix="Take --device cpu",
        )
    index = str(int(match[1] or "0"))
    return Device(f"cuda:{index}", CUDA, {**CUDA_OPTIONS, "device_id": index})


def _nearest(name: str) -> str:
    """`cuda` of `gpu`; the CPU where nothing is near."""
    plain = re.sub("gpu|nvidia", "cuda", name.strip().lower())
    if plain.startswith("provider"):
        return "provider:NAME"
    return next(
        iter(difflib.get_close_matches(plain, ("cpu", "cuda", "cuda:1", "cuda:all", "auto"), n=1)), "cpu"
    )


def check_available(device: Device, available: Iterable[str], version: str) -> None:
    """Is the provider in this build of ONNX Runtime at all?

    Raises:
        DeviceError: it is not; says what is there and what to install.
    """
    known = list(available)
    if device.provider in known:
        return
    fix = "Take --device cpu"
    if device.provider == CUDA:
        fix = (
            'For CUDA: pip uninstall onnxruntime, then pip install "truecopy[gpu]" (CUDA 13) or '
            '"truecopy[gpu-cuda12]". Else take --device cpu'
        )
    raise DeviceError(
        f"{device.name} was asked for, but onnxruntime {version} has no {device.provider}",
        got=", ".join(known),
        fix=fix,
    )


def check_running(device: Device, providers: Iterable[str], compute_on_cpu: Iterable[str]) -> None:
    """Does the session run where it was asked to? ONNX Runtime falls back to the CPU without raising.

    providers: `session.get_providers()`. compute_on_cpu: names of compute nodes assigned to the CPU.

    Raises:
        DeviceError: it does not.
    """
    actual = list(providers)
    if not actual or actual[0] != device.provider:
        raise DeviceError(
            f"{device.name} was asked for, but the session runs on {actual[0] if actual else 'nothing'}",
            expected=device.provider,
            got=", ".join(actual),
            fix="Its libraries did not load: the lines of onnxruntime above name them. CUDA 13 and cuDNN 9 come with "
            'pip install "truecopy[gpu]". Else take --device cpu',
        )
    nodes = list(compute_on_cpu)
    if device.provider != CPU and nodes:
        raise DeviceError(
            f"{device.name} was asked for, but compute nodes run on the CPU ({len(nodes)}): {', '.join(nodes[:5])}",
            fix="This graph is not for that provider; take --device cpu",
        )
