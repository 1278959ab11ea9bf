from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from truecopy.contract import (
    CenterCrop,
    Contract,
    Graph,
    GraphInput,
    GraphOutput,
    ImageInput,
    Multiclass,
    Proof,
    Provenance,
    Resize,
    Values,
    Views,
)

Pixels = npt.NDArray[np.uint8]


@pytest.fixture(scope="session")
def odd_files() -> list[Path]:
    folder = Path(__file__).parents[4] / "shared" / "data" / "odd"
    if not folder.is_dir():
        pytest.skip("the collection of odd image files (shared/data/odd) is not here")
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="session")
def pixels() -> Callable[..., Pixels]:
    """Random uint8 pixels of a shape, the same for the same shape and seed."""

    def make(*shape: int, seed: int = 0) -> Pixels:
        return np.random.default_rng([seed, *shape]).integers(0, 256, shape, np.uint8)

    return make


@pytest.fixture(scope="session")
def image_input() -> Callable[..., ImageInput]:
    def make(**changes: Any) -> ImageInput:
        fields: dict[str, Any] = {
            "decoder": "pillow",
            "color": "RGB",
            "orientation": "ignore",
            "alpha": "drop",
            "depth16": "clip",
            "cmyk": "pillow",
            "frame": 0,
        }
        return ImageInput(**{**fields, **changes})

    return make


@pytest.fixture(scope="session")
def graph_input() -> Callable[..., GraphInput]:
    def make(*shape: Any, dtype: Any = "float32", layout: Any = "NCHW") -> GraphInput:
        return GraphInput(name="input", dtype=dtype, layout=layout, shape=shape)

    return make


@pytest.fixture(scope="session")
def resize_step() -> Callable[..., Resize]:
    def make(
        rule: Any, size: Any, *, name: Any = "bilinear", order: Any = "horizontal", **more: Any
    ) -> Resize:
        return Resize(rule=rule, size=size, kernel="pillow", filter=name, pass_order=order, **more)

    return make


@pytest.fixture(scope="session")
def crop_step() -> Callable[..., CenterCrop]:
    def make(height: int, width: int, *, fill: Any = 0) -> CenterCrop:
        return CenterCrop(size=(height, width), offset="half_even", pad_before="floor", fill=fill)

    return make


@pytest.fixture(scope="session")
def imagenet() -> Values:
    return Values(chain=(("div", 255.0), ("sub", (0.485, 0.456, 0.406)), ("div", (0.229, 0.224, 0.225))))


@pytest.fixture(scope="session")
def contract_with(graph_input) -> Callable[..., Contract]:
    """A contract of two labels around steps; without arguments of its own a graph of 3 x 24 x 20."""

    def make(image: ImageInput, *steps: Any, graph: GraphInput | None = None) -> Contract:
        signature = Graph(
            inputs=(graph or graph_input("batch", 3, 24, 20),),
            outputs=(GraphOutput(name="logits", dtype="float32", shape=("batch", 2)),),
            answer="logits",
            precision="fp32",
            opset=20,
            sha256="0" * 64,
        )
        proof = Proof(
            level="unproven", images=0, labelled=False, provider="cpu", arithmetic="fp32", isa="any",
            tensor=None, output=None, decisions=None, accuracy=None,
        )  # fmt: skip
        task = Multiclass(
            activation="softmax", labels=("a", "b"), label_ids=None, labels_source="-", threshold=None, temperature=1.0
        )  # fmt: skip
        return Contract(
            truecopy=1,
            requires="0.1",
            input=image,
            steps=steps,
            graph=signature,
            task=task,
            views=Views(forbidden=(), relabel={}),
            provenance=Provenance(
                checkpoint=None,
                architecture=None,
                recipe="steps",
                parent=None,
                versions={},
                created="2026-01-01T00:00:00Z",
            ),
            proof=proof,
        )

    return make


@pytest.fixture(scope="session")
def contract(contract_with, image_input, resize_step, crop_step, imagenet) -> Contract:
    return contract_with(image_input(), resize_step("short", 28, name="bicubic"), crop_step(24, 20), imagenet)
