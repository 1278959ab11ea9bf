"""Pictures, and the one comparison that every recipe goes through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from truecopy.contract import GraphInput
from truecopy.pixels import Plan, decode
from truecopy_export.recipes import Recipe

SIZES = ((451, 300), (300, 421), (140, 331), (97, 83))  # (width, height)
PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "imagenet" / "photos"


def generated(width: int, height: int) -> Image.Image:
    """Gradients under noise: smooth parts, hard edges, all levels."""
    random = np.random.default_rng(width * 1000 + height)
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([x * 255 / width, y * 255 / height, (x + y) % 256], axis=2)
    noise = random.integers(-60, 60, (height, width, 3))
    noise[random.random((height, width)) < 0.7] = 0
    return Image.fromarray(np.clip(base + noise, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def pictures() -> list[Image.Image]:
    """Four shapes: cut out of photographs where the folder is there, generated where it is not."""
    files = sorted(PHOTOS.glob("*.JPEG"))[: len(SIZES)]
    if len(files) < len(SIZES):
        return [generated(width, height) for width, height in SIZES]
    opened = [Image.open(file).convert("RGB") for file in files]
    return [
        photo.crop((0, 0, *size)) if photo.width >= size[0] and photo.height >= size[1] else generated(*size)
        for photo, size in zip(opened, SIZES, strict=True)
    ]


@pytest.fixture(scope="session")
def differing(pictures: list[Image.Image]) -> Callable[[Recipe], int]:
    """How many values differ between the original and the plan, over all pictures; -1 where a shape differs."""

    def count(recipe: Recipe) -> int:
        assert recipe.original is not None
        graph_input = GraphInput(
            name="input",
            dtype="float32",
            layout="NCHW",
            shape=("batch", recipe.made.channels, "height", "width"),
        )
        plan = Plan.compile(recipe.input, recipe.steps, graph_input)
        total = 0
        for picture in pictures:
            expected = np.asarray(recipe.original(picture.convert(recipe.input.color)))
            actual = plan.tensor(plan.canvas(decode(picture, recipe.input)))
            assert expected.dtype == actual.dtype == np.float32
            if expected.shape != actual.shape:
                return -1
            total += int((expected.view(np.uint32) != actual.view(np.uint32)).sum())
        return total

    return count
