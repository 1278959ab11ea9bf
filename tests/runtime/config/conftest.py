from __future__ import annotations

from pathlib import Path

import pytest
from tests.exported_digits import exported
from tests.settled import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file of settings beside three models a.onnx, b.onnx, c.onnx; returns its path."""
    for number, name in enumerate("abc"):
        exported(tmp_path / f"{name}.onnx", name.encode(), temperature=1.0 + number)

    def written(text: str) -> str:
        path = tmp_path / "inference.yaml"
        path.write_text(f"inference:\n{text}")
        return str(path)

    return written
