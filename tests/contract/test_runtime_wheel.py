"""The built runtime wheel, alone in an empty environment: no torch, no onnx, no exporter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ARTIFACT = ROOT / "artifacts" / "digits.onnx"
SAMPLES = ROOT / "artifacts" / "digits"

IMPORT_EVERYTHING = """
import importlib, importlib.util, pkgutil, sys, truecopy
for module in pkgutil.walk_packages(truecopy.__path__, "truecopy."):
    importlib.import_module(module.name)
    print(module.name)
for absent in ("torch", "torchvision", "onnx", "timm", "sklearn", "pandas", "truecopy_export"):
    assert importlib.util.find_spec(absent) is None, absent
    assert absent not in sys.modules, absent
for name in truecopy.__all__:
    getattr(truecopy, name)
"""


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True, cwd=cwd)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a new virtual environment that holds the built wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        folder,
        ROOT / "runtime",
        cwd=folder,
    )
    assert built.returncode == 0, built.stderr
    wheel = next(folder.glob("truecopy-*.whl"))
    assert run(sys.executable, "-m", "venv", folder / "empty", cwd=folder).returncode == 0
    # The versions of the development environment, which lie in pip's cache already.
    installed = run(
        folder / "empty" / "bin" / "python", "-m", "pip", "install", "--quiet", "--constraint",
        ROOT / "requirements" / "dev.txt", f"{wheel}[cpu]", cwd=folder,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    return folder / "empty" / "bin"


def test_every_module_imports_with_torch_and_onnx_absent(environment: Path, tmp_path: Path) -> None:
    done = run(environment / "python", "-W", "error", "-c", IMPORT_EVERYTHING, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "truecopy.predict.model" in done.stdout
    assert "truecopy.cli.predict" in done.stdout


def test_selftest_holds_on_the_committed_artifact(environment: Path, tmp_path: Path) -> None:
    done = run(environment / "truecopy", "selftest", ARTIFACT, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["ok"]
    assert [sample["name"] for sample in report["samples"]] == ["gradient", "edges", "noise", "grey"]


def test_predict_names_every_committed_sample(environment: Path, tmp_path: Path) -> None:
    done = run(environment / "truecopy", "predict", ARTIFACT, SAMPLES, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {Path(row["path"]).stem: row["label"] for row in rows} == {
        name: name
        for name in ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    }


def test_a_table_s_numbers_come_with_lines_and_units(environment: Path, tmp_path: Path) -> None:
    table = ROOT / "artifacts" / "diabetes.onnx"
    assert run(environment / "truecopy", "selftest", table, cwd=tmp_path).returncode == 0
    done = run(environment / "truecopy", "predict", table, table.with_suffix(".csv"), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["line"] for row in rows] == list(range(2, 14))
    (first,) = rows[0]["values"]
    assert (first["name"], first["unit"], first["clipped"]) == ("progression", "points", None)
    assert first["value"] == pytest.approx(217.352, rel=1e-5)


def test_export_says_what_to_install(environment: Path, tmp_path: Path) -> None:
    done = run(environment / "truecopy", "export", "best.pt", "--arch", "timm:x", cwd=tmp_path)
    assert done.returncode == 2
    assert "pip install truecopy-export" in done.stderr


def test_the_wheel_carries_its_licence_and_types(environment: Path) -> None:
    site = next((environment.parent / "lib").glob("python3.*/site-packages"))
    assert (site / "truecopy" / "py.typed").is_file()
    assert next(site.glob("truecopy-*.dist-info/licenses/LICENSE")).is_file()
