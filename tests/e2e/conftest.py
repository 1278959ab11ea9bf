"""Real checkpoints and pictures, where the shared data is there; and the command line in this process."""

from __future__ import annotations

import contextlib
import csv
import functools
import gzip
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.command_line import run_here

DATA = Path(__file__).parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments: object) -> Done:
    """`truecopy ARGUMENTS` as the console script runs it, in this process."""
    return Done(*run_here(*arguments))


@dataclass(frozen=True)
class ImageNet:
    """The 300 photographs. index: wnid (the head of a file's name) to the output."""

    photos: tuple[Path, ...]
    classes: Path
    index: dict[str, int]

    def truth(self, photo: Path | str) -> int:
        return self.index[Path(photo).name.partition("_")[0]]

    def folder(self, target: Path, photos: tuple[Path, ...]) -> Path:
        """Links to `photos`, in class folders named by label id."""
        for photo in photos:
            inside = target / photo.name.partition("_")[0]
            inside.mkdir(parents=True, exist_ok=True)
            (inside / photo.name).symlink_to(photo)
        return target


@pytest.fixture(scope="session")
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("the shared data (../shared/data) is not here")
    return DATA


@pytest.fixture(scope="session")
def imagenet(data: Path) -> ImageNet:
    with (data / "imagenet" / "classes.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    photos = tuple(sorted((data / "imagenet" / "photos").glob("*.JPEG")))
    return ImageNet(
        photos, data / "imagenet" / "classes.tsv", {row["wnid"]: int(row["index"]) for row in rows}
    )


@dataclass(frozen=True)
class Exported:
    path: Path
    document: dict[str, Any]


_MODELS = {
    "mobilenet": ("converted/mobilenetv2_100_timm_dequant.pth", "timm:mobilenetv2_100", "halves"),
    "squeezenet": ("converted/squeezenet1_1_torchvision.pth", "torchvision:squeezenet1_1", "imagenet"),
    "menet": ("menet_pytorch/108-MENet-8x1-group-3.pth.tar", "python:networks:MENet", "imagenet"),
}


@pytest.fixture(scope="session")
def exported(
    imagenet: ImageNet, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Exported]:
    """Each of the ImageNet models, exported once through the command line with a proof on 12 photographs."""
    folder = tmp_path_factory.mktemp("imagenet_models")
    proof = imagenet.folder(folder / "proof", imagenet.photos[::25])

    @functools.cache
    def export(name: str) -> Exported:
        checkpoint, arch, recipe = _MODELS[name]
        more = ("--arch-arg", "pad_type=same") if name == "mobilenet" else ()
        with _importing_from(Path(__file__).parent):
            done = run("export", data / "weights" / checkpoint, "--arch", arch, *more, "--proof", proof, "--json",
                       "--recipe", f"python:networks:{recipe}", "--labels", imagenet.classes,
                       "-o", folder / f"{name}.onnx")  # fmt: skip
        assert done.code == 0, done.err
        return Exported(folder / f"{name}.onnx", done.rows[0])

    return export


@contextlib.contextmanager
def _importing_from(*folders: Path) -> Iterator[None]:
    before = sys.path[:]
    sys.path[:0] = map(str, folders)
    try:
        yield
    finally:
        sys.path[:] = before


@pytest.fixture(scope="session")
def mnist(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 1000 test digits as PNG files in class folders."""
    folder = tmp_path_factory.mktemp("mnist")
    images, truths = (
        np.frombuffer(gzip.decompress((data / "mnist_test" / f"t10k-{name}-ubyte.gz").read_bytes()), np.uint8)
        for name in ("images-idx3", "labels-idx1")
    )
    for number, (pixels, truth) in enumerate(
        zip(images[16:].reshape(-1, 28, 28)[:1000], truths[8:], strict=False)
    ):
        (folder / str(truth)).mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / str(truth) / f"{number:04d}.png")
    return folder


@pytest.fixture(scope="session")
def cifar(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 50 test pictures of each class."""
    folder = tmp_path_factory.mktemp("cifar")
    for label in sorted((data / "cifar10" / "test").iterdir()):
        (folder / label.name).mkdir()
        for picture in sorted(label.iterdir())[:50]:
            (folder / label.name / picture.name).symlink_to(picture)
    return folder


@pytest.fixture(scope="session")
def truecopy() -> Callable[..., Done]:
    return run


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python:networks:...` finds the networks beside these tests."""
    monkeypatch.syspath_prepend(Path(__file__).parent)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed sample artifact, copied."""
    path = tmp_path_factory.mktemp("demo") / "digits.onnx"
    shutil.copy(Path(__file__).parents[2] / "artifacts" / "digits.onnx", path)
    return path
