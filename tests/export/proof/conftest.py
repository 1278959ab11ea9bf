"""One small artifact, its transform and network, and pictures in class folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

import truecopy_export
from truecopy.engine import Running, Session
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict import Member, open_artifact
from truecopy_export.proof import Comparison, OneLabel, Original, ProofItems, compare

LABELS = ("cat", "dog", "owl")
TRANSFORM = transforms.Compose(
    [
        transforms.Resize(10),
        transforms.CenterCrop(8),
        transforms.ToTensor(),
        transforms.Normalize([0.5] * 3, [0.25] * 3),
    ]
)


def network() -> nn.Sequential:
    torch.manual_seed(3)
    module = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(216, 3))
    return module.eval().requires_grad_(requires_grad=False)


def picture(number: int, height: int, width: int) -> Image.Image:
    values = np.random.default_rng(number).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(values)


@dataclass(frozen=True)
class Answering:
    """A session that answers what `answer` makes of the tensors."""

    answer: Any

    @property
    def running(self) -> Running:
        return Running("cpu", "Fake", "0")

    def run(self, feeds: Any) -> dict[str, np.ndarray]:
        (tensors,) = feeds.values()
        return {"logits": self.answer(tensors)}


def on_feeds(network: Any) -> Any:
    """A network of one tensor without batch, as the proof asks it: by the input's name, with a batch of 1."""
    return lambda feeds: np.asarray(network(feeds["input"][0]))[np.newaxis]


@dataclass(frozen=True)
class Both:
    """Original and copy over the same pictures; each part can be replaced."""

    member: Member
    session: Session
    original: Original
    folder: Path

    def images(self) -> ProofItems:
        paths = tuple(str(path) for path in sorted(self.folder.rglob("*.png")))
        return ProofItems(paths, tuple(LABELS.index(Path(path).parent.name) for path in paths), ())

    def compare(self, **changed: Any) -> Comparison:
        original = Original(
            changed.get("transform", self.original.transform),
            on_feeds(changed["network"]) if "network" in changed else self.original.answer,
            {who: on_feeds(network) for who, network in changed.get("others", {}).items()},
        )
        session = Answering(changed["answer"]) if "answer" in changed else self.session
        images = changed.get("images", self.images())
        affected = changed.get("affected", lambda _: False)
        return compare(
            original, self.member, session, images, affected, changed.get("advance", lambda *_: None)
        )


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for number, (label, size) in enumerate(zip(LABELS, ((20, 12), (12, 20), (31, 17)), strict=True)):
        (folder / label).mkdir()
        picture(number, *size).save(folder / label / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("artifact") / "small.onnx"
    truecopy_export.export(network(), path, recipe=TRANSFORM, labels=LABELS, unproven=True)
    return path


@pytest.fixture(scope="session")
def both(artifact: Path, pictures: Path) -> Both:
    opened = open_artifact(artifact, DEFAULT_LIMITS)
    module = network()

    def answer(tensor: np.ndarray) -> np.ndarray:
        return module(torch.from_numpy(np.ascontiguousarray(tensor))[None]).numpy()[0]

    return Both(opened.member, opened.session("cpu", 1), Original(TRANSFORM, on_feeds(answer)), pictures)


@pytest.fixture(scope="session")
def labels() -> Any:
    return OneLabel(LABELS)
