"""`truecopy.Transform` as the transform of torchvision's ImageFolder, in DataLoader's worker processes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

import truecopy
from truecopy.contract import GraphInput
from truecopy_export.recipes import import_recipe, installed_pass_order

torch = pytest.importorskip("torch")
datasets = pytest.importorskip("torchvision.datasets")
transforms = pytest.importorskip("torchvision.transforms")

ARTIFACT = Path(__file__).parents[3] / "artifacts" / "digits.onnx"


@pytest.fixture(scope="module")
def original():
    return transforms.Compose(
        [
            transforms.Resize(72),
            transforms.CenterCrop(64),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )


@pytest.fixture(scope="module")
def contract(original):
    """The sample artifact's contract with the steps of a torchvision transform in it."""
    recipe = import_recipe(
        original, module=None, architecture=None, arguments=None, pass_order=installed_pass_order()
    )
    graph_input = GraphInput(name="input", dtype="float32", layout="NCHW", shape=("batch", 3, 64, 64))
    sample = truecopy.read(ARTIFACT).contract
    graph = replace(sample.graph, inputs=(graph_input,))
    return replace(sample, input=recipe.input, steps=recipe.steps, graph=graph)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two classes of pictures of different sizes and modes, as ImageFolder expects them."""
    root = tmp_path_factory.mktemp("photographs")
    random = np.random.default_rng(11)
    for index, mode in enumerate(["RGB", "L", "RGBA", "RGB", "P", "RGB"]):
        size = (80 + 31 * index, 140 - 13 * index)
        picture = Image.fromarray(random.integers(0, 256, (*size, 3), dtype=np.uint8)).convert(mode)
        path = root / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(exist_ok=True)
        picture.save(path)
    return root


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize(
    ("method", "workers"), [(None, 0), ("fork", 2), ("spawn", 2)], ids=["here", "fork", "spawn"]
)
def test_batches_are_those_of_preprocess_and_of_the_original(contract, original, folder, method, workers):
    data = datasets.ImageFolder(str(folder), transform=truecopy.Transform(contract))
    loader = torch.utils.data.DataLoader(
        data, batch_size=4, num_workers=workers, multiprocessing_context=method, timeout=300 if workers else 0
    )
    batches = [images for images, _ in loader]
    assert [tuple(batch.shape) for batch in batches] == [(4, 3, 64, 64), (2, 3, 64, 64)]
    together = torch.cat(batches)
    assert together.dtype == torch.float32
    for tensor, (path, _) in zip(together.numpy(), data.samples, strict=True):
        assert np.array_equal(tensor.view(np.uint32), truecopy.preprocess(path, contract).view(np.uint32))
        theirs = original(datasets.folder.default_loader(path)).numpy()
        assert np.array_equal(tensor.view(np.uint32), theirs.view(np.uint32))


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_an_error_in_a_worker_says_what_is_wrong(contract, folder):
    data = datasets.ImageFolder(
        str(folder), loader=lambda path: path + ".missing", transform=truecopy.Transform(contract)
    )
    loader = torch.utils.data.DataLoader(data, num_workers=1, multiprocessing_context="fork", timeout=300)
    with pytest.raises(truecopy.errors.UnreadableInput, match=r"there is no such file - at .*\.missing"):
        next(iter(loader))
