"""How files become the arrays that a library of arrays takes: the object itself does not say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
from msgspec import structs
from PIL import Image

from truecopy.contract import ImageInput
from truecopy.errors import RecipeError, UnreadableInput

from .circumstances import Circumstances
from .library import import_library
from .recipe import pillow_input

Color: TypeAlias = Literal["RGB", "L"]
Load: TypeAlias = Callable[[str], Image.Image]
OPTION = "decoder"


@dataclass(frozen=True)
class FileDecoder:
    """input: for the contract. load: for `Recipe.load`; None: Pillow, as `input` says."""

    input: ImageInput
    load: Load | None


def choose_decoder(
    circumstances: Circumstances,
    color: Color,
    *,
    default: Literal["opencv", "pillow"] | None = None,
    torchvision: bool = False,
) -> FileDecoder:
    """What `--recipe-arg decoder=opencv|pillow` says, or `torchvision` where that is a choice; else `default`.

    Raises:
        RecipeError: neither; EXIF, CMYK and 16-bit files differ between the two.
    """
    allowed = ("opencv", "pillow", "torchvision") if torchvision else ("opencv", "pillow")
    chosen = circumstances.choose(OPTION, allowed) or default
    if chosen is None:
        raise RecipeError(
            "the transform takes arrays and does not say how files become arrays",
            expected="--recipe-arg decoder=opencv (cv2.imread, which applies the EXIF turn) or "
            "--recipe-arg decoder=pillow (PIL.Image.open, which ignores it)",
            fix="Type the one that the validation code uses",
        )
    if chosen == "pillow":
        return FileDecoder(pillow_input(color), None)
    if chosen == "torchvision":
        if color != "RGB":
            raise RecipeError("torchvision's decoder is reproduced for RGB only", got=f"color {color}")
        return FileDecoder(structs.replace(pillow_input(color), decoder="torchvision"), load_by_torchvision)
    return FileDecoder(opencv_input(color), load_rgb if color == "RGB" else load_grey)


def opencv_input(color: Color) -> ImageInput:
    """How `cv2.imread(path, IMREAD_COLOR)` or `IMREAD_GRAYSCALE` decodes a file."""
    return ImageInput(
        decoder="opencv",
        color=color,
        orientation="apply",
        alpha="drop",
        depth16="shift",
        cmyk="opencv",
        frame=0,
    )


def load_by_torchvision(path: str) -> Image.Image:
    """`torchvision.io.decode_image(path, mode=RGB)`."""
    io = import_library("torchvision.io", RecipeError)
    pixels = io.decode_image(path, mode=io.ImageReadMode.RGB)
    return Image.fromarray(pixels.permute(1, 2, 0).numpy())


def load_rgb(path: str) -> Image.Image:
    """`cv2.imread(path, IMREAD_COLOR)` with its channels turned to RGB.

    Raises:
        UnreadableInput: OpenCV cannot read the file.
    """
    return Image.fromarray(cv2.cvtColor(_read(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB))


def load_grey(path: str) -> Image.Image:
    """`cv2.imread(path, IMREAD_GRAYSCALE)`.

    Raises:
        UnreadableInput: OpenCV cannot read the file.
    """
    return Image.fromarray(_read(path, cv2.IMREAD_GRAYSCALE))


def _read(path: str, flag: int) -> cv2.typing.MatLike:
    pixels = cv2.imread(path, flag)
    if pixels is None:
        raise UnreadableInput("OpenCV cannot read the file", where=path)
    return pixels
