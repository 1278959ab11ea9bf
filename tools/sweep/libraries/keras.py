"""Keras: every application behind load_img, the other loaders, and preprocessing layers, on the active backend.

With KERAS_BACKEND=torch only what runs on that backend is enumerated: smart_resize and the layers.
"""

from __future__ import annotations

import inspect
import io
import itertools
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf
from keras.src.utils.image_utils import PIL_INTERPOLATION_METHODS
from PIL import Image
from tools.sweep.case import Case, Original

from truecopy_export.recipes import Recipe, installed_pass_order
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.keras.objects import read_application, read_keras_object
from truecopy_export.recipes.keras.pipeline import KerasPipeline

LIBRARY = "keras"
BACKEND = keras.config.backend()
VERSIONS = ("keras", "tensorflow-cpu", "torch")
Head: TypeAlias = Callable[[Image.Image], np.ndarray]
Built: TypeAlias = tuple[Original, Callable[[], Recipe]]

_SIZES = ((224, 224), (299, 299), (129, 200))
_MODES = ("mobilenet_v2", "resnet50", "densenet", "efficientnet")  # tf, caffe, torch, nothing
_METHODS = ("nearest", "bilinear", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
_LAYERS = keras.layers


def cases() -> Iterator[Case]:
    on_tensorflow = itertools.chain(_applications(), _load_img(), _datasets(), _tf_resizes())
    both = itertools.chain(_smart_resizes(), _layer_cases())
    for name, build in itertools.chain(on_tensorflow if BACKEND == "tensorflow" else (), both):
        yield Case(LIBRARY, f"{name} [{BACKEND}]", build)


def _circumstances(**options: str) -> Circumstances:
    return Circumstances(installed_pass_order(), options=options)


def _function(module: str) -> Any:
    return getattr(keras.applications, module).preprocess_input


def _finished(head: Head, parts: tuple[Any, ...]) -> Original:
    """The library alone: pixels of `head`, then each part on a batch of one."""

    def original(picture: Image.Image) -> np.ndarray:
        pixels: Any = np.array(head(picture), np.float32)[np.newaxis]
        for part in parts:
            pixels = part(pixels)
        made = pixels if isinstance(pixels, np.ndarray) else keras.ops.convert_to_numpy(pixels)
        return np.ascontiguousarray(made[0].transpose(2, 0, 1))

    return original


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def _loaded(picture: Image.Image, **arguments: Any) -> np.ndarray:
    return keras.utils.img_to_array(keras.utils.load_img(io.BytesIO(_png(picture)), **arguments))


def _from_dataset(picture: Image.Image, **arguments: Any) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.png").write_bytes(_png(picture))
        dataset = keras.utils.image_dataset_from_directory(
            folder, labels=None, batch_size=1, shuffle=False, verbose=False, **arguments
        )
        return next(iter(dataset)).numpy()[0]


def _pipeline(head: Head, pipeline: KerasPipeline) -> Built:
    read = partial(read_keras_object, pipeline, "sweep", _circumstances())
    return _finished(head, pipeline.then), read


def _applications() -> Iterator[tuple[str, Callable[[], Built]]]:
    """Every model of keras.applications, with each interpolation of load_img."""
    for name, model in inspect.getmembers(keras.applications, inspect.isfunction):
        module = model.__module__.rpartition(".")[2]
        for interpolation in PIL_INTERPOLATION_METHODS:
            yield f"{name} load_img {interpolation}", partial(_application, name, module, interpolation)


def _application(name: str, module: str, interpolation: str) -> Built:
    options = _circumstances(load="load_img", size="224x224", interpolation=interpolation)
    head = partial(_loaded, target_size=(224, 224), interpolation=interpolation)
    return _finished(head, (_function(module),)), partial(read_application, name, options)


def _load_img() -> Iterator[tuple[str, Callable[[], Built]]]:
    for module, size, interpolation, keep in itertools.product(
        _MODES, _SIZES, PIL_INTERPOLATION_METHODS, (False, True)
    ):
        pipeline = KerasPipeline(
            "load_img", size, interpolation, keep_aspect_ratio=keep, then=(_function(module),)
        )
        head = partial(_loaded, target_size=size, interpolation=interpolation, keep_aspect_ratio=keep)
        yield f"load_img {size} {interpolation} keep={keep} {module}", partial(_pipeline, head, pipeline)


def _datasets() -> Iterator[tuple[str, Callable[[], Built]]]:
    fits = ({}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True})
    for module, size, method, fit in itertools.product(_MODES[:2], _SIZES[1:], _METHODS, fits):
        pipeline = KerasPipeline(
            "image_dataset_from_directory", size, method, **fit, then=(_function(module),)
        )
        head = partial(_from_dataset, image_size=size, interpolation=method, **fit)
        yield f"image_dataset {size} {method} {' '.join(fit)} {module}", partial(_pipeline, head, pipeline)


def _tf_resizes() -> Iterator[tuple[str, Callable[[], Built]]]:
    for module, size, method, smooth, graph in itertools.product(
        _MODES, _SIZES[1:], _METHODS, (False, True), (False, True)
    ):
        pipeline = KerasPipeline(
            "tf.image.resize",
            size,
            method,
            antialias=smooth,
            decoder="tensorflow",
            then=(_function(module),),
        )
        resize = partial(tf.image.resize, size=size, method=method, antialias=smooth)
        head = partial(_resized, _in_graph(resize) if graph else resize)
        name = f"tf.image.resize {size} {method} antialias={smooth} graph={graph} {module}"
        yield name, partial(_pipeline, head, pipeline)


