"""Normalize, ToFloat and the conversions to grey and colour of albumentations and albumentationsx.

Source: albumentations 2.0.8 `augmentations/pixel/{transforms,functional}.py`; albucore 0.0.24 `functions.py` (normalize,
to_float), `utils.py` (convert_value).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np

from truecopy.contract import Grayscale
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError
from truecopy.pixels.values import apply_chain
from truecopy_export.recipes.array_reading import ArrayReading
from truecopy_export.recipes.reading import constant

Chain: TypeAlias = tuple[tuple[ChainOp, Constant], ...]


def _normalize(part: Any, reading: ArrayReading) -> None:
    """`(x - mean * max) * (1 / (std * max))`, with both products rounded to float32 by the object itself."""
    if part.normalization != "standard":
        raise RecipeError(
            "Normalize measures every picture for itself",
            expected="normalization='standard'",
            got=repr(part.normalization),
        )
    if getattr(part, "clip_range", None) is not None:
        raise RecipeError("clip_range of Normalize cannot be expressed", got=repr(part.clip_range))
    channels = reading.now.channels
    chain: Chain = (
        ("sub", _constant(part.mean_np, "mean", channels)),
        ("mul", _constant(part.denominator, "1 / std", channels)),
    )
    _check_arithmetic(part, chain, reading)
    reading.values(*chain)


def _check_arithmetic(part: Any, chain: Chain, reading: ArrayReading) -> None:
    """Hold the live object against `chain` on every value that can arrive: versions compute numbers differently.

    albucore 0.0.24 subtracts and multiplies; 0.2.21 does so for 8-bit pixels, and for numbers multiplies first.
    """
    now = reading.now
    levels = np.tile(np.arange(256, dtype=np.uint8)[:, np.newaxis, np.newaxis], (1, 256, now.channels))
    arriving = levels if now.dtype == "uint8" else apply_chain(levels.astype(np.float32), reading.chain)
    try:
        made = np.asarray(part.apply(arriving.copy()))
    except Exception as error:  # whatever the library raises
        raise RecipeError(
            f"Normalize does not take pictures of {now.channels} channels",
            got=f"{type(error).__name__}: {error}",
        ) from error
    expected = apply_chain(arriving.astype(np.float32), chain)
    if made.dtype != np.float32 or made.tobytes() != expected.tobytes():
        raise RecipeError(
            "this version's Normalize does not subtract and then multiply",
            got=f"other numbers for {'8-bit pixels' if now.dtype == 'uint8' else 'numbers'}",
            fix="Normalize 8-bit pixels: leave ToFloat, or the first Normalize, out",
        )


def _constant(values: Any, name: str, channels: int) -> Constant:
    """Source: albucore `utils.py` convert_value: too few numbers, or one channel, take the first; too many are cut."""
    array = np.asarray(values)
    if array.dtype != np.float32:
        raise RecipeError(
            "Normalize computes in another precision", expected="float32", got=f"{array.dtype} for {name}",
            fix="Give max_pixel_value as a Python float",
        )  # fmt: skip
    if array.ndim == 1:
        array = array[0] if channels == 1 or len(array) < channels else array[:channels]
    return constant(array, name)


def _to_float(part: Any, reading: ArrayReading) -> None:
    if reading.now.dtype == "uint8":
        reading.values(("div", float(part.max_value or 255.0)))
    else:
        reading.note("ToFloat leaves numbers as they are")


def _to_gray(part: Any, reading: ArrayReading) -> None:
    if reading.now.channels == 1:
        reading.note("ToGray leaves a grey picture as it is")
        return
    if part.method != "weighted_average":
        raise RecipeError("the method of ToGray", expected="'weighted_average'", got=repr(part.method))
    if part.num_output_channels not in (1, 3):
        raise RecipeError("num_output_channels", expected="1 or 3", got=repr(part.num_output_channels))
    reading.add(Grayscale(method="cv2", channels=part.num_output_channels))


def _to_rgb(part: Any, reading: ArrayReading) -> None:
    if reading.now.channels == 3:
        reading.note("ToRGB leaves a picture of three channels as it is")
        return
    if part.num_output_channels != 3:
        raise RecipeError("num_output_channels", expected="3", got=repr(part.num_output_channels))
    reading.add(Grayscale(method="cv2", channels=3))


VALUE_READERS: Mapping[str, Callable[[Any, ArrayReading], None]] = {
    "Normalize": _normalize,
    "ToFloat": _to_float,
    "ToGray": _to_gray,
    "ToRGB": _to_rgb,
}
