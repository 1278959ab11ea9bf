"""The input policy of a contract: how an image of any mode that Pillow has loaded becomes 8-bit RGB or L."""

from __future__ import annotations

import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin
from PIL.Image import Transpose

from truecopy.contract.document import AlphaOver, ImageInput
from truecopy.errors import UnreadableInput, Unsupported

from .opencv_colors import cmyk_to_rgb, to_grey

# PIL.ImageOps.exif_transpose, which would also rewrite the EXIF block and may fail at that.
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_BITS_PER_SAMPLE = 258
_GREY_ALREADY = frozenset({"1", "L", "LA", "La", "I;16", "I;16L", "I;16B", "I;16N", "I", "F"})


def apply_policy(image: Image.Image, spec: ImageInput, name: str) -> tuple[Image.Image, tuple[str, ...]]:
    """Bring a loaded image to mode `spec.color`; returns it with the warnings. `image` is not changed."""
    if spec.orientation == "ignore":
        return convert(image, spec, name), ignored_turn(image)
    # Turning comes last, on 8-bit pixels: every conversion looks at one pixel alone.
    turn = _turn_to_make(image, name)
    converted = convert(image, spec, name)
    return (converted if turn is None else converted.transpose(turn)), ()


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The image after the turn that an EXIF orientation asks for; 1, and what EXIF does not know, asks for none."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def ignored_turn(image: Image.Image) -> tuple[str, ...]:
    """The warning of a contract that ignores EXIF. Pillow itself turns a TIFF while loading it: none is left then."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        if _TURNS.get(orientation) is None:
            return ()
    except Exception:  # EXIF is untrusted bytes, parsed by Pillow: it may raise anything
        return ()
    return (
        f"EXIF asks for a turn (orientation {orientation}); the contract ignores it, as its training did",
    )


def _turn_to_make(image: Image.Image, name: str) -> Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception as error:  # EXIF is untrusted bytes, parsed by Pillow: it may raise anything
        raise UnreadableInput(
            "the EXIF data is damaged, and the contract applies its orientation",
            got=f"{type(error).__name__}: {error}",
            where=name,
            fix="Rewrite the file without EXIF",
        ) from error


def convert(image: Image.Image, spec: ImageInput, name: str) -> Image.Image:
    """Mode `spec.color`, by the rules for depth, transparency, CMYK and grey.

    Raises:
        Unsupported, UnreadableInput: Pillow cannot convert the mode, or finds damage only now.
    """
    try:
        if spec.depth16 == "shift" and _is_16_bit_grey(image):
            image = _high_byte(image)
        if isinstance(spec.alpha, AlphaOver) and image.has_transparency_data:
            image = _composite(image, spec.alpha.over)
        if spec.alpha == "key_over_white" and not isinstance(image.info.get("transparency", b""), bytes):
            image = image.convert("RGB")
            if "transparency" in image.info:  # the colour that the key has become
                image = _composite(image, (255, 255, 255))
        if spec.cmyk == "opencv" and image.mode == "CMYK":
            image = cmyk_to_rgb(image)
        if spec.decoder == "opencv" and spec.color == "L" and image.mode not in _GREY_ALREADY:
            return to_grey(_without_transparent_color(image).convert("RGB"))
        return image if image.mode == spec.color else _without_transparent_color(image).convert(spec.color)
    except ValueError as error:
        raise Unsupported(
            f"Pillow cannot convert mode {image.mode!r} to {spec.color!r}",
            got=str(error),
            where=name,
            fix="Save the image as RGB or grey",
        ) from error
    except Exception as error:  # a damaged palette or profile: untrusted bytes that Pillow reads only now
        raise UnreadableInput(
            "the image is truncated or damaged", got=f"{type(error).__name__}: {error}", where=name
        ) from error


def _is_16_bit_grey(image: Image.Image) -> bool:
    if image.mode.startswith("I;16"):
        return True
    # Signed 16-bit TIFF opens as "I", the mode of 32 bits.
    return (
        image.mode == "I"
        and isinstance(image, TiffImagePlugin.TiffImageFile)
        and image.tag_v2.get(_BITS_PER_SAMPLE) == (16,)
    )


def _high_byte(image: Image.Image) -> Image.Image:
    """The value >> 8, negative values as 0: what OpenCV makes of 16-bit grey."""
    values = np.asarray(image).astype(np.int32) >> 8
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _composite(image: Image.Image, over: tuple[int, int, int]) -> Image.Image:
    """Source: transformers/image_transforms.py `convert_to_rgb` (5.23), which composites over white, also where one
    colour of an RGB PNG stands for transparency.
    """
    background = Image.new("RGBA", image.size, (*over, 255))
    return Image.alpha_composite(background, image.convert("RGBA"))


def _without_transparent_color(image: Image.Image) -> Image.Image:
    """Drop the transparent palette entry or colour key, which changes no pixel of a conversion without alpha.

    Pillow would translate it, warn about it, and for some palettes fail over it.
    """
    if "transparency" not in image.info:
        return image
    image = image.copy()
    del image.info["transparency"]
    return image
