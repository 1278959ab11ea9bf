"""ONNX Runtime reads its own flatbuffer format too; a file must not be both."""

from __future__ import annotations

import pytest

from truecopy.artifact import walk
from truecopy.engine import open_session
from truecopy.errors import Unsafe


def test_a_file_that_is_ort_format_as_well_is_unsafe() -> None:
    # ir_version 10, then a graph whose bytes put the flatbuffer's identifier at the fifth byte
    with pytest.raises(Unsafe, match="ONNX Runtime's own format"):
        walk(memoryview(b"\x08\x0a\x3a\x04ORTM"), "both.onnx")


def test_the_session_never_reads_ort_format(tmp_path) -> None:
    ort = pytest.importorskip("onnxruntime")
    from pathlib import Path

    artifact = Path(__file__).resolve().parents[3] / "artifacts" / "digits.onnx"
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "digits.ort")
    options.add_session_config_entry("session.save_model_format", "ORT")
    ort.InferenceSession(str(artifact), options, providers=["CPUExecutionProvider"])
    flatbuffer = (tmp_path / "digits.ort").read_bytes()
    assert flatbuffer[4:8] == b"ORTM"
    with pytest.raises(Unsafe, match=r"ONNX Runtime .* refuses the graph"):
        open_session(flatbuffer, "cpu", "fp32", 1)
