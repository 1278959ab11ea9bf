"""fastai's validation transforms: Resize by crop and by squish, then ToTensor, IntToFloatTensor and Normalize.

fastai has no importer: the steps are written here, and show that the contract can say what it does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from fastai.data.transforms import ToTensor
from fastai.vision.augment import Resize as FastaiResize
from fastai.vision.augment import ResizeMethod
from fastai.vision.core import PILImage, imagenet_stats
from fastai.vision.data import IntToFloatTensor, Normalize
from PIL import Image
from tools.sweep.case import Case, Original

from truecopy.contract import CenterCrop, Resize, Step, Values
from truecopy_export.recipes import Recipe
from truecopy_export.recipes.pillow_passes import installed_pass_order
from truecopy_export.recipes.recipe import checked_steps, pillow_input

LIBRARY = "fastai"
VERSIONS = ("fastai", "torch")
Size = tuple[int, int]

_SIZES: tuple[Size, ...] = ((224, 224), (64, 64), (128, 96), (50, 171))
_VALIDATION = 1  # fastai's split_idx


def cases() -> Iterator[Case]:
    for size, method, normalized in itertools.product(
        _SIZES, (ResizeMethod.Crop, ResizeMethod.Squish), (True, False)
    ):
        ending = "Normalize" if normalized else "no Normalize"
        yield Case(LIBRARY, f"Resize {size} {method}, {ending}", partial(_build, size, method, normalized))


def _build(size: Size, method: str, normalized: bool) -> tuple[Original, Callable[[], Recipe]]:
    resize, normalize = FastaiResize(size, method=method), Normalize.from_stats(*imagenet_stats, cuda=False)

    def original(picture: Image.Image) -> np.ndarray:
        if method == ResizeMethod.Crop and 0 in _crop(picture, size):
            raise ValueError(f"fastai's crop of {picture.width} x {picture.height} to {size} has no pixels")
        resized = resize(PILImage.create(np.asarray(picture)), split_idx=_VALIDATION)
        batch = IntToFloatTensor()(ToTensor()(resized)[None])
        return np.asarray((normalize(batch) if normalized else batch)[0])

    return original, partial(_recipe, size, method, normalized, original)


def _crop(picture: Image.Image, size: Size) -> Size:
    """What fastai's Resize cuts out: of a side of one pixel it may leave nothing, which Pillow resizes to black."""
    times = min(picture.height / size[0], picture.width / size[1])
    return int(times * size[0]), int(times * size[1])


def _recipe(size: Size, method: str, normalized: bool, original: Original) -> Recipe:
    """Source: fastai 2.8.12 vision/augment.py Resize, _do_crop_pad; data/transforms.py IntToFloatTensor, Normalize."""
    crop = CenterCrop(rule="fastai", aspect=size, offset="floor", pad_before="floor", fill=0)
    squash = Resize(
        rule="exact", size=size, kernel="pillow", filter="bilinear", pass_order=installed_pass_order()
    )
    mean, std = imagenet_stats
    values = Values(
        chain=(("div", 255.0), *((("sub", tuple(mean)), ("div", tuple(std))) if normalized else ()))
    )
    steps: tuple[Step, ...] = (*((crop,) if method == ResizeMethod.Crop else ()), squash, values)
    spec = pillow_input("RGB")
    return Recipe(spec, checked_steps(steps, spec), original, "sweep", ())
