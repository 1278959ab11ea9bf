"""Hugging Face: every image-processor class of its image classifiers, both backends, with options as hub files have them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import transformers
from PIL import Image
from tools.sweep.case import Case, Original
from transformers.models.auto.image_processing_auto import IMAGE_PROCESSOR_MAPPING_NAMES
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES,
    MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES,
)

from truecopy_export.recipes import Recipe
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.importer import read_object
from truecopy_export.recipes.pillow_passes import installed_pass_order

LIBRARY = "huggingface"
VERSIONS = ("transformers", "torch", "torchvision", "timm")

_IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
# Classes of other tasks whose backbones are fine-tuned as classifiers, and those without an entry in the mapping.
_MORE = {
    "BridgeTowerImageProcessor",
    "ChameleonImageProcessor",
    "DINOv3ViTImageProcessor",
    "FlavaImageProcessor",
    "LayoutLMv2ImageProcessor",
    "LayoutLMv3ImageProcessor",
    "OwlViTImageProcessor",
    "PI0ImageProcessor",
    "Tipsv2ImageProcessor",
    "ViltImageProcessor",
}
_TIMM = {
    "timm/resnet50.a1_in1k": {
        "input_size": (3, 224, 224), "crop_pct": 0.95, "interpolation": "bicubic", "mean": (0.485, 0.456, 0.406),
        "std": (0.229, 0.224, 0.225),
    },
    "timm/squash": {"input_size": (3, 160, 160), "crop_pct": 1.0, "crop_mode": "squash", "interpolation": "bilinear"},
}  # fmt: skip
_NUMBERS: tuple[dict[str, Any], ...] = (
    {"do_normalize": True, **_IMAGENET},
    {"do_normalize": False},
    {"do_rescale": True, "rescale_factor": 1 / 127.5, "do_normalize": True, **_IMAGENET},
    {"do_rescale": False, "do_normalize": True, "image_mean": [127.5] * 3, "image_std": [127.5] * 3},
    {"do_rescale": False, "do_normalize": False},
)
_IN_FULL = ("CLIPImageProcessor", "SiglipImageProcessor", "ViTImageProcessor")
# Class -> what every case of it has. Switched off: what `_OWN` asks for, and is refused. Donut's own 2560 x 1920 makes
# more pixels of a picture of one column than the limits of the runtime allow.
_BASE: dict[str, dict[str, Any]] = {
    "DonutImageProcessor": {"size": {"height": 640, "width": 480}},
    "ImageGPTImageProcessor": {"do_color_quantize": False},
    "LayoutLMv2ImageProcessor": {"apply_ocr": False},
    "LayoutLMv3ImageProcessor": {"apply_ocr": False},
}
_PADDED = {"do_pad": True, "pad_size": {"height": 400, "width": 416}}
_WITHIN = {"size": {"max_height": 224, "max_width": 160}, "do_center_crop": False}
_OWN: dict[str, tuple[dict[str, Any], ...]] = {
    "BeitImageProcessor": ({"do_reduce_labels": True},),
    "BridgeTowerImageProcessor": ({"size_divisor": 16}, {"size_divisor": 7}),
    "CLIPImageProcessor": (
        {"do_center_crop": False, "size": {"shortest_edge": 224, "longest_edge": 256}},
        {"do_center_crop": False, "size": {"height": 224, "width": 224}, **_PADDED},
        {**_WITHIN, **_PADDED},
    ),
    "ConvNextImageProcessor": tuple(
        {"size": {"shortest_edge": side}, "crop_pct": share}
        for side, share in ((224, 0.95), (224, 0.9), (288, 1.0), (224, 0.875), (383, 0.875), (512, 0.875))
    ),
    "DonutImageProcessor": (
        {"size": {"height": 224, "width": 224}},
        {"size": {"height": 300, "width": 210}, "resample": 3},
        {"size": {"height": 300, "width": 210}, "resample": 0},
        {"size": {"height": 130, "width": 250}, "do_thumbnail": False, "do_pad": False},
        {"size": [200, 170], "do_resize": False, "do_pad": False, "resample": 0},
        {"do_align_long_axis": True},
    ),
    "EfficientNetImageProcessor": (
        {"rescale_factor": 1 / 127.5, "rescale_offset": True, "include_top": True, **_IMAGENET},
        {"rescale_factor": 1 / 127.5, "rescale_offset": True, "include_top": False, **_IMAGENET},
        {"include_top": False, **_IMAGENET},
        {"size": {"height": 260, "width": 260}, "resample": 0, **_IMAGENET},
        {"rescale_offset": True, "do_normalize": False},
    ),
    "FlavaImageProcessor": ({"return_codebook_pixels": True},),
    "Gemma3ImageProcessor": ({"do_pan_and_scan": True},),
    "ImageGPTImageProcessor": ({"do_color_quantize": True, "clusters": [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]},),
    "LayoutLMv2ImageProcessor": ({"apply_ocr": True},),
    "LayoutLMv3ImageProcessor": ({"apply_ocr": True},),
    "LevitImageProcessor": ({"size": {"height": 224, "width": 224}},),
    "MobileViTImageProcessor": ({"do_flip_channel_order": False}, {"do_reduce_labels": True}),
    "PPLCNetImageProcessor": (
        {"size_divisor": 32},
        {"resize_short": 200, "size_divisor": 7, "crop_size": 192},
    ),
    "PerceiverImageProcessor": (
        {"crop_size": {"height": 230, "width": 311}},
        {"crop_size": {"height": 200, "width": 256}},
    ),
    "PoolFormerImageProcessor": (
        {"crop_pct": 0.95},
        {"crop_pct": 1.0},
        {"crop_pct": 0.875},
        {"size": {"height": 224, "width": 200}},
    ),
    "SegformerImageProcessor": ({"do_reduce_labels": True},),
    "SiglipImageProcessor": (_PADDED, {**_WITHIN, **_PADDED}),
    "TextNetImageProcessor": ({"size_divisor": 16}, {"size_divisor": 7}),
    "ViTImageProcessor": (_PADDED,),
    "ViltImageProcessor": ({"size_divisor": 16}, {"size_divisor": 7}),
}


def cases() -> Iterator[Case]:
    for name in _classes():
        for index, options in enumerate(_variants(name, getattr(transformers, name))):
            told = ", ".join(f"{key}={_short(value)}" for key, value in options.items())
            yield Case(LIBRARY, f"{name}({told or 'defaults'}) #{index}", partial(_built, name, options))
    for name, config in _TIMM.items():
        yield Case(LIBRARY, f"TimmWrapperImageProcessor {name}", partial(_timm, config))


def _classes() -> list[str]:
    """Names of the library's own mapping, in its order, each once."""
    types = itertools.chain(
        MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES, MODEL_FOR_ZERO_SHOT_IMAGE_CLASSIFICATION_MAPPING_NAMES
    )
    mapped = [names for type_ in types if (names := IMAGE_PROCESSOR_MAPPING_NAMES.get(type_))]
    more = [names for names in IMAGE_PROCESSOR_MAPPING_NAMES.values() if _MORE & {*names.values()}]
    found = [name for names in (*mapped, *more) for name in names.values() if name]
    return [name for name in dict.fromkeys(found) if not name.startswith("TimmWrapper")]


