"""A user's folder: code, checkpoint, labels, photos; and the command line in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tests.command_line import run_here
from torch.optim.swa_utils import AveragedModel

CODE = """
from torch import nn
from torchvision import transforms

validation = transforms.Compose([
    transforms.Resize(10), transforms.CenterCrop(8), transforms.ToTensor(),
    transforms.Normalize([0.5] * 3, [0.25] * 3),
])

def net(classes=3):
    return nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(216, classes))
"""


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: object) -> Done:
    """`truecopy ARGUMENTS` as the console script runs it, in this process."""
    return Done(*run_here(*arguments))


@pytest.fixture(scope="session")
def user_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("user")
    (folder / "user_code.py").write_text(CODE)
    (folder / "labels.txt").write_text("cat\ndog\nowl\n")
    random = np.random.default_rng(0)
    for number, (label, size) in enumerate((("cat", (40, 12)), ("dog", (12, 20)), ("owl", (31, 17)))):
        (folder / "photos" / label).mkdir(parents=True)
        picture = Image.fromarray(random.integers(0, 256, (*size, 3), np.uint8))
        picture.save(folder / "photos" / label / f"{number}.png")
    code: dict[str, Any] = {}
    exec(CODE, code)  # noqa: S102
    torch.manual_seed(0)
    raw = code["net"]()
    average = AveragedModel(raw, avg_fn=lambda old, new, _: 0.5 * old + 0.5 * new, use_buffers=True)
    average.update_parameters(raw)
    with torch.no_grad():
        raw[-1].bias += torch.tensor([5.0, 0.0, -5.0])
    average.update_parameters(raw)
    args = {"mean": [0.5] * 3, "std": [0.25] * 3, "img_size": 8}
    ema = average.module.state_dict()
    torch.save({"state_dict": raw.state_dict(), "state_dict_ema": ema, "args": args}, folder / "best.pt")
    return folder


@pytest.fixture
def project(user_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(user_folder)
    monkeypatch.syspath_prepend(user_folder)
    return user_folder


@pytest.fixture
def truecopy() -> Callable[..., Done]:
    return run


@pytest.fixture
def export(project: Path, tmp_path: Path) -> Callable[..., Done]:
    """`truecopy export best.pt ...` with `options` added, or in place of the usual ones; None takes one out."""

    def call(*more: object, **options: object) -> Done:
        usual: dict[str, object] = {
            "arch": "python:user_code:net",
            "recipe": "python:user_code:validation",
            "labels": "labels.txt",
            "proof": "photos",
            "output": tmp_path / "out.onnx",
        }
        checkpoint = options.pop("checkpoint", "best.pt")
        words = [
            word
            for name, value in (usual | options).items()
            if value is not None
            for word in (f"--{name.replace('_', '-')}", value)
        ]
        return run("export", checkpoint, *words, *more)

    return call


@pytest.fixture
def left(tmp_path: Path) -> Callable[[], list[str]]:
    """Names of all files that a command left in the output's folder."""
    return lambda: sorted(path.name for path in tmp_path.iterdir())
