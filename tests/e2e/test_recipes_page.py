"""Every Python block of docs/recipes.md, run as it stands there, for the libraries that are installed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import truecopy

torch = pytest.importorskip("torch")
PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
# Section -> what it imports, the file that it writes, the level of its proof.
EXPECTED = {
    "torchvision": ("torchvision", "torchvision.onnx", "bit-exact"),
    "timm": ("timm", "timm.onnx", "bit-exact"),
    "Hugging Face": ("transformers", "huggingface.onnx", "bit-exact"),
    "Keras and TensorFlow": ("tensorflow", "keras.onnx", "bit-exact"),
    "albumentations": ("albumentations", "albumentations.onnx", "bit-exact"),
    "Ultralytics": ("ultralytics.data.augment", "ultralytics.onnx", "bit-exact"),
    "From the first day of training": ("torchvision", "first_day.onnx", "self-consistent"),
}
PROCESSOR = {
    "image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 224, "width": 224},
    "resample": 2, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
}  # fmt: skip


class Network(torch.nn.Module):
    """Answers pictures of any size."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.convolution = torch.nn.Conv2d(3, 4, 5, stride=4)
        self.head = torch.nn.Linear(4, 2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.convolution(images).relu().mean(dim=(2, 3)))


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder as the page assumes it, which is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for name, size in (("one", (260, 300, 3)), ("two", (190, 330, 3)), ("three", (240, 240, 3))):
        pixels = np.random.default_rng(len(name)).integers(0, 256, size, np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{name}.png")
    (tmp_path / "my-vit").mkdir()
    (tmp_path / "my-vit" / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))
    return tmp_path


def test_every_section_with_python_is_run_here():
    with_python = {title for title, text in SECTIONS.items() if "```python" in text}
    assert with_python == set(EXPECTED)


@pytest.mark.parametrize("title", EXPECTED)
def test_a_section_makes_its_file_from_its_object(title, desk):
    library, name, level = EXPECTED[title]
    pytest.importorskip(library)
    import truecopy_export

    block = re.search(r"```python\n(.*?)```", SECTIONS[title], re.DOTALL)[1]
    exec(block, {"truecopy_export": truecopy_export, "model": Network(), "classes": ["cat", "dog"]})  # noqa: S102
    contract = truecopy.read(desk / name).contract
    assert contract.proof.level == level
    assert contract.proof.images == 3
    assert truecopy.load(desk / name)(desk / "photos" / "one.png").label in ("cat", "dog")
