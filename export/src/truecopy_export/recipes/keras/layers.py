"""Keras preprocessing layers to steps.

Source: keras 3.15.1 `src/layers/preprocessing/`: rescaling.py, normalization.py, image_preprocessing/resizing.py,
image_preprocessing/center_crop.py. The layers receive float32 pixels, as from `img_to_array`, in tf.data and in a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NoReturn, TypeAlias

from truecopy.contract import CenterCrop, Step, Values
from truecopy.contract.flow import Flow
from truecopy.errors import RecipeError
from truecopy_export.recipes.recipe import TRAINING

from .backend import active_backend, aspect_crop, crop_note, resize_step
from .values import constant, makes

_RANDOM = frozenset({"AugMix", "CutMix", "Dropout", "GaussianNoise", "MixUp", "RandAugment"})
_EXPRESSIBLE = "Rescaling, Resizing, CenterCrop, Normalization, Identity, or a Sequential of them"


@dataclass(frozen=True)
class LayerReading:
    """made: what the steps before the layer make of a picture. notes: grows."""

    keras: ModuleType
    made: Flow
    notes: list[str]


LayerReader: TypeAlias = Callable[[Any, LayerReading], tuple[Step, ...]]


def parts_of(part: Any, keras: ModuleType, position: str = "") -> Iterator[tuple[str, Any]]:
    """Every layer of nested Sequentials and Pipelines with its place, `step 2 of Sequential: Resizing`."""
    name = _name(part)
    if type(part) not in (keras.Sequential, keras.layers.Pipeline):
        if type(part) not in (keras.layers.InputLayer, keras.layers.Identity):
            yield f"{position}{name}", part
        return
    place = position.rpartition(" of ")[0]
    outer = position[len(place) :] or f" of {name}: "
    for number, inner in enumerate(part.layers, start=1):
        yield from parts_of(inner, keras, f"{place}.{number}{outer}" if place else f"step {number}{outer}")


def layer_steps(layer: Any, reading: LayerReading) -> tuple[Step, ...]:
    """Steps of one layer.

    Raises:
        RecipeError: unknown, random, or not expressible.
    """
    name = _name(layer)
    reader = _READERS.get(name)
    if reader is None or type(layer) is not getattr(reading.keras.layers, name, None):
        _refuse(layer, name)
    if layer.compute_dtype != "float32":
        raise RecipeError(
            "the layer computes in another dtype than the contract",
            expected="float32",
            got=str(layer.compute_dtype),
            fix="Give the layer dtype='float32'",
        )
    if getattr(layer, "data_format", None) not in (None, "channels_last"):
        raise RecipeError(
            "the layer takes channels first", got=layer.data_format, fix="Give it data_format='channels_last'"
        )
    return reader(layer, reading)


def _name(part: Any) -> str:
    return str(getattr(part, "__name__", None) or type(part).__name__)


def _refuse(layer: Any, name: str) -> NoReturn:
    if name.startswith("Random") or name in _RANDOM:
        raise RecipeError(f"{name} is random: {TRAINING}")
    kind = type(layer)
    raise RecipeError(
        f"{name} ({kind.__module__}.{kind.__qualname__}) cannot be expressed exactly",
        expected=f"one of {_EXPRESSIBLE}",
        fix="Leave it out, or write the steps in a steps.yaml",
    )


def _rescaling(layer: Any, reading: LayerReading) -> tuple[Step, ...]:
    """`call`: x * scale + offset, each rounded."""
    chain = Values(chain=(("mul", constant(layer.scale)), ("add", constant(layer.offset))))
    return _verified(chain, layer, reading)


def _normalization(layer: Any, reading: LayerReading) -> tuple[Step, ...]:
    """`call`: (x - mean) / max(sqrt(variance), epsilon), or mean + x * that where inverted."""
    ready = _built(layer, reading)
    ops = reading.keras.ops
    shape = tuple(ready.mean.shape)
    if any(side != 1 for side in shape[:-1]):
        raise RecipeError(
            "Normalization has a mean of its own for each pixel",
            expected="axis=-1 or axis=None",
            got=f"axis={layer.axis}, mean of shape {shape}",
        )
    mean = constant(ops.convert_to_numpy(ready.mean))
    deviation = ops.maximum(ops.sqrt(ready.variance), reading.keras.config.epsilon())
    deviation = constant(ops.convert_to_numpy(deviation))
    if layer.invert:
        return _verified(Values(chain=(("mul", deviation), ("add", mean))), ready, reading)
    return _verified(Values(chain=(("sub", mean), ("div", deviation))), ready, reading)


def _built(layer: Any, reading: LayerReading) -> Any:
    """The layer, or a built copy of one that has its numbers but was not called yet."""
    if layer.mean is not None:
        return layer
    if layer.input_mean is None:
        raise RecipeError(
            "Normalization has no mean and variance yet",
            fix="Call its adapt() on the training pictures, or load its weights",
        )
    try:
        copy = type(layer).from_config(layer.get_config())
        copy.build((None, None, None, reading.made.channels))
    except ValueError as error:
        raise RecipeError("Normalization does not fit a picture", got=str(error)) from error
    return copy


def _verified(step: Values, layer: Any, reading: LayerReading) -> tuple[Step, ...]:
    """`step`, if it makes the bits of the live layer."""
    active_backend(reading.keras)
    channels = reading.made.channels
    for _, value in step.chain:
        if isinstance(value, tuple) and len(value) != channels:
            raise RecipeError(
                "the layer's constants and the picture's channels do not fit",
                expected=f"1 or {channels} constants",
                got=str(len(value)),
            )
    run = reading.keras.ops.convert_to_numpy
    if not makes((step,), lambda pixels: run(layer(pixels)), channels):
        raise RecipeError(
            f"{_name(layer)} on backend {reading.keras.config.backend()} is not the chain that its source says",
            got=str(step.chain),
            fix="Write the steps in a steps.yaml",
        )
    return (step,)


def _resizing(layer: Any, reading: LayerReading) -> tuple[Step, ...]:
    backend = active_backend(reading.keras)
    size = (int(layer.height), int(layer.width))
    if layer.pad_to_aspect_ratio:
        raise RecipeError(
            "pad_to_aspect_ratio cannot be expressed: Keras pads the picture before it resizes it",
            fix="The nearest is crop_to_aspect_ratio=True; validate the model with that",
        )
    resize = resize_step(backend, size, layer.interpolation, antialias=layer.antialias)
    if reading.made.dtype == "uint8" and resize.filter not in ("nearest", "nearest-exact"):
        note = "Resizing gets float32 pixels, as in tf.data and in a model; called on a uint8 array it would round"
        reading.notes.append(note)
    if not layer.crop_to_aspect_ratio:
        return (resize,)
    reading.notes.extend(crop_note(size))
    return aspect_crop(size), resize


def _center_crop(layer: Any, reading: LayerReading) -> tuple[Step, ...]:
    """`transform_images`: a crop where the picture is large enough, else `smart_resize` with its defaults."""
    size = (int(layer.height), int(layer.width))
    if reading.made.size is None:
        raise RecipeError(
            "CenterCrop crops large pictures and resizes small ones, and cannot be expressed for pictures of any size",
            fix="Put Resizing to a fixed size before it, or give the loader a size",
        )
    if all(side >= wanted for side, wanted in zip(reading.made.size, size, strict=True)):
        return (CenterCrop(size=size, offset="floor", pad_before="floor", fill=0),)
    reading.notes.append(f"CenterCrop to {size} resizes here: the picture before it is {reading.made.size}")
    backend = active_backend(reading.keras)
    return aspect_crop(size), resize_step(backend, size, "bilinear", antialias=False)


_READERS: Mapping[str, LayerReader] = {
    "CenterCrop": _center_crop,
    "Normalization": _normalization,
    "Rescaling": _rescaling,
    "Resizing": _resizing,
}