def _built(name: str, options: dict[str, Any]) -> tuple[Original, Any]:
    processor = getattr(transformers, name)(**options)
    return partial(_call, processor), partial(_read, processor)


def _timm(config: dict[str, Any]) -> tuple[Original, Any]:
    processor = transformers.TimmWrapperImageProcessor(pretrained_cfg=config, architecture="resnet50")
    return partial(_call, processor), partial(_read, processor)


def _call(processor: Any, picture: Image.Image) -> np.ndarray:
    """The library's own way, as its pipelines and its documentation call it."""
    if "Perceiver" in type(processor).__name__ and processor.do_center_crop and 1 in picture.size:
        # The torchvision backend fails here; the PIL one makes black of no pixels at all.
        raise ValueError("Perceiver's crop has no pixels")
    made = processor(images=picture, return_tensors="pt")["pixel_values"][0].numpy()
    # What is neither rescaled nor normalised stays 8-bit; a model's convolution takes it as float32.
    return made.astype(np.float32) if made.dtype == np.uint8 else made


def _read(processor: Any) -> Recipe:
    return read_object(processor, type(processor).__name__, Circumstances(installed_pass_order()))


def _variants(name: str, kind: type[Any]) -> Iterator[dict[str, Any]]:
    """Defaults, then one fact at a time, then what only this class has.

    Classes without code of their own are their backend: everything is asked of three of them, four facts of the others.
    """
    base = _BASE.get(name.removesuffix("Pil"), {})
    yield base
    own = _OWN.get(name.removesuffix("Pil"), ())
    every = [*_sizes(kind), *_filters(name, kind), *_NUMBERS]
    asked = every if name.removesuffix("Pil") in _IN_FULL else every[:: 3 if own else 5]
    for options in itertools.chain(asked, own):
        yield {**base, **options}


def _sizes(kind: type[Any]) -> Iterator[dict[str, Any]]:
    size = getattr(kind, "size", None) or {}
    if "shortest_edge" in size:
        for side, crop in ((256, 224), (232, 224), (384, 384), (97, 130)):
            yield {"size": {"shortest_edge": side}, **_crop(kind, crop)}
    else:
        yield {"size": {"height": 384, "width": 384}}
        yield {"size": {"height": 96, "width": 161}}
        yield {"size": {"shortest_edge": 256}, "do_center_crop": True, **_crop(kind, 224)}
        yield {"size": 128}
    if getattr(kind, "do_center_crop", None):
        yield {"do_center_crop": False}
        yield _crop(kind, 301)
    yield {"do_resize": False, "do_center_crop": True, **_crop(kind, 120)}


def _crop(kind: type[Any], side: int) -> dict[str, Any]:
    given = getattr(kind, "crop_size", None)
    keys = given if isinstance(given, dict) else ("height", "width")
    return {"crop_size": dict.fromkeys(keys, side)}


def _filters(name: str, kind: type[Any]) -> Iterator[dict[str, Any]]:
    """0 nearest, 1 lanczos, 2 bilinear, 3 bicubic; 4 box and 5 hamming are Pillow's alone."""
    for number in range(6 if name.endswith("Pil") else 4):
        if int(kind.resample) != number:
            yield {"resample": number}


def _short(value: Any) -> str:
    return repr(value).replace("'", "").replace(": ", ":")
