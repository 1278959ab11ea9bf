"""torchvision's transforms, v1 and v2, on PIL pictures.

Source: torchvision 0.28 `transforms/functional.py`, `transforms/v2/functional/_misc.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.contract import CenterCrop, Pad, Resize
from truecopy.contract.resize import Filter
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError

from .circumstances import Circumstances
from .library import import_library
from .reading import Reading
from .recipe import Recipe
from .walk import Reader, read_transform

DIV: tuple[ChainOp, Constant] = ("div", 255.0)
# v2 `to_dtype_image` multiplies by the float32 of 1 / 255; v1 `convert_image_dtype` divides.
MUL: tuple[ChainOp, Constant] = ("mul", 1.0 / 255)

# By the number that PIL gives a mode, by the name that torchvision gives it; on PIL pictures its nearest-exact
# is Pillow's nearest (`pil_modes_mapping`).
_PIL_FILTERS: dict[int, Filter] = {
    0: "nearest",
    1: "lanczos",
    2: "bilinear",
    3: "bicubic",
    4: "box",
    5: "hamming",
}
_FILTERS: dict[str, Filter] = {**{name: name for name in _PIL_FILTERS.values()}, "nearest-exact": "nearest"}


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


def filter_of(interpolation: Any) -> Filter:
    """Pillow's name of an InterpolationMode, its value or Pillow's number."""
    if isinstance(interpolation, list | tuple):
        raise RecipeError(
            "the interpolation is random: this is the training transform; pass the validation one"
        )
    value = getattr(interpolation, "value", interpolation)
    found = _PIL_FILTERS.get(value) if isinstance(value, int) else _FILTERS.get(str(value))
    if found is None:
        raise RecipeError(
            "the interpolation", expected=f"one of {', '.join(_FILTERS)}", got=repr(interpolation)
        )
    return found


def pair_of(size: Any) -> tuple[int, int]:
    """(height, width) of what `_setup_size` accepts."""
    sides = (size,) if isinstance(size, int) else tuple(size)
    return (int(sides[0]), int(sides[-1]))


def _resize(part: Any, reading: Reading) -> None:
    if part.max_size is not None:
        raise RecipeError(
            "max_size of Resize cannot be expressed", got=repr(part.max_size), fix="Leave it out"
        )
    sides = (part.size,) if isinstance(part.size, int) else tuple(part.size)
    if part.antialias is False:
        reading.note("antialias=False has no meaning on PIL pictures: Pillow always filters")
    reading.geometry(
        Resize(
            rule="short" if len(sides) == 1 else "exact",
            size=int(sides[0]) if len(sides) == 1 else (int(sides[0]), int(sides[1])),
            kernel="pillow",
            filter=filter_of(part.interpolation),
            pass_order=reading.pass_order,
        )
    )


def _center_crop(part: Any, reading: Reading) -> None:
    reading.geometry(CenterCrop(size=pair_of(part.size), offset="half_even", pad_before="floor", fill=0))


def _pad(part: Any, reading: Reading) -> None:
    padding = (part.padding,) if isinstance(part.padding, int) else tuple(part.padding)
    left, top, right, bottom = padding * (4 // len(padding))
    if min(padding) < 0:
        raise RecipeError("a negative padding is a crop, and cannot be expressed", got=repr(part.padding))
    reading.geometry(
        Pad(top=top, bottom=bottom, left=left, right=right, mode=part.padding_mode, fill=fill_of(part.fill))
    )


def fill_of(fill: Any) -> int | tuple[int, ...]:
    """Pillow takes whole levels: `_parse_fill` cuts the fraction off."""
    if fill is None or isinstance(fill, int | float):
        return int(fill or 0)
    if not isinstance(fill, list | tuple):
        raise RecipeError("the fill", expected="a number, or one per channel", got=repr(fill))
    return int(fill[0]) if len(fill) == 1 else tuple(int(level) for level in fill)


def _grayscale(part: Any, reading: Reading) -> None:
    if part.num_output_channels != 1:
        raise RecipeError(
            "grey repeated over three channels cannot be expressed",
            got=f"num_output_channels={part.num_output_channels}",
        )
    reading.grey()


def _to_tensor(_part: Any, reading: Reading) -> None:
    if reading.stage != "picture":
        raise RecipeError("it takes a picture, and a tensor arrives", fix="Leave it out")
    _check_default_dtype()
    reading.to_numbers(DIV)


def _check_default_dtype() -> None:
    """ToTensor makes torch's default dtype."""
    import torch

    if torch.get_default_dtype() != torch.float32:
        raise RecipeError(
            "ToTensor makes torch's default dtype", expected="float32", got=str(torch.get_default_dtype())
        )


