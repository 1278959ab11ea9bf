"""ONNX Runtime behind the `Session` seam: the only file that imports it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from truecopy.errors import DeviceError, OutputError, Unsafe

from .all_devices import ALL_GPUS, open_all
from .providers import COMPUTE_OPERATORS, CPU, CUDA, Device, check_available, check_running, parse_device
from .session import Running, Session

_ASSIGNMENT_SINCE = (1, 31)


class OnnxRuntimeSession:
    """One `onnxruntime.InferenceSession`, and the truth about where it runs."""

    def __init__(self, session: Any, running: Running) -> None:
        self._session = session
        self._running = running
        self._inputs = tuple(tensor.name for tensor in session.get_inputs())
        self._outputs = tuple(tensor.name for tensor in session.get_outputs())

    @property
    def running(self) -> Running:
        return self._running

    @property
    def inputs(self) -> tuple[str, ...]:
        return self._inputs

    @property
    def outputs(self) -> tuple[str, ...]:
        return self._outputs

    def run(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        try:
            arrays = self._session.run(list(self._outputs), dict(feeds))
        except Exception as error:  # ONNX Runtime's exceptions share no base class
            raise OutputError(f"ONNX Runtime {self._running.version} failed in the graph: {error}") from error
        return dict(zip(self._outputs, arrays, strict=True))


def open_session(source: bytes | str, device: str, precision: str, threads: int) -> Session:
    """A session on `device` with `threads` for one `run`; `auto` takes CUDA where it really works, else the CPU.

    `cuda:all` is every GPU at once.

    Raises:
        DeviceError: the device does not run the graph, or ONNX Runtime is not installed.
        Unsafe: ONNX Runtime refuses the graph.
    """
    ort = _onnxruntime()
    if device == ALL_GPUS:
        return open_all(lambda name: _open(ort, source, parse_device(name, precision), threads))
    if device != "auto":
        return _open(ort, source, parse_device(device, precision), threads)
    if CUDA in ort.get_available_providers() and precision != "int8":
        try:
            return _open(ort, source, parse_device("cuda", precision), threads)
        except DeviceError:
            # `auto` is the question whether CUDA works; `model.device` says the answer.
            pass
    return _open(ort, source, parse_device("cpu", precision), threads)


def _onnxruntime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise DeviceError(
            "ONNX Runtime is not installed",
            fix='pip install "truecopy[cpu]" (or "truecopy[gpu]" for CUDA)',
        ) from error
    if not hasattr(onnxruntime, "InferenceSession"):
        raise DeviceError(
            "ONNX Runtime is installed, but empty: onnxruntime and onnxruntime-gpu overwrote one another",
            fix='pip uninstall -y onnxruntime onnxruntime-gpu, then pip install "truecopy[cpu]" or "truecopy[gpu]"',
        )
    return onnxruntime


def _open(ort: Any, source: bytes | str, device: Device, threads: int) -> Session:
    check_available(device, ort.get_available_providers(), ort.__version__)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Bytes that look like ONNX Runtime's own format would run a graph that nobody has walked.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    # Threads that spin between two calls take the cores from decoding, and from every other process.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    assignment = device.provider != CPU and _version(ort) >= _ASSIGNMENT_SINCE
    if assignment:
        options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    if device.provider == CUDA and hasattr(ort, "preload_dlls"):
        _preload(ort)
    providers: list[Any] = [(device.provider, dict(device.options))]
    if device.provider != CPU:
        providers.append(CPU)
    try:
        session = ort.InferenceSession(source, options, providers=providers)
    except Exception as error:  # ONNX Runtime's exceptions share no base class
        if device.provider != CPU:
            raise DeviceError(
                f"{device.name} does not run the graph: {error}", fix="Take --device cpu"
            ) from error
        raise Unsafe(f"ONNX Runtime {ort.__version__} refuses the graph: {error}") from error
    on_cpu = _compute_on_cpu(session) if assignment else []
    check_running(device, session.get_providers(), on_cpu)
    return OnnxRuntimeSession(session, Running(device.name, device.provider, ort.__version__))


def _compute_on_cpu(session: Any) -> list[str]:
    """Compute nodes that ONNX Runtime (1.31 on) assigned to the CPU provider, as "Conv conv_12"."""
    return [
        f"{node.op_type} {node.name}"
        for subgraph in session.get_provider_graph_assignment_info()
        if subgraph.ep_name == CPU
        for node in subgraph.get_nodes()
        if node.op_type in COMPUTE_OPERATORS
    ]


def _preload(ort: Any) -> None:
    """Load CUDA's libraries from site-packages; `preload_dlls` prints to stdout, which is not ours to fill."""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        ort.preload_dlls()


def _version(ort: Any) -> tuple[int, ...]:
    return tuple(int(part) for part in ort.__version__.split(".")[:2])
