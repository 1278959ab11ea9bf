"""The live loader of a Keras pipeline on a decoded picture; where it takes files, the picture goes through a PNG, which
keeps every bit.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image

from truecopy.errors import RecipeError
from truecopy_export.recipes.library import import_library

from .pipeline import Load

if TYPE_CHECKING:
    import numpy.typing as npt

# A decoded picture, mode RGB or L, to float32 (h, w, c).
Head: TypeAlias = Callable[[Image.Image], "npt.NDArray[np.float32]"]


def loader_function(load: Load, keras: ModuleType) -> Any:
    match load:
        case "load_img" | "image_dataset_from_directory":
            return getattr(keras.utils, load)
        case "smart_resize":
            return keras.preprocessing.image.smart_resize
        case _:
            return import_library("tensorflow", RecipeError).image.resize


def loader_head(load: Load, keras: ModuleType, arguments: Mapping[str, Any]) -> Head:
    """`loader_function(load)` with its own `arguments`; nearest neighbours, which TensorFlow leaves 8-bit, become float32."""
    function = loader_function(load, keras)
    to_array = keras.utils.img_to_array
    match load:
        case "load_img":
            return lambda picture: to_array(function(_png(picture), **arguments))
        case "image_dataset_from_directory":
            return lambda picture: _through_dataset(function, picture, arguments)
        case "smart_resize":
            return lambda picture: np.asarray(function(to_array(picture), **arguments), np.float32)
        case _:
            return lambda picture: np.asarray(function(_pixels(picture), **arguments), np.float32)


def _png(picture: Image.Image) -> io.BytesIO:
    """The pixels alone: a colour profile or a transparent colour of the file does not travel with them."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(picture)).save(buffer, "PNG", compress_level=0)
    buffer.seek(0)
    return buffer


def _pixels(picture: Image.Image) -> npt.NDArray[np.uint8]:
    pixels = np.asarray(picture)
    return pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]


def _through_dataset(
    function: Any, picture: Image.Image, arguments: Mapping[str, Any]
) -> npt.NDArray[np.float32]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "picture.png").write_bytes(_png(picture).getvalue())
        dataset = function(
            folder, labels=None, label_mode=None, batch_size=None, shuffle=False, verbose=False, **arguments
        )
        return np.asarray(next(iter(dataset)), np.float32)