def _pil_to_tensor(_part: Any, reading: Reading) -> None:
    if reading.stage != "picture":
        raise RecipeError("it takes a picture, and a tensor arrives", fix="Leave it out")
    reading.to_bytes()


def _to_dtype(part: Any, reading: Reading) -> None:
    _check_float32(part.dtype)
    if reading.stage == "picture":
        raise RecipeError("it does nothing to a picture", fix="Put ToImage or PILToTensor before it")
    reading.to_numbers(*([MUL] if getattr(part, "scale", True) else []))


def _convert_image_dtype_v1(part: Any, reading: Reading) -> None:
    _check_float32(part.dtype)
    if reading.stage == "picture":
        raise RecipeError("it takes a tensor, and a picture arrives", fix="Put PILToTensor before it")
    reading.to_numbers(DIV)


def _check_float32(dtype: Any) -> None:
    if isinstance(dtype, dict):
        raise RecipeError(
            "a dtype per kind of tensor cannot be read", got=repr(dtype), fix="Give torch.float32"
        )
    if str(dtype) != "torch.float32":
        raise RecipeError("the dtype", expected="torch.float32", got=str(dtype))


def _normalize(part: Any, reading: Reading) -> None:
    reading.normalize(part.mean, part.std)


def _preset(part: Any, reading: Reading) -> None:
    """`_presets.py` ImageClassification: resize, center_crop, pil_to_tensor, convert_image_dtype, normalize."""
    reading.geometry(
        Resize(
            rule="short",
            size=int(part.resize_size[0]),
            kernel="pillow",
            filter=filter_of(part.interpolation),
            pass_order=reading.pass_order,
        )
    )
    reading.geometry(CenterCrop(size=pair_of(part.crop_size), offset="half_even", pad_before="floor", fill=0))
    reading.to_numbers(DIV)
    reading.normalize(part.mean, part.std)


def _nothing(_part: Any, _reading: Reading) -> None:
    pass


READERS: Mapping[str, Reader] = {
    "torch.Identity": _nothing,
    "v1.CenterCrop": _center_crop,
    "v1.ConvertImageDtype": _convert_image_dtype_v1,
    "v1.Grayscale": _grayscale,
    "v1.ImageClassification": _preset,
    "v1.Normalize": _normalize,
    "v1.PILToTensor": _pil_to_tensor,
    "v1.Pad": _pad,
    "v1.Resize": _resize,
    "v1.ToTensor": _to_tensor,
    "v2.CenterCrop": _center_crop,
    "v2.ConvertImageDtype": _to_dtype,
    "v2.Grayscale": _grayscale,
    "v2.Identity": _nothing,
    "v2.Normalize": _normalize,
    "v2.PILToTensor": lambda _part, reading: reading.to_bytes(),
    "v2.Pad": _pad,
    "v2.RGB": lambda _part, reading: reading.rgb(),
    "v2.Resize": _resize,
    "v2.ToDtype": _to_dtype,
    "v2.ToImage": lambda _part, reading: reading.to_bytes(),
    "v2.ToPureTensor": _nothing,
    "v2.ToTensor": _to_tensor,
}
