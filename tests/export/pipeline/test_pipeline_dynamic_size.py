"""`--dynamic-size`: one graph for pictures of any size, where the recipe leaves them so."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

import truecopy
import truecopy_export
from truecopy.errors import CheckpointError, RecipeError

LABELS = ["cat", "dog"]
FREE = transforms.Compose([transforms.Resize(24), transforms.ToTensor()])
FIXED = transforms.Compose([transforms.Resize((16, 24)), transforms.ToTensor()])


def anywhere() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(3, 4, 5, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )  # fmt: skip


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(2)
    for number, size in enumerate(((40, 31), (27, 90), (33, 33))):
        Image.fromarray(random.integers(0, 256, (*size, 3), np.uint8)).save(folder / f"{number}.png")
    return folder


def test_pictures_of_every_size_are_answered_like_torch(tmp_path, photos):
    network = anywhere().eval()
    report = truecopy_export.export(
        network, tmp_path / "any.onnx", recipe=FREE, labels=LABELS, proof=photos, dynamic_size=True
    )
    assert report.contract.proof.level == "bit-exact"
    assert report.contract.graph.inputs[0].shape == ("batch", 3, "height", "width")
    model = truecopy.load(tmp_path / "any.onnx", device="cpu")
    for path in sorted(photos.iterdir()):
        with torch.no_grad():
            wanted = network(FREE(Image.open(path)).unsqueeze(0)).softmax(1)[0].numpy()
        np.testing.assert_allclose(model(path).probabilities, wanted, atol=1e-6)


def test_a_recipe_of_one_size_needs_no_free_sides(tmp_path, photos):
    with pytest.raises(RecipeError, match=r"makes every picture 16 x 24.*Leave --dynamic-size out"):
        truecopy_export.export(
            anywhere(), tmp_path / "x.onnx", recipe=FIXED, labels=LABELS, proof=photos, dynamic_size=True
        )


def test_without_the_flag_a_recipe_of_many_sizes_names_it(tmp_path, photos):
    with pytest.raises(RecipeError, match=r"pictures of different sizes.*--dynamic-size"):
        truecopy_export.export(anywhere(), tmp_path / "x.onnx", recipe=FREE, labels=LABELS, proof=photos)


def test_a_network_of_one_size_is_refused(tmp_path, photos):
    fixed = nn.Sequential(nn.Flatten(), nn.Linear(3 * 24 * 32, 2))
    with pytest.raises(CheckpointError, match="does not run on images of shape"):
        truecopy_export.export(
            fixed, tmp_path / "x.onnx", recipe=FREE, labels=LABELS, proof=photos, dynamic_size=True
        )
    assert not (tmp_path / "x.onnx").exists()


def test_an_answer_that_grows_with_the_picture_is_refused(tmp_path, photos):
    growing = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten())
    with pytest.raises(RecipeError):
        truecopy_export.export(
            growing, tmp_path / "x.onnx", recipe=FREE, labels=LABELS, proof=photos, dynamic_size=True
        )


def test_a_size_that_no_runtime_takes_is_refused_before_anything_is_traced(tmp_path, photos):
    huge = transforms.Compose([transforms.Resize((60_000, 60_000)), transforms.ToTensor()])
    with pytest.raises(RecipeError, match=r"at most 50,000,000 pixels, got 60000 x 60000"):
        truecopy_export.export(anywhere(), tmp_path / "x.onnx", recipe=huge, labels=LABELS, proof=photos)
