"""How files become the PIL pictures that a transformers image processor takes: the processor does not say.

Source: transformers 5.23 `image_utils.py` load_image, `image_transforms.py` convert_to_rgb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from msgspec import structs
from PIL import Image

from truecopy.contract import ImageInput
from truecopy.contract.document import AlphaOver
from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.library import import_library
from truecopy_export.recipes.recipe import pillow_input

OPTION = "load"
_BY_LOAD_IMAGE = (
    "files are read by transformers' load_image, as its pipelines do: the EXIF turn is applied, transparency dropped "
    "(--recipe-arg load=image: PIL.Image.open, handed in as it is)"
)
_AS_THEY_ARE = "files are opened by PIL.Image.open and handed in as they are: the EXIF turn is ignored"
_CONVERTED_BEFORE = (
    "files are opened by PIL.Image.open and converted to RGB: the EXIF turn is ignored, transparency dropped; the "
    "processor has do_convert_rgb off and takes RGB alone"
)


@dataclass(frozen=True)
class Files:
    """input: for the contract. load: for `Recipe.load`. notes: for people."""

    input: ImageInput
    load: Callable[[str], Image.Image] | None
    notes: tuple[str, ...]


def choose_files(circumstances: Circumstances, processor: Any) -> Files:
    """What `--recipe-arg load=load_image|image` says; `load_image` is what transformers' pipelines do.

    Raises:
        RecipeError: another word.
    """
    chosen = circumstances.choose(OPTION, ("load_image", "image")) or "load_image"
    plain = pillow_input("RGB")
    if chosen == "load_image":
        turned = structs.replace(plain, orientation="apply")
        if not getattr(processor, "do_convert_rgb", None) or not _composites(processor):
            return Files(turned, load_image, (_BY_LOAD_IMAGE,))
        # load_image keeps the colour that stands for transparency, and do_convert_rgb then turns it white.
        return Files(
            structs.replace(turned, alpha="key_over_white"), load_image_over_white, (_BY_LOAD_IMAGE,)
        )
    if not getattr(processor, "do_convert_rgb", None):
        return Files(plain, None, (_CONVERTED_BEFORE,))
    if not _composites(processor):
        return Files(plain, None, (f"{_AS_THEY_ARE}, transparency dropped",))
    white = structs.replace(plain, alpha=AlphaOver((255, 255, 255)))
    return Files(white, load_over_white, (f"{_AS_THEY_ARE}, transparency composited over white",))


def _composites(processor: Any) -> bool:
    """Does it turn a transparent pixel white? transformers 4 drops transparency; one black pixel shows which."""
    pixel = Image.new("RGBA", (1, 1), (0, 0, 0, 0))
    made = np.asarray(processor.process_image(pixel, do_convert_rgb=True)).reshape(-1).tolist()
    if made not in ([255, 255, 255], [0, 0, 0]):
        raise RecipeError(
            "do_convert_rgb makes neither white nor black of a transparent pixel", got=repr(made)
        )
    return cast("bool", made == [255, 255, 255])


def load_image(path: str) -> Image.Image:
    """`transformers.image_utils.load_image`: EXIF turn, then RGB."""
    return cast("Image.Image", import_library("transformers.image_utils", RecipeError).load_image(path))


def load_image_over_white(path: str) -> Image.Image:
    """`load_image`, and the processor's own conversion to RGB."""
    transforms = import_library("transformers.image_transforms", RecipeError)
    return Image.fromarray(transforms.convert_to_rgb(load_image(path), return_numpy=True))


def load_over_white(path: str) -> Image.Image:
    """`PIL.Image.open` and the processor's own conversion to RGB."""
    transforms = import_library("transformers.image_transforms", RecipeError)
    with Image.open(path) as image:
        return Image.fromarray(transforms.convert_to_rgb(image, return_numpy=True))
