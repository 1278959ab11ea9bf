from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from truecopy.cli.main import main

TRUECOPY = Path(sys.executable).with_name("truecopy")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """`main()` in this process: arguments in, exit code and both outputs out."""

    def run(*arguments: str | Path, columns: int = 200) -> Done:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["truecopy", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        code = ended.value.code
        assert isinstance(code, int)
        return Done(code, out, err)

    return run


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The console script itself, as a process."""
    if not TRUECOPY.is_file():
        pytest.skip("the console script is not beside this Python")

    def run(*arguments: str | Path | bytes, **options: Any) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "COLUMNS": "100", **options.pop("env", {})}
        return subprocess.run(
            [TRUECOPY, *arguments], check=False, capture_output=True, env=environment, **options
        )

    return run


@pytest.fixture
def photos(tmp_path: Path, digit_images: list[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of digits with awkward names, a broken file and a text; the current folder is above it."""
    folder = tmp_path / "photos"
    folder.mkdir()
    by_name = {Path(image).stem: Path(image).read_bytes() for image in digit_images}
    for name, digit in (("one.png", "one"), ("[red]x.png", "two"), ("new\nline.png", "three")):
        (folder / name).write_bytes(by_name[digit])
    (folder / "broken.jpg").write_bytes(b"hi\n")
    (folder / "notes.txt").write_text("no image")
    monkeypatch.chdir(tmp_path)
    return folder
