"""From a file to pixels, by the decoder that a Keras pipeline has: Pillow in `load_img`, TensorFlow in tf.data.

Source: keras/src/utils/image_utils.py `load_img`; keras/src/utils/image_dataset_utils.py `_load_image_tf`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

import msgspec
from PIL import Image

from truecopy.contract import ImageInput, Step
from truecopy.errors import RecipeError, UnreadableInput
from truecopy_export.recipes.library import import_library
from truecopy_export.recipes.recipe import pillow_input

from .original import Head

_TENSORFLOW_NOTE = (
    "TensorFlow decodes JPEG with a fast, less accurate transform that no other decoder has; the contract decodes with "
    "Pillow, and the proof says how far that moves the tensor"
)
_GREY_NOTE = "load_img keeps the values of 16-bit grey files; the contract clips them to 255"


@dataclass(frozen=True)
class Loading:
    """words: for the source. on_backend: Keras' active backend resizes. load, other_decoder: as of `Recipe`."""

    input: ImageInput
    steps: tuple[Step, ...]
    run: Head
    words: str
    notes: tuple[str, ...]
    load: Callable[[str], Image.Image] | None
    other_decoder: str | None
    on_backend: bool = False


def picture_alone(decoder: str, color_mode: str, keras: ModuleType, channels: int | None) -> Loading:
    """A file decoded, and nothing more.

    decoder: `pillow` or `tensorflow`. channels: 1 or 3, what the model takes, where that is known.
    """
    image = _input(color_mode, decoder, channels)
    return Loading(
        input=image,
        steps=(),
        run=keras.utils.img_to_array,
        words="tf.io.decode_image" if decoder == "tensorflow" else f"load_img(color_mode={color_mode!r})",
        notes=_decoder_notes(decoder, image),
        load=load_by_tensorflow if decoder == "tensorflow" else None,
        other_decoder="TensorFlow's tf.io.decode_image" if decoder == "tensorflow" else None,
    )


def load_by_tensorflow(path: str) -> Image.Image:
    """`tf.image.decode_image(channels=3, expand_animations=False)`, as image_dataset_from_directory calls it.

    Raises:
        UnreadableInput: TensorFlow cannot read the file.
    """
    tf = import_library("tensorflow", RecipeError)
    try:
        pixels = tf.image.decode_image(tf.io.read_file(path), channels=3, expand_animations=False)
    except tf.errors.OpError as error:
        raise UnreadableInput(
            "TensorFlow cannot read the file", got=str(error.message), where=path
        ) from error
    return Image.fromarray(pixels.numpy())


def _input(color_mode: str, decoder: str, channels: int | None) -> ImageInput:
    if color_mode not in ("rgb", "grayscale"):
        raise RecipeError("color_mode", expected="rgb or grayscale", got=repr(color_mode))
    color: Literal["RGB", "L"] = "RGB" if color_mode == "rgb" else "L"
    if channels is not None and channels != (3 if color == "RGB" else 1):
        raise RecipeError(
            "the recipe and the model disagree about colour",
            expected=f"{channels} channels for the model",
            got=f"color_mode={color_mode!r}",
        )
    if decoder == "pillow":
        return pillow_input(color)
    if color == "L":
        raise RecipeError(
            "TensorFlow's grey is another one than Pillow's for each file format, and cannot be expressed",
            fix="Train and validate with load_img(color_mode='grayscale')",
        )
    # tf.io.decode_png(dtype=uint8) keeps the high byte.
    return msgspec.structs.replace(pillow_input(color), depth16="shift")


def _decoder_notes(decoder: str, image: ImageInput) -> tuple[str, ...]:
    if decoder == "tensorflow":
        return (_TENSORFLOW_NOTE,)
    return (_GREY_NOTE,) if image.color == "L" else ()
