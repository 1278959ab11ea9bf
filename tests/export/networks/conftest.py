"""Small networks saved as TorchScript archives and torch.export programs, and archives changed member by member."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from truecopy.contract import GraphInput
from truecopy.engine import open_session
from truecopy_export.graph.checks import check_graph, check_module, check_module_of_fixed
from truecopy_export.graph.network import Network
from truecopy_export.graph.tensorflow.library import import_tensorflow
from truecopy_export.graph.trace import Traced, trace
from truecopy_export.networks.zip_members import read_members, written
from truecopy_export.signature import Signature


class Small(nn.Module):
    """Logits of 3 x 6 x 8 pictures; `how` says what it answers with."""

    def __init__(self, how: str = "logits") -> None:
        super().__init__()
        torch.manual_seed(3)
        self.conv, self.norm, self.drop, self.last = (
            nn.Conv2d(3, 4, 3),
            nn.BatchNorm2d(4),
            nn.Dropout(),
            nn.Linear(4, 5),
        )
        self.norm.running_mean.uniform_(-1, 1)
        self.norm.running_var.uniform_(0.5, 2)
        self.how = how

    def features(self, images):
        return self.drop(torch.relu(self.norm(self.conv(images)))).mean((2, 3))

    def forward(self, images):
        return self.last(self.features(images))


class Named(Small):
    def forward(self, images):
        found = self.features(images)
        return {"logits": self.last(found), "features": found}


class Pair(Small):
    def forward(self, images):
        found = self.features(images)
        return self.last(found), found


class Baked(Small):
    """Its view has the batch that it was traced with."""

    def forward(self, images):
        return self.last(self.features(images).view(int(images.shape[0]), 4))


class Two(Small):
    def forward(self, left, right):
        return self.last(self.features(left + right))


def images(count: int = 2) -> torch.Tensor:
    random = np.random.default_rng(1)
    return torch.from_numpy(random.standard_normal((count, 3, 6, 8)).astype(np.float32))


@pytest.fixture(scope="session")
def tf() -> Any:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed (make tensorflow)")
    return import_tensorflow()


@pytest.fixture(scope="session")
def pictures() -> Callable[[int], torch.Tensor]:
    return images


@pytest.fixture(scope="session")
def kinds() -> Mapping[str, Callable[[], nn.Module]]:
    made = {"logits": Small, "dict": Named, "tuple": Pair, "baked": Baked, "two": Two}
    return {name: lambda kind=kind: kind().eval() for name, kind in made.items()}


@pytest.fixture
def exported() -> Callable[..., Traced]:
    """The graph of a network that was opened, after the checks that every export goes through."""

    def call(network: Network, *, batch: int | None = None, answer: str | None = None, size=(6, 8)) -> Traced:
        given = GraphInput(name="input", dtype="float32", layout="NCHW", shape=(batch or "batch", 3, *size))
        signature = Signature((given,), "image")
        traced = trace(network.answering, signature, answer, "logits", network.to_onnx)
        (check_module if batch is None else check_module_of_fixed)(
            network.answering, signature, traced.answer
        )
        check_graph(network.answering, traced, open_session(traced.graph, "cpu", "fp32", 1), signature)
        return traced

    return call


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """A copy of an archive with other members. A mapping in the place of bytes is a change of its JSON."""

    def call(path: Path, members: Mapping[str, bytes | Callable]) -> Path:
        all_members = dict(read_members(path))
        for name, change in members.items():
            if callable(change):
                document = json.loads(all_members[name])
                change(document)
                all_members[name] = json.dumps(document).encode()
            else:
                all_members[name] = change
        made = tmp_path / f"changed-{path.name}"
        made.write_bytes(written(all_members).getvalue())
        return made

    return call
