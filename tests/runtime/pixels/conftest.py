from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from truecopy.contract import CenterCrop, GraphInput, ImageInput, Resize, Values

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
