"""A small trained network, its transform, and a folder of real pictures in class folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

import truecopy_export
from truecopy_export import Report

LABELS = ["cat", "dog", "owl"]
TRANSFORM = transforms.Compose(
    [
        transforms.Resize(10),
        transforms.CenterCrop(8),
        transforms.ToTensor(),
        transforms.Normalize([0.5] * 3, [0.25] * 3),
    ]
)
STEPS = """\
steps:
  - {op: resize, rule: short, size: 10, kernel: pillow, filter: bilinear, pass_order: pillow13}
  - {op: center_crop, size: [8, 8], offset: half_even, pad_before: floor, fill: 0}
  - {op: values, chain: [[div, 255.0], [sub, [0.5, 0.5, 0.5]], [div, [0.25, 0.25, 0.25]]]}
"""


def network(seed: int = 3) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(216, 3)
    )


@pytest.fixture
def make_network() -> Callable[..., nn.Sequential]:
    return network


@pytest.fixture
def transform() -> transforms.Compose:
    return TRANSFORM


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    for number, (label, size) in enumerate(
        zip([*LABELS, "cat"], ((40, 12), (12, 20), (31, 17), (9, 9)), strict=True)
    ):
        (folder / label).mkdir(exist_ok=True)
        picture = Image.fromarray(random.integers(0, 256, (*size, 3), np.uint8))
        picture.save(folder / label / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Report:
    """The one finished file that most tests look at."""
    path = tmp_path_factory.mktemp("exported") / "small.onnx"
    return truecopy_export.export(network(), path, recipe=TRANSFORM, labels=LABELS, proof=photos)


@pytest.fixture(scope="session")
def bare_onnx(tmp_path_factory: pytest.TempPathFactory, report: Report) -> Path:
    """The same network as somebody else's ONNX file: no contract in it."""
    from truecopy.artifact import split

    path = tmp_path_factory.mktemp("theirs") / "theirs.onnx"
    path.write_bytes(split(Path(report.path).read_bytes())[0])
    return path


@pytest.fixture(scope="session")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "steps.yaml"
    path.write_text(STEPS)
    return path