def _smart_resizes() -> Iterator[tuple[str, Callable[[], Built]]]:
    for module, size, method, graph in itertools.product(
        _MODES, _SIZES, _METHODS[:5], (False, True) if BACKEND == "tensorflow" else (False,)
    ):
        pipeline = KerasPipeline("smart_resize", size, method, decoder="pillow", then=(_function(module),))
        resize = partial(keras.preprocessing.image.smart_resize, size=size, interpolation=method)
        head = partial(_resized, _in_graph(resize) if graph else resize)
        yield f"smart_resize {size} {method} graph={graph} {module}", partial(_pipeline, head, pipeline)


def _resized(resize: Callable[[Any], Any], picture: Image.Image) -> np.ndarray:
    return np.asarray(resize(keras.utils.img_to_array(picture)))


def _in_graph(resize: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """As in `dataset.map(...)`: the size of the picture is unknown while the graph is made."""
    return tf.function(resize, input_signature=[tf.TensorSpec((None, None, 3), tf.float32)])


def _layer_cases() -> Iterator[tuple[str, Callable[[], Built]]]:
    for name, layers in itertools.chain(
        _resizing_layers(), _value_layers(), _crop_layers(), _refused_layers()
    ):
        yield f"layers {name}", partial(_sequential, layers)


def _sequential(layers: Callable[[], list[Any]]) -> Built:
    parts = tuple(layers())
    live = keras.Sequential(parts) if len(parts) > 1 else parts[0]
    return _finished(keras.utils.img_to_array, parts), partial(
        read_keras_object, live, "sweep", _circumstances(decoder="pillow")
    )


Layers: TypeAlias = tuple[str, Callable[[], list[Any]]]


def _resizing_layers() -> Iterator[Layers]:
    fits = ({}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True})
    for size, method, smooth, fit in itertools.product(_SIZES, _METHODS[:5], (False, True), fits):
        yield (
            f"Resizing {size} {method} antialias={smooth} {' '.join(fit)}, Rescaling",
            lambda size=size, method=method, smooth=smooth, fit=fit: [
                _LAYERS.Resizing(*size, interpolation=method, antialias=smooth, **fit),
                _LAYERS.Rescaling(1 / 255),
            ],
        )
    yield (
        "Rescaling, Resizing",
        lambda: [_LAYERS.Rescaling(1 / 127.5, offset=-1), _LAYERS.Resizing(96, 130)],
    )


def _value_layers() -> Iterator[Layers]:
    resize = partial(_LAYERS.Resizing, 96, 130)
    for scale, offset in ((1 / 255, 0.0), (1 / 127.5, -1), ([0.1, 0.2, 0.3], [1, 2, 3]), (-0.5, 0.25)):
        yield (
            f"Resizing, Rescaling {scale} {offset}",
            lambda scale=scale, offset=offset: [resize(), _LAYERS.Rescaling(scale, offset)],
        )
    for invert in (False, True):
        yield (
            f"Resizing, Normalization invert={invert}",
            lambda invert=invert: [
                resize(),
                _LAYERS.Normalization(
                    mean=[123.7, 116.3, 103.5], variance=[3400, 3262.3, 0.0], invert=invert
                ),
            ],
        )
        yield f"Resizing, Normalization adapted invert={invert}", partial(_adapted, resize, invert=invert)
    yield (
        "Resizing, Rescaling, Normalization axis=None",
        lambda: [
            resize(),
            _LAYERS.Rescaling(1 / 255),
            _LAYERS.Normalization(axis=None, mean=0.45, variance=0.05),
        ],
    )
    yield "Rescaling", lambda: [_LAYERS.Rescaling(1 / 255)]
    yield "Normalization", lambda: [_LAYERS.Normalization(mean=[1.5, 2.5, 3.5], variance=[4.0, 5, 6])]


def _adapted(resize: Callable[[], Any], *, invert: bool) -> list[Any]:
    layer = _LAYERS.Normalization(invert=invert)
    layer.adapt(np.random.default_rng(0).uniform(0, 255, (8, 9, 7, 3)).astype(np.float32))
    return [resize(), layer]


def _crop_layers() -> Iterator[Layers]:
    for crop in ((224, 224), (223, 201), (256, 256), (300, 200)):
        yield (
            f"Resizing 256, CenterCrop {crop}",
            lambda crop=crop: [_LAYERS.Resizing(256, 256), _LAYERS.CenterCrop(*crop)],
        )
    yield "CenterCrop", lambda: [_LAYERS.CenterCrop(64, 64)]


def _refused_layers() -> Iterator[Layers]:
    yield "RandomFlip, Rescaling", lambda: [_LAYERS.RandomFlip(), _LAYERS.Rescaling(1 / 255)]
    yield "Resizing float16", lambda: [_LAYERS.Resizing(96, 96, dtype="float16")]
    yield "Normalization unadapted", lambda: [_LAYERS.Resizing(96, 96), _LAYERS.Normalization()]
