"""Keras: a `KerasPipeline`, preprocessing layers, or `keras:APPLICATION` with its loader typed out.

Source: keras 3.15.1; what each part does stands beside its reader (`loading`, `values`, `layers`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any, get_args

import msgspec
import numpy as np
from PIL import Image

from truecopy.contract import Step, Values
from truecopy.contract.flow import flow
from truecopy.errors import ContractError, RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.recipe import Recipe, checked_steps

from .backend import active_backend, import_keras
from .decoding import Loading, picture_alone
from .layers import LayerReading, layer_steps, parts_of
from .loading import loading_of
from .original import Head
from .pipeline import LOADS, Decoder, KerasPipeline, typed_pipeline
from .values import found_steps

_GRAPH_NOTE = (
    "the values are those of preprocess_input on arrays, eager tensors and in tf.data; inside a tf.function or a "
    "compiled model TensorFlow may turn its division by a constant into a multiplication, which moves the last bit"
)
_LAYERS_NOTE = (
    "the layers do not say how files are decoded: Pillow, as keras.utils.load_img does; "
    "where tf.io decodes them, type --recipe-arg decoder=tensorflow"
)


def read_application(name: str, circumstances: Circumstances) -> Recipe:
    """`keras:mobilenet_v2`: the application's preprocess_input, behind the loader that --recipe-arg spells.

    Raises:
        RecipeError: no such application; no `load`; not expressible.
    """
    keras = import_keras()
    function = _preprocess_input(name, keras)
    return _read(typed_pipeline(circumstances, (function,)), f"keras:{name}", circumstances, keras)


def _preprocess_input(name: str, keras: ModuleType) -> Callable[[Any], Any]:
    """Of a module of keras.applications, `mobilenet_v2`, or of the module of a model there, `MobileNetV2`."""
    modules = {
        key: value
        for key, value in inspect.getmembers(keras.applications, inspect.ismodule)
        if hasattr(value, "preprocess_input")
    }
    model = getattr(keras.applications, name, None)
    module = modules.get(model.__module__.rpartition(".")[2] if inspect.isfunction(model) else name)
    if module is None:
        raise RecipeError(
            "Keras has no such application",
            expected=f"one of {', '.join(sorted(modules))}, or the name of a model",
            got=repr(name),
        )
    found: Callable[[Any], Any] = module.preprocess_input
    return found


def read_keras_object(obj: Any, source: str, circumstances: Circumstances) -> Recipe:
    """A `KerasPipeline`, a preprocessing layer or a Sequential of such layers.

    Raises:
        RecipeError: a function alone; a part that cannot be expressed exactly, named with its place.
    """
    keras = import_keras()
    if isinstance(obj, KerasPipeline):
        circumstances.only()
        return _read(obj, source, circumstances, keras)
    if not isinstance(obj, keras.layers.Layer):
        raise RecipeError(
            "this alone does not say how pictures are resized",
            expected="a KerasPipeline, a preprocessing layer or a Sequential of such layers",
            got=str(getattr(obj, "__name__", type(obj).__name__)),
            where=source,
            fix='Pass truecopy_export.KerasPipeline(load="load_img", size=(224, 224), interpolation="nearest", '
            f"then=(preprocess_input,)); load is one of {', '.join(LOADS)}",
        )
    circumstances.only("decoder")
    decoder = circumstances.choose("decoder", get_args(Decoder))
    color_mode = "grayscale" if circumstances.channels == 1 else "rgb"
    loading = picture_alone(decoder or "pillow", color_mode, keras, circumstances.channels)
    if decoder is None:
        loading = replace(loading, notes=(_LAYERS_NOTE, *loading.notes))
    return _assemble(loading, (obj,), source, keras)


def _read(pipeline: KerasPipeline, source: str, circumstances: Circumstances, keras: ModuleType) -> Recipe:
    loading = loading_of(pipeline, keras, circumstances)
    return _assemble(loading, pipeline.then, source, keras)


def _assemble(loading: Loading, then: tuple[Any, ...], source: str, keras: ModuleType) -> Recipe:
    parts = [found for part in then for found in parts_of(part, keras)]
    steps, notes = list(loading.steps), list(loading.notes)
    for where, part in parts:
        try:
            made = flow(tuple(steps), loading.input.channels)
            steps += _part_steps(part, keras, LayerReading(keras, made, notes))
        except (RecipeError, ContractError) as error:
            raise RecipeError.of(error, where=where) from error
    words = ", then ".join([loading.words, *(where for where, _ in parts)])
    if loading.on_backend or any(isinstance(part, keras.layers.Layer) for _, part in parts):
        words += f"; keras resizing on backend {active_backend(keras)}"
    return Recipe(
        input=loading.input,
        steps=checked_steps(_joined(steps), loading.input),
        original=_original(loading.run, [part for _, part in parts], keras),
        source=f"{source}: {words}",
        notes=tuple(dict.fromkeys(notes)),
        load=loading.load,
        other_decoder=loading.other_decoder,
    )


def _part_steps(part: Any, keras: ModuleType, reading: LayerReading) -> tuple[Step, ...]:
    if isinstance(part, keras.layers.Layer):
        return layer_steps(part, reading)
    function = part.func if isinstance(part, functools.partial) else part
    if not str(getattr(function, "__module__", "")).startswith(
        ("keras.src.applications.", "keras.applications.")
    ):
        raise RecipeError(
            "the code inside cannot be read",
            expected="a preprocess_input of keras.applications or a Keras layer",
            got=repr(part),
            fix="Write it with Rescaling or Normalization, or write the steps in a steps.yaml",
        )
    steps = found_steps(lambda pixels: _run_function(part, pixels, keras), reading.made.channels)
    if any(op == "div" for step in steps if isinstance(step, Values) for op, _ in step.chain):
        reading.notes.append(_GRAPH_NOTE)
    return steps


def _run_function(function: Callable[[Any], Any], pixels: Any, keras: ModuleType) -> Any:
    """What it makes of an array, if that is what it makes of a tensor too."""
    try:
        made = np.asarray(function(pixels.copy()))
        tensor = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(pixels.copy())))
    except (IndexError, ValueError) as error:
        raise RecipeError("the function does not take this picture", got=str(error)) from error
    if not np.array_equal(made, tensor):
        raise RecipeError("the function treats arrays and tensors differently")
    return made


def _joined(steps: list[Step]) -> tuple[Step, ...]:
    """Neighbouring value chains as one; the last step is always one."""
    joined: list[Step] = []
    for step in steps:
        last = joined[-1] if joined else None
        if isinstance(step, Values) and isinstance(last, Values):
            joined[-1] = msgspec.structs.replace(last, chain=(*last.chain, *step.chain))
        else:
            joined.append(step)
    return tuple(joined) if joined and isinstance(joined[-1], Values) else (*joined, Values(chain=()))


def _original(run: Head, parts: list[Any], keras: ModuleType) -> Callable[[Image.Image], Any]:
    """Every live part on a batch of one, one after the other: a Sequential would fix the first picture's size."""

    def original(picture: Image.Image) -> Any:
        pixels = run(picture)[np.newaxis]
        for part in parts:
            made = part(np.array(pixels))
            pixels = made if isinstance(made, np.ndarray) else keras.ops.convert_to_numpy(made)
        return np.ascontiguousarray(pixels[0].transpose(2, 0, 1))

    return original
