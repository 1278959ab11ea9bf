"""Keras as it is installed and configured here, and which resize kernel its active backend runs.

Source: keras/src/backend/tensorflow/image.py `resize` (tf.image.resize), keras/src/backend/torch/image.py `resize`
(torch.nn.functional.interpolate on float32), keras 3.15.1.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import ModuleType
from typing import cast

from msgspec import UNSET

from truecopy.contract import CenterCrop, Resize
from truecopy.contract.resize import AnyFilter
from truecopy.errors import RecipeError
from truecopy_export.recipes.library import import_library

Size = tuple[int, int]

# antialias -> filters.
_TF: Mapping[bool, tuple[str, ...]] = {
    False: ("nearest", "bilinear", "bicubic", "area"),
    True: ("bilinear", "bicubic", "mitchellcubic"),
}
_TORCH: Mapping[str, AnyFilter] = {"nearest": "nearest-exact", "bilinear": "bilinear", "bicubic": "bicubic"}
_NO_FILTER = ("nearest", "nearest-exact", "area")  # antialias has no meaning for them, and is ignored


def import_keras() -> ModuleType:
    """Keras, with the settings that the contract is read under.

    Raises:
        RecipeError: not installed, or its backend is not; channels first; another float than float32.
    """
    try:
        keras = import_library("keras", RecipeError)
    except ModuleNotFoundError as error:
        raise RecipeError(
            f"Keras cannot start: its backend needs {error.name}, which is not installed",
            got=f"KERAS_BACKEND={os.environ.get('KERAS_BACKEND', '')}",
            fix="Install it, or set KERAS_BACKEND to tensorflow or torch",
        ) from error
    for setting, wanted in (("image_data_format", "channels_last"), ("floatx", "float32")):
        found = getattr(keras.config, setting)()
        if found != wanted:
            raise RecipeError(
                f"keras.config.{setting}() is another one than can be expressed",
                expected=wanted,
                got=found,
                fix=f"Call keras.config.set_{setting}({wanted!r}) before the recipe is read",
            )
    return keras


def active_backend(keras: ModuleType) -> str:
    """`tensorflow` or `torch`.

    Raises:
        RecipeError: another backend, whose arithmetic is not reproduced.
    """
    name = str(keras.config.backend())
    if name not in ("tensorflow", "torch"):
        raise RecipeError(
            "Keras layers and smart_resize are reproduced as backends tensorflow and torch run them",
            got=f"backend {name}",
            fix="Set KERAS_BACKEND=tensorflow or KERAS_BACKEND=torch, and validate the model with that",
        )
    return name


def resize_step(backend: str, size: Size, interpolation: str, *, antialias: bool) -> Resize:
    """To exactly `size`, as `tf.image.resize` (backend `tensorflow`) or Keras on torch do it.

    Raises:
        RecipeError: the interpolation cannot be expressed exactly; names the nearest that can.
    """
    smooth = antialias and interpolation not in _NO_FILTER
    known = _TF[smooth] if backend == "tensorflow" else tuple(_TORCH)
    if interpolation not in known:
        raise RecipeError(
            f"interpolation {interpolation!r} on {backend} cannot be expressed exactly",
            expected=f"one of {', '.join(known)} with antialias={smooth}",
            got=f"{interpolation!r} with antialias={antialias}",
            fix="The nearest is 'bicubic' with antialias=True; validate the model with that",
        )
    return Resize(
        rule="exact",
        size=size,
        kernel="tf" if backend == "tensorflow" else "torch_f32",
        filter=cast("AnyFilter", interpolation) if backend == "tensorflow" else _TORCH[interpolation],
        antialias=smooth,
    )


def aspect_crop(size: Size) -> CenterCrop:
    """The largest part of the shape of `size`.

    Source: keras/src/utils/image_utils.py `smart_resize`, backend `image.resize(crop_to_aspect_ratio=True)`:
    int(float(width * h) / w), at least 1, never above the side; the corner at int((side - crop) / 2). In a graph, and in
    layers on TensorFlow, the division is float32; elsewhere it is float64. The two agree as long as side * target is
    below 2 ** 24 (`crop_note`).
    """
    return CenterCrop(size=UNSET, rule="aspect", aspect=size, offset="floor", pad_before="floor", fill=0)


def crop_note(size: Size) -> tuple[str, ...]:
    """Float32 and float64 divide whole numbers below 2 ** 24 to the same whole part; no side is above 65536."""
    widest = 2**24 // max(size) - 1
    if widest >= 65_536:
        return ()
    sentence = (
        f"of a picture with a side above {widest} pixels, crop_to_aspect_ratio may cut one pixel more or less "
        "outside a TensorFlow graph than inside one; the contract follows the graph"
    )
    return (sentence,)
