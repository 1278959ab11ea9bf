"""Which stages each class of transformers' image processors runs, in its own order.

A class that writes no method of its own runs its backend's stages, whatever its name. One that writes some is in the
table, with the methods that it is known to write: a version of it that writes others is refused.
Source: `_preprocess` of transformers 5.23 `models/NAME/image_processing_NAME.py` and `image_processing_pil_NAME.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from truecopy.errors import RecipeError

from . import sizes, values
from .reading import Backend, ProcessorReading

Stage: TypeAlias = Callable[[ProcessorReading], None]

_BACKENDS: Mapping[str, Backend] = {"TorchvisionBackend": "torchvision", "PilBackend": "pil"}
_BACKENDS_MODULE = "transformers.image_processing_backends"
# Methods that decide about the pixels of a picture.
_PIXELS = frozenset(
    {
        "_fuse_mean_std_and_rescale_factor",
        "_prepare_image_like_inputs",
        "_prepare_images_structure",
        "_preprocess",
        "center_crop",
        "convert_to_rgb",
        "fetch_images",
        "normalize",
        "pad",
        "process_image",
        "rescale",
        "rescale_and_normalize",
        "resize",
    }
)


@dataclass(frozen=True)
class Form:
    """stages: in the order in which the class runs them. writes: the methods of `_PIXELS` that it writes itself.

    ignores: options that the class never looks at when it makes `pixel_values`.
    """

    stages: tuple[Stage, ...]
    writes: frozenset[str] = frozenset({"_preprocess"})
    ignores: frozenset[str] = frozenset({"do_pad"})


_PLAIN = Form(
    (sizes.resize, sizes.center_crop, values.rescale_and_normalize, sizes.pad), frozenset(), frozenset()
)


def _no_quantization(reading: ProcessorReading) -> None:
    if reading.on("do_color_quantize"):
        raise RecipeError(
            f"{reading.name} makes a list of colour clusters, and the contract feeds one picture",
            fix="do_color_quantize=False can be expressed, where the model takes pixels",
        )


def _no_ocr(reading: ProcessorReading) -> None:
    if reading.on("apply_ocr"):
        raise RecipeError(
            f"{reading.name} reads words off the picture (apply_ocr), and the contract feeds pixels alone",
            fix="apply_ocr=False can be expressed",
        )


def _no_pan_and_scan(reading: ProcessorReading) -> None:
    if reading.on("do_pan_and_scan"):
        raise RecipeError(
            "do_pan_and_scan makes several pictures of one",
            fix="do_pan_and_scan=False can be expressed",
        )


_RESIZE_AND_RESCALE = Form(
    (sizes.resize, values.rescale_and_normalize),
    ignores=frozenset({"do_center_crop", "do_pad", "do_reduce_labels"}),
)
_WITH_CROP = Form(
    (sizes.resize, sizes.center_crop, values.rescale_and_normalize),
    ignores=frozenset({"do_pad", "do_reduce_labels"}),
)
_FLAVA = (
    "codebook_crop_size codebook_do_center_crop codebook_do_map_pixels codebook_do_normalize codebook_do_rescale "
    "codebook_do_resize codebook_image_mean codebook_image_std codebook_resample codebook_rescale_factor codebook_size "
    "do_pad input_size_patches mask_group_max_aspect_ratio mask_group_max_patches mask_group_min_aspect_ratio "
    "mask_group_min_patches return_codebook_pixels return_image_mask total_mask_patches"
)
_OCR = frozenset({"ocr_lang", "tesseract_config"})
_FORMS: Mapping[str, Form] = {
    "BeitImageProcessor": _WITH_CROP,
    "BridgeTowerImageProcessor": Form(
        (
            sizes.resize_bridgetower,
            sizes.center_crop_bridgetower,
            values.rescale_and_normalize,
            sizes.pad_batch,
        ),
        frozenset({"_preprocess", "resize"}),
    ),
    "ConvNextImageProcessor": Form(
        (sizes.resize_convnext, sizes.center_crop, values.rescale_and_normalize),
        frozenset({"_preprocess", "resize"}),
    ),
    "DINOv3ViTImageProcessor": Form((values.dinov3,)),
    "DonutImageProcessor": Form(
        (sizes.resize_donut, sizes.center_crop, values.rescale_and_normalize), ignores=frozenset()
    ),
    "EfficientNetImageProcessor": Form(
        (sizes.resize, sizes.center_crop, values.efficientnet_values),
        frozenset({"_fuse_mean_std_and_rescale_factor", "_preprocess", "rescale"}),
    ),
    "EfficientNetImageProcessorPil": Form(
        (sizes.resize, sizes.center_crop, values.efficientnet_values), frozenset({"_preprocess", "rescale"})
    ),
    "FlavaImageProcessor": Form(_WITH_CROP.stages, ignores=frozenset(_FLAVA.split())),
    "Gemma3ImageProcessor": Form(
        (_no_pan_and_scan, *_RESIZE_AND_RESCALE.stages),
        ignores=frozenset(
            {
                "do_center_crop",
                "do_pad",
                "pan_and_scan_max_num_crops",
                "pan_and_scan_min_crop_size",
                "pan_and_scan_min_ratio_to_activate",
            }
        ),
    ),
    "ImageGPTImageProcessor": Form(
        (_no_quantization, *_WITH_CROP.stages), ignores=frozenset({"clusters", "do_pad"})
    ),
    "ImageGPTImageProcessorPil": Form(
        (_no_quantization, *_RESIZE_AND_RESCALE.stages),
        ignores=frozenset({"clusters", "do_center_crop", "do_pad"}),
    ),
    "LayoutLMv2ImageProcessor": Form(
        (_no_ocr, sizes.resize, values.layoutlmv2_values),
        ignores=_OCR | {"do_center_crop", "do_normalize", "do_pad", "do_rescale"},
    ),
    "LayoutLMv3ImageProcessor": Form((_no_ocr, *_WITH_CROP.stages), ignores=_OCR | {"do_pad"}),
    "LevitImageProcessor": Form((sizes.resize_levit, *_PLAIN.stages[1:]), frozenset({"resize"}), frozenset()),
    "MobileNetV2ImageProcessor": _WITH_CROP,
    "MobileViTImageProcessor": Form(
        (sizes.resize, sizes.center_crop, values.mobilevit_values),
        ignores=frozenset({"do_normalize", "do_pad", "do_reduce_labels"}),
    ),
    "PPLCNetImageProcessor": Form((sizes.resize_pp_lcnet, sizes.center_crop, values.pp_lcnet_values)),
    "PerceiverImageProcessor": Form(
        (sizes.center_crop_perceiver, sizes.resize, values.rescale_and_normalize),
        frozenset({"_preprocess", "center_crop"}),
    ),
    "PoolFormerImageProcessor": Form(
        (sizes.resize_poolformer, *_PLAIN.stages[1:]), frozenset({"_preprocess", "resize"}), frozenset()
    ),
    "SegformerImageProcessor": _RESIZE_AND_RESCALE,
    "TextNetImageProcessor": Form(
        (sizes.resize_textnet, sizes.center_crop, values.rescale_and_normalize),
        frozenset({"_preprocess", "resize"}),
    ),
    "ViltImageProcessor": Form(
        (sizes.resize_vilt, values.rescale_and_normalize, sizes.pad_batch),
        frozenset({"_preprocess", "resize"}),
        frozenset({"do_center_crop"}),
    ),
}
_INEXPRESSIBLE: Mapping[str, str] = {
    "Siglip2ImageProcessor": "makes a sequence of patches (NaFlex), and the contract feeds one picture",
    "VideoMAEImageProcessor": "takes videos, and the contract feeds one picture",
}


def backend_of(kind: type[Any]) -> Backend:
    """The backend that a class is built on.

    Raises:
        RecipeError: none of transformers 5.
    """
    for base in kind.__mro__:
        if base.__module__ == _BACKENDS_MODULE and base.__name__ in _BACKENDS:
            return _BACKENDS[base.__name__]
    raise RecipeError(
        f"{kind.__name__} is built on no backend of transformers 5",
        expected="a class on TorchvisionBackend or PilBackend",
        fix="Install transformers 5 and load the processor with AutoImageProcessor",
    )


def form_of(kind: type[Any]) -> Form:
    """What the class runs.

    Raises:
        RecipeError: a class that writes methods of its own which are not known here.
    """
    base = kind.__name__.removesuffix("Pil")
    if base in _INEXPRESSIBLE:
        raise RecipeError(f"{kind.__name__} {_INEXPRESSIBLE[base]}", expected=_readable())
    written = _written(kind)
    form = _FORMS.get(kind.__name__) or _FORMS.get(base)
    if form is None and not written:
        return _PLAIN
    if form is None:
        raise RecipeError(
            f"{kind.__name__} writes its own {', '.join(sorted(written))}, which is not known here",
            expected=_readable(),
        )
    if written & _PIXELS != form.writes:
        raise RecipeError(
            f"{kind.__name__} of this version of transformers is not the one that is known here",
            expected=f"its own {', '.join(sorted(form.writes))}",
            got=", ".join(sorted(written & _PIXELS)) or "none",
        )
    return form


def _written(kind: type[Any]) -> frozenset[str]:
    """Methods that stand between the class and its backend, but for its constructor and what follows the model."""
    written: set[str] = set()
    for base in kind.__mro__:
        if base.__module__ == _BACKENDS_MODULE:
            break
        written.update(name for name, value in vars(base).items() if callable(value))
    # A nested class or a default that can be called is no method.
    return frozenset(
        name
        for name in written
        if not name.startswith(("__", "post_process"))
        and name not in ("valid_kwargs", "to_dict", "from_dict")
    )


def _readable() -> str:
    names = sorted({name.removesuffix("ImageProcessor").removesuffix("ImageProcessorPil") for name in _FORMS})
    return f"a class without methods of its own (ViT, CLIP, Bit, DeiT, Siglip, ...), or {', '.join(names)}"
