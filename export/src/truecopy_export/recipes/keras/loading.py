"""From a file to resized float32 pixels, by the function of Keras or TensorFlow that a `KerasPipeline` names.

Source: keras 3.15.1 `src/utils/image_utils.py` (load_img, smart_resize), `src/utils/image_dataset_utils.py`
(_load_image_tf); tensorflow 2.21 `python/ops/image_ops_impl.py` (resize_images_v2).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any, TypeAlias, cast, get_args

from truecopy.contract import Resize, ResizeBox, Step
from truecopy.contract.resize import Filter
from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances

from .backend import active_backend, aspect_crop, crop_note, resize_step
from .decoding import Loading, picture_alone
from .original import loader_function, loader_head
from .pipeline import LOADS, KerasPipeline

# What a pipeline calls an argument -> what the function calls it.
_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "load_img": {
        "size": "target_size",
        "interpolation": "interpolation",
        "keep_aspect_ratio": "keep_aspect_ratio",
        "color_mode": "color_mode",
    },
    "image_dataset_from_directory": {
        "size": "image_size",
        "interpolation": "interpolation",
        "crop_to_aspect_ratio": "crop_to_aspect_ratio",
        "pad_to_aspect_ratio": "pad_to_aspect_ratio",
        "color_mode": "color_mode",
    },
    "smart_resize": {"size": "size", "interpolation": "interpolation"},
    "tf.image.resize": {"size": "size", "interpolation": "method", "antialias": "antialias"},
}
_OWN_DECODER = {"load_img": "pillow", "image_dataset_from_directory": "tensorflow"}


def loading_of(pipeline: KerasPipeline, keras: ModuleType, circumstances: Circumstances) -> Loading:
    """How `pipeline` loads and resizes.

    Raises:
        RecipeError: an argument that the function does not take, or that cannot be expressed exactly.
    """
    if pipeline.load not in LOADS:
        raise RecipeError("the loader", expected=f"one of {', '.join(LOADS)}", got=repr(pipeline.load))
    arguments = _arguments(pipeline, loader_function(pipeline.load, keras))
    decoder = _decoder(pipeline)
    color_mode = arguments.get("color_mode") or pipeline.color_mode or "rgb"
    steps, notes = _READERS[pipeline.load](arguments, keras, circumstances)
    spelled = {_PARAMETERS[pipeline.load][name]: value for name, value in arguments.items()}
    words = f"{pipeline.load}({', '.join(f'{name}={value!r}' for name, value in spelled.items())})"
    loading = picture_alone(decoder, color_mode, keras, circumstances.channels)
    return replace(
        loading,
        steps=steps,
        run=loader_head(pipeline.load, keras, spelled),
        words=words if pipeline.load in _OWN_DECODER else f"{loading.words}, then {words}",
        notes=(*loading.notes, *notes),
        on_backend=pipeline.load == "smart_resize",
    )


def _arguments(pipeline: KerasPipeline, function: Any) -> dict[str, Any]:
    """What the function is called with, by the pipeline's names: what was given, else its own default."""
    names = _PARAMETERS[pipeline.load]
    signature = inspect.signature(function).parameters
    for name in sorted({name for known in _PARAMETERS.values() for name in known} - names.keys()):
        decoded_by_pillow = name == "color_mode" and pipeline.decoder == "pillow"
        if getattr(pipeline, name) is not None and not decoded_by_pillow:
            raise RecipeError(f"{pipeline.load} has no {name}", expected=f"of {', '.join(names)}")
    arguments: dict[str, Any] = {}
    for name, parameter in names.items():
        given = getattr(pipeline, name)
        default = signature[parameter].default
        if given is None and default is inspect.Parameter.empty:
            raise RecipeError(
                f"{pipeline.load} needs {name}", expected="(height, width)" if name == "size" else name
            )
        arguments[name] = default if given is None else given
    if arguments["size"] is not None:
        arguments["size"] = _size(arguments["size"], pipeline.load)
    return arguments


def _size(size: Any, load: str) -> tuple[int, int]:
    sides = tuple(size) if isinstance(size, list | tuple) else (size,)
    if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
        raise RecipeError(f"size of {load}", expected="(height, width) in pixels", got=repr(size))
    return int(sides[0]), int(sides[1])


def _decoder(pipeline: KerasPipeline) -> str:
    own = _OWN_DECODER.get(pipeline.load)
    if own is not None and pipeline.decoder not in (None, own):
        raise RecipeError(
            f"{pipeline.load} decodes by itself", expected=own, got=f"decoder={pipeline.decoder!r}"
        )
    if own is None and pipeline.decoder not in ("pillow", "tensorflow"):
        raise RecipeError(
            f"{pipeline.load} takes an array and does not say how files become arrays",
            expected="decoder 'pillow' (keras.utils.load_img) or 'tensorflow' (tf.io.decode_image, decode_jpeg)",
            got=repr(pipeline.decoder),
        )
    return own or str(pipeline.decoder)


_Read: TypeAlias = tuple[tuple[Step, ...], tuple[str, ...]]


def _read_load_img(arguments: Mapping[str, Any], _keras: ModuleType, circumstances: Circumstances) -> _Read:
    size, interpolation = arguments["size"], arguments["interpolation"]
    if size is None:
        return (), ()
    if interpolation not in get_args(Filter):
        raise RecipeError(
            "the interpolation of load_img", expected=", ".join(get_args(Filter)), got=repr(interpolation)
        )
    pillow = cast("Filter", interpolation)
    order = circumstances.pass_order
    if arguments["keep_aspect_ratio"]:
        return (ResizeBox(size=size, filter=pillow, pass_order=order),), ()
    return (Resize(rule="exact", size=size, kernel="pillow", filter=pillow, pass_order=order),), ()


def _read_dataset(arguments: Mapping[str, Any], _keras: ModuleType, _circumstances: Circumstances) -> _Read:
    """A graph of TensorFlow, whatever Keras' backend is; it never filters against aliasing."""
    if arguments["pad_to_aspect_ratio"]:
        raise RecipeError(
            "pad_to_aspect_ratio cannot be expressed: tf.image.resize_with_pad has a rounding of its own",
            fix="The nearest is crop_to_aspect_ratio=True; validate the model with that",
        )
    resize = resize_step("tensorflow", arguments["size"], arguments["interpolation"].lower(), antialias=False)
    if arguments["crop_to_aspect_ratio"]:
        return (aspect_crop(arguments["size"]), resize), ()
    return (resize,), ()


def _read_smart_resize(
    arguments: Mapping[str, Any], keras: ModuleType, _circumstances: Circumstances
) -> _Read:
    size = arguments["size"]
    backend = active_backend(keras)
    resize = resize_step(backend, size, arguments["interpolation"], antialias=False)
    return (aspect_crop(size), resize), crop_note(size)


def _read_tf_resize(arguments: Mapping[str, Any], _keras: ModuleType, _circumstances: Circumstances) -> _Read:
    method = str(arguments["interpolation"])
    resize = resize_step("tensorflow", arguments["size"], method, antialias=bool(arguments["antialias"]))
    return (resize,), ()


_READERS: Mapping[str, Callable[[Mapping[str, Any], ModuleType, Circumstances], _Read]] = {
    "load_img": _read_load_img,
    "image_dataset_from_directory": _read_dataset,
    "smart_resize": _read_smart_resize,
    "tf.image.resize": _read_tf_resize,
}
