"""torchvision: which reader a transform of v1 or v2 has, on PIL pictures and on tensors; presets of weights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from truecopy.contract import CenterCrop
from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.library import import_library
from truecopy_export.recipes.reading import Reading
from truecopy_export.recipes.recipe import Recipe
from truecopy_export.recipes.walk import Reader, read_transform

from .geometry import pair_of, read_center_crop, read_pad, read_resize, resampled
from .values import (
    DIV,
    read_convert_image_dtype_v1,
    read_grayscale_v1,
    read_grayscale_v2,
    read_normalize,
    read_pil_to_tensor_v1,
    read_pil_to_tensor_v2,
    read_to_dtype,
    read_to_image,
    read_to_pil_image_v1,
    read_to_pil_image_v2,
    read_to_pure_tensor,
    read_to_tensor_v1,
    read_to_tensor_v2,
)


def read_weights(name: str, circumstances: Circumstances) -> Recipe:
    """The preset of a torchvision weights entry, `MobileNet_V2_Weights.IMAGENET1K_V1`; nothing is downloaded."""
    models = import_library("torchvision.models", RecipeError)
    try:
        transform = models.get_weight(name).transforms()
    except (ValueError, AttributeError, KeyError) as error:
        raise RecipeError(
            "torchvision has no such weights",
            expected="a name as MobileNet_V2_Weights.IMAGENET1K_V1",
            got=repr(name),
        ) from error
    return read_transform(transform, f"torchvision:{name}", circumstances, READERS)


def _preset(part: Any, reading: Reading) -> None:
    """Source: `_presets.py` ImageClassification: v1's resize, center_crop, convert_image_dtype, normalize."""
    reading.geometry(
        resampled(
            reading, "v1", part.interpolation, part.antialias, rule="short", size=int(part.resize_size[0])
        )
    )
    reading.geometry(CenterCrop(size=pair_of(part.crop_size), offset="half_even", pad_before="floor", fill=0))
    reading.to_numbers(DIV)
    reading.normalize(part.mean, part.std)


def _other_task(task: str, _part: Any, _reading: Reading) -> None:
    raise RecipeError(
        f"a preset for {task}, and Truecopy classifies pictures",
        fix="Pass the preset of a classification entry, as torchvision:ResNet50_Weights.IMAGENET1K_V2",
    )


def _nothing(_part: Any, _reading: Reading) -> None:
    pass


def _untyped(read: Reader) -> Reader:
    """A v1 transform of a TVTensor gives a plain one or the same class: that depends on what it computes."""

    def reader(part: Any, reading: Reading) -> None:
        before = reading.typed
        read(part, reading)
        if before is not False and reading.stage != "picture":
            reading.typed = None

    return reader


_V1: Mapping[str, Reader] = {
    "CenterCrop": read_center_crop,
    "ConvertImageDtype": read_convert_image_dtype_v1,
    "Grayscale": read_grayscale_v1,
    "ImageClassification": _preset,
    "Normalize": read_normalize,
    "ObjectDetection": partial(_other_task, "detection"),
    "OpticalFlow": partial(_other_task, "optical flow"),
    "PILToTensor": read_pil_to_tensor_v1,
    "Pad": partial(read_pad, version="v1"),
    "Resize": partial(read_resize, version="v1"),
    "SemanticSegmentation": partial(_other_task, "segmentation"),
    "StereoMatching": partial(_other_task, "stereo matching"),
    "ToPILImage": read_to_pil_image_v1,
    "ToTensor": read_to_tensor_v1,
    "VideoClassification": partial(_other_task, "video"),
}
_V2: Mapping[str, Reader] = {
    "CenterCrop": read_center_crop,
    "ConvertImageDtype": read_to_dtype,
    "Grayscale": read_grayscale_v2,
    "Identity": _nothing,
    "Normalize": read_normalize,
    "PILToTensor": read_pil_to_tensor_v2,
    "Pad": partial(read_pad, version="v2"),
    "RGB": lambda _part, reading: reading.rgb(),
    "Resize": partial(read_resize, version="v2"),
    "ToDtype": read_to_dtype,
    "ToImage": read_to_image,
    "ToPILImage": read_to_pil_image_v2,
    "ToPureTensor": read_to_pure_tensor,
    "ToTensor": read_to_tensor_v2,
}
READERS: Mapping[str, Reader] = {
    "torch.Identity": _nothing,
    **{f"v1.{name}": _untyped(read) for name, read in _V1.items()},
    **{f"v2.{name}": read for name, read in _V2.items()},
}
