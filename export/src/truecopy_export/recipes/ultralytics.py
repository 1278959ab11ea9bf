"""Ultralytics' transforms of arrays: LetterBox, CenterCrop, ClassifyLetterBox, ToTensor.

Ultralytics is AGPL: nothing of it is imported or copied here. Its objects are told by class and module name, and read
by their attributes; `classify_transforms` makes torchvision's own objects, which `torchvision/` reads.
Source: ultralytics 8.4.190 `data/augment.py`, `engine/predictor.py` (BasePredictor.preprocess).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from PIL import Image

from truecopy.contract import CenterCrop, PadTo, Resize, SwapRB
from truecopy.errors import RecipeError

from .array_reading import ArrayReading, opencv_filter
from .circumstances import Circumstances
from .file_decoder import OPTION, choose_decoder
from .reading import constant
from .recipe import TRAINING, Recipe, checked_steps
from .walk import spelling

Reader: TypeAlias = Callable[[Any, ArrayReading], None]
Order: TypeAlias = Literal["rgb", "bgr"]

_AUGMENT = "ultralytics.data.augment."
_COMPOSES = ("v1.Compose", "v2.Compose")
_TRAINING_PARTS = (
    "Albumentations",
    "CopyPaste",
    "CutMix",
    "MixUp",
    "Mosaic",
    "RandomFlip",
    "RandomHSV",
    "RandomPerspective",
)


def read_ultralytics(transform: Any, source: str, circumstances: Circumstances) -> Recipe:
    """A LetterBox alone, or a torchvision Compose of Ultralytics' parts and torchvision's Normalize.

    A LetterBox ends in 8-bit pixels; it is read as Ultralytics' predictor goes on: BGR to RGB, divided by 255.
    option decoder: `opencv` or `pillow`. option color: the channel order of the array that the object is given.

    Raises:
        RecipeError: names the part that cannot be expressed exactly, or the option that is missing.
    """
    predictor = _is(transform, "LetterBox")
    # The predictor turns the channels back, whatever way the file was read: no order is left open.
    circumstances.only(OPTION, *(() if predictor else ("color",)))
    if circumstances.channels == 1:
        raise RecipeError("Ultralytics' transforms are read for three channels", where=source)
    reading = ArrayReading(3)
    for where, part in _parts(transform):
        try:
            _read_part(part, reading)
        except RecipeError as error:
            raise RecipeError.of(error, where=where) from error
    files = choose_decoder(circumstances, "RGB")
    if predictor:
        reading.values(("div", 255.0))
        reading.note(
            "read as Ultralytics' predictor goes on after LetterBox: channels to RGB, divided by 255"
        )
    elif reading.now.dtype != "float32":
        raise RecipeError(
            "the transform ends in 8-bit pixels, the graph takes float32",
            where=source,
            fix="Pass torchvision.transforms.Compose([..., ultralytics.data.augment.ToTensor()])",
        )
    order: Order = "rgb" if predictor else _order(circumstances, source)
    if order == "bgr":
        reading.steps.insert(0, SwapRB())
    steps = checked_steps(tuple(reading.steps), files.input)
    original = _predictor(transform) if predictor else _call(transform, order)
    return Recipe(files.input, steps, original, source, tuple(reading.notes), load=files.load)


def _order(circumstances: Circumstances, source: str) -> Order:
    chosen = circumstances.choose("color", ("rgb", "bgr"))
    if chosen is None:
        raise RecipeError(
            "the transform keeps whatever channel order its array has, and does not say which",
            expected="--recipe-arg color=bgr (the array of cv2.imread as it is) or --recipe-arg color=rgb (of Pillow, or "
            "after cvtColor)",
            where=source,
            fix="Type the one that the validation code passes",
        )
    return "bgr" if chosen == "bgr" else "rgb"


def _predictor(letter_box: Any) -> Callable[[Image.Image], np.ndarray[Any, Any]]:
    """Source: `engine/predictor.py` BasePredictor.preprocess: LetterBox on BGR, flip, float32, div_(255)."""

    def original(image: Image.Image) -> np.ndarray[Any, Any]:
        bgr = letter_box(image=np.ascontiguousarray(np.asarray(image)[:, :, ::-1]))
        levels = np.asarray(bgr[:, :, ::-1].transpose(2, 0, 1), np.float32)
        numbers: np.ndarray[Any, Any] = np.ascontiguousarray(levels) / np.float32(255)
        return numbers

    return original


def _call(transform: Any, order: Order) -> Callable[[Image.Image], np.ndarray[Any, Any]]:
    def original(image: Image.Image) -> np.ndarray[Any, Any]:
        pixels = np.asarray(image)
        made: np.ndarray[Any, Any] = np.asarray(
            transform(np.ascontiguousarray(pixels[:, :, ::-1]) if order == "bgr" else pixels)
        )
        return made

    return original


def _parts(transform: Any) -> Iterator[tuple[str, Any]]:
    if spelling(transform) not in _COMPOSES:
        yield type(transform).__name__, transform
        return
    for number, part in enumerate(transform.transforms, start=1):
        yield f"step {number} of Compose: {type(part).__name__}", part


def _is(part: Any, name: str) -> bool:
    return spelling(part) == _AUGMENT + name


def _read_part(part: Any, reading: ArrayReading) -> None:
    name = type(part).__name__
    reader = _READERS.get(spelling(part))
    if reader is None:
        if name.startswith("Random") or name in _TRAINING_PARTS:
            raise RecipeError(f"{name} is random: {TRAINING}")
        raise RecipeError(
            f"{name} ({spelling(part)}) cannot be expressed exactly",
            expected="Ultralytics' LetterBox, CenterCrop, ClassifyLetterBox and ToTensor, torchvision's Normalize",
        )
    if reading.is_tensor and spelling(part).startswith(_AUGMENT):
        raise RecipeError("it takes an array, and a tensor arrives", fix="Put ToTensor behind it")
    reader(part, reading)


def _letter_box(part: Any, reading: ArrayReading) -> None:
    """Up to 8.3, `scale_fill` is called `scaleFill`; the fill is 114 and the filter INTER_LINEAR, without attributes."""
    if reading.steps:
        raise RecipeError("LetterBox is called with image=..., not in a Compose", fix="Pass it alone")
    if part.auto:
        raise RecipeError(
            "LetterBox(auto=True) pads to a multiple of the stride, another size for every picture",
            fix="auto=False can be expressed",
        )
    height, width = _pair(part.new_shape)
    filter_ = opencv_filter(getattr(part, "interpolation", 1))
    if getattr(part, "scale_fill", getattr(part, "scaleFill", False)):
        reading.add(_squash(height, width, part))
        return
    reading.add(
        Resize(
            rule="scale_fit",
            size=(height, width),
            no_upscale=not part.scaleup,
            kernel="cv2",
            filter=filter_,
            area_for_downscale=False,
        )
    )
    fill = getattr(part, "padding_value", 114)
    if isinstance(fill, bool) or not isinstance(fill, int) or not 0 <= fill <= 255:
        raise RecipeError("padding_value of LetterBox", expected="a whole number of 0 to 255", got=repr(fill))
    reading.add(PadTo(size=(height, width), position="letterbox" if part.center else "top_left", fill=fill))


def _squash(height: int, width: int, part: Any) -> Resize:
    """Both sides to their size, whatever the picture's shape."""
    return Resize(
        rule="exact",
        size=(height, width),
        kernel="cv2",
        filter=opencv_filter(getattr(part, "interpolation", 1)),
        area_for_downscale=False,
    )


