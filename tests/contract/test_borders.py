"""Imports go down only; the runtime knows nothing of the exporter; importing does nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "library", ["numpy", "cv2", "PIL", "onnxruntime", "msgspec", "click", "rich", "torch"]
)
def test_importing_truecopy_alone_loads_no(library: str) -> None:
    assert python(f"import sys, truecopy; print({library!r} in sys.modules)") == "False"


@pytest.mark.parametrize("library", ["torch", "timm", "torchvision", "onnx"])
def test_importing_the_exporter_alone_loads_no(library: str) -> None:
    assert python(f"import sys, truecopy_export; print({library!r} in sys.modules)") == "False"


def test_the_contract_loads_no_array_library() -> None:
    loaded = python(
        "import sys, truecopy.contract; print(*(m for m in ('numpy', 'cv2', 'PIL') if m in sys.modules))"
    )
    assert loaded == ""


def test_importing_the_runtime_prints_nothing() -> None:
    assert python("import truecopy; truecopy.load; truecopy.read; truecopy.preprocess; truecopy.Limits") == ""


def test_no_file_is_called_utils() -> None:
    names = {path.stem for part in ("runtime", "export") for path in (ROOT / part / "src").rglob("*.py")}
    assert names.isdisjoint({"utils", "helpers", "common", "misc"})


def test_files_stay_under_four_hundred_lines() -> None:
    files = [path for part in ("runtime", "export") for path in (ROOT / part / "src").rglob("*.py")]
    long = {path.name: lines for path in files if (lines := len(path.read_text().splitlines())) > 400}
    assert long == {}
