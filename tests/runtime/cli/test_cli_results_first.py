"""A disk that is full at the end takes no result with it: what was measured is told before a file is written."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.tiny_models import IMAGE, MULTICLASS, SIDE, sealed

VERBS = {
    "evaluate": (("--html", "new.html"), "truecopy.artifact.write_atomically", "accuracy"),
    "tune": (
        ("--tta", "horizontal_flip", "--max-disagreement", "10%", "-o", "new.yaml"),
        "truecopy.cli.tune.write_settings",
        "decisions that differ",
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_the_results_are_told_before_the_file_is_written(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli
) -> None:
    options, writer, result = VERBS[verb]
    random = np.random.default_rng(0)
    for number in range(60):
        into = tmp_path / "photos" / MULTICLASS.labels[number % 3]
        into.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (SIDE, SIDE), np.uint8)).save(into / f"{number:02d}.png")
    weights = random.normal(0, 4, (SIDE, 3)).astype(np.float32)
    sealed(tmp_path / "m.onnx", IMAGE, MULTICLASS, weights=weights)
    monkeypatch.chdir(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", options[-1])

    monkeypatch.setattr(writer, full)
    done = cli(verb, "m.onnx", "photos", *options)
    assert done.code == 1
    assert result in done.out
    assert f"No space left on device: '{options[-1]}'" in done.err
    assert "wrote" not in done.err
    assert not Path(options[-1]).exists()