def _classify_letter_box(part: Any, reading: ArrayReading) -> None:
    """It raises where a side would have no pixels; the contract's rule makes one."""
    if part.auto:
        raise RecipeError(
            "ClassifyLetterBox(auto=True) pads to a multiple of the stride, another size for every picture",
            fix="auto=False can be expressed",
        )
    reading.add(
        Resize(
            rule="scale_fit",
            size=(part.h, part.w),
            no_upscale=False,
            kernel="cv2",
            filter="bilinear",
            area_for_downscale=False,
        )
    )
    reading.add(PadTo(size=(part.h, part.w), position="letterbox", fill=114))


def _center_crop(part: Any, reading: ArrayReading) -> None:
    """The largest square in the middle, then INTER_LINEAR to the size."""
    reading.add(CenterCrop(rule="short_square", offset="floor", pad_before="floor", fill=0))
    reading.add(_squash(part.h, part.w, part))


def _to_tensor(part: Any, reading: ArrayReading) -> None:
    if part.half:
        raise RecipeError("ToTensor(half=True) divides in float16", fix="half=False can be expressed")
    # Up to 8.3 it turns the channels around, in 8.4 it does not: the object shows which on one pixel.
    shown = np.asarray(part(np.array([[[0, 51, 255]]], np.uint8))).reshape(-1).tolist()
    if shown[0] > shown[2]:
        reading.add(SwapRB())
        reading.note("this version's ToTensor turns the channels around")
    reading.values(("div", 255.0))
    reading.is_tensor = True


def _normalize(part: Any, reading: ArrayReading) -> None:
    if not reading.is_tensor:
        raise RecipeError("it takes a tensor, and an array arrives", fix="Put ToTensor before it")
    reading.values(("sub", constant(part.mean, "mean")), ("div", constant(part.std, "std")))


def _pair(size: Any) -> tuple[int, int]:
    sides = (size, size) if isinstance(size, int) else tuple(size)
    return int(sides[0]), int(sides[1])


_READERS: Mapping[str, Reader] = {
    f"{_AUGMENT}CenterCrop": _center_crop,
    f"{_AUGMENT}ClassifyLetterBox": _classify_letter_box,
    f"{_AUGMENT}LetterBox": _letter_box,
    f"{_AUGMENT}ToTensor": _to_tensor,
    "v1.Normalize": _normalize,
    "v2.Normalize": _normalize,
}
