"""albumentations (and albumentationsx, which imports under the same name) on one picture.

Source: albumentations 2.0.8 `core/composition.py`, `pytorch/transforms.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

import numpy as np
from PIL import Image

from truecopy.errors import RecipeError
from truecopy_export.recipes.array_reading import ArrayReading
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.file_decoder import OPTION, Color, choose_decoder
from truecopy_export.recipes.recipe import TRAINING, Recipe, checked_steps

from .geometry import GEOMETRY_READERS
from .values import VALUE_READERS

Reader: TypeAlias = Callable[[Any, ArrayReading], None]

_LIBRARY = "albumentations"
_SEQUENCES = ("Compose", "ReplayCompose", "Sequential")
# They do the same to every picture, but no step of the contract does it.
_INEXPRESSIBLE = ("FromFloat", "HorizontalFlip", "InvertImg", "SelectiveChannelTransform", "ToSepia", "Transpose",
                  "VerticalFlip")  # fmt: skip


def read_compose(transform: Any, source: str, circumstances: Circumstances) -> Recipe:
    """A Compose, or a single transform, that is called as `transform(image=array)`.

    Raises:
        RecipeError: names the part that cannot be expressed exactly, by class and position; or the option that says how
            files are decoded is missing.
    """
    circumstances.only(OPTION)
    if circumstances.takes == "tensor":
        raise RecipeError(
            "albumentations takes arrays, not tensors", where=source, fix="Leave --recipe-input out"
        )
    color: Color = "RGB"
    reading = _read(transform, color)
    if circumstances.channels == 1 and reading.now.channels == 3:
        color = "L"
        reading = _read(transform, color)
        reading.note("the model takes one channel: pictures are decoded as grey")
    _check_end(reading, circumstances.channels, source)
    files = choose_decoder(circumstances, color)
    steps = checked_steps(tuple(reading.steps), files.input)
    return Recipe(files.input, steps, _original(transform), source, tuple(reading.notes), load=files.load)


def _read(transform: Any, color: Color) -> ArrayReading:
    reading = ArrayReading(3 if color == "RGB" else 1)
    for where, part in _parts(transform):
        try:
            _read_part(part, reading)
        except RecipeError as error:
            raise RecipeError.of(error, where=where) from error
    return reading


def _read_part(part: Any, reading: ArrayReading) -> None:
    name = type(part).__name__
    if type(part).__module__.partition(".")[0] != _LIBRARY:
        raise RecipeError(f"{name} is no class of albumentations: its code cannot be read")
    probability = getattr(part, "p", None)
    if probability == 0 or name == "NoOp":
        reading.note(f"{name} never changes the picture (p={probability})")
        return
    reader = _READERS.get(name)
    if reader is None:
        _refuse(name, probability)
    if probability != 1:
        raise RecipeError(f"{name} runs with probability {probability}: {TRAINING}")
    if reading.is_tensor:
        raise RecipeError("it takes an array, and a tensor arrives", fix="Put ToTensorV2 last")
    reader(part, reading)


def _refuse(name: str, probability: Any) -> NoReturn:
    if name == "Lambda":
        raise RecipeError(
            "the code inside Lambda cannot be read",
            fix="Write it with albumentations' own classes, or write the steps in a steps.yaml",
        )
    if name == "ToTensor3D":
        raise RecipeError("ToTensor3D takes volumes, not pictures", fix="Put ToTensorV2 in its place")
    if name == "Crop":
        raise RecipeError(
            "Crop cuts at fixed coordinates, which no step does",
            fix="CenterCrop can be expressed: take it instead",
        )
    if name in _INEXPRESSIBLE and probability == 1:
        raise RecipeError(f"{name} cannot be expressed exactly", expected=f"one of {', '.join(_READERS)}")
    raise RecipeError(f"{name} is random: {TRAINING}")


def _parts(transform: Any, position: str = "") -> Iterator[tuple[str, Any]]:
    """Every part with its place: `step 2 of Compose: Resize`, nested `step 2.1 of Compose: Resize`."""
    name = type(transform).__name__
    if name not in _SEQUENCES or type(transform).__module__.partition(".")[0] != _LIBRARY:
        yield f"{position}{name}", transform
        return
    if transform.p != 1:
        raise RecipeError(
            f"{name} runs with probability {transform.p}: {TRAINING}", where=f"{position}{name}"
        )
    place = position.rpartition(" of ")[0]
    outer = position[len(place) :] or f" of {name}: "
    for number, part in enumerate(transform.transforms, start=1):
        yield from _parts(part, f"{place}.{number}{outer}" if place else f"step {number}{outer}")


def _check_end(reading: ArrayReading, channels: int | None, source: str) -> None:
    made = reading.now
    if made.dtype != "float32":
        raise RecipeError(
            "the transform ends in 8-bit pixels, the graph takes float32",
            where=source,
            fix="End it with Normalize or ToFloat (ToTensorV2 scales nothing)",
        )
    if channels is not None and made.channels != channels:
        raise RecipeError(
            "the recipe and the model disagree about colour",
            expected=f"{channels} channels for the model",
            got=f"{made.channels} of the recipe",
            where=source,
        )


def _original(transform: Any) -> Callable[[Image.Image], np.ndarray[Any, Any]]:
    def original(image: Image.Image) -> np.ndarray[Any, Any]:
        pixels = np.asarray(image)
        made = transform(image=pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis])["image"]
        if not isinstance(made, np.ndarray):  # a tensor, channels first
            return np.asarray(made)
        made = made if made.ndim == 3 else made[:, :, np.newaxis]
        return np.ascontiguousarray(made.transpose(2, 0, 1))

    return original


def _to_tensor(_part: Any, reading: ArrayReading) -> None:
    reading.is_tensor = True


_READERS: Mapping[str, Reader] = {**GEOMETRY_READERS, **VALUE_READERS, "ToTensorV2": _to_tensor}
