"""albumentations: validation pipelines of its own classes, over filters, paddings, fills, scales and kinds of grey."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

import albumentations as A  # noqa: N812 - the name that its documentation uses
import cv2
import numpy as np
from albumentations.pytorch import ToTensorV2
from PIL import Image
from tools.sweep.case import Case, Original

from truecopy_export.recipes import Recipe
from truecopy_export.recipes.albumentations.compose import read_compose
from truecopy_export.recipes.circumstances import Circumstances

LIBRARY = "albumentations"
VERSIONS = ("albumentations", "albucore")
Parts: TypeAlias = Callable[[], list[Any]]

_FILTERS = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
    "lanczos": cv2.INTER_LANCZOS4,
}
_BORDERS = {
    "constant": cv2.BORDER_CONSTANT,
    "replicate": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT,
    "reflect101": cv2.BORDER_REFLECT_101,
}
_SIZES = ((224, 224), (129, 200))
_UNIT = {"mean": 0.5, "std": 0.5}


def cases() -> Iterator[Case]:
    for name, parts in itertools.chain(
        _resizes(), _letter_boxes(), _crops_and_pads(), _values(), _grey(), _refused()
    ):
        yield Case(LIBRARY, name, partial(_build, parts))


def _build(parts: Parts) -> tuple[Original, Callable[[], Recipe]]:
    compose = A.Compose(parts())
    circumstances = Circumstances("horizontal", options={"decoder": "opencv"})

    def original(picture: Image.Image) -> np.ndarray:
        made = np.asarray(compose(image=np.asarray(picture))["image"])
        if isinstance(compose.transforms[-1], ToTensorV2):
            return made
        return np.atleast_3d(made).transpose(2, 0, 1)

    return original, lambda: read_compose(compose, "sweep", circumstances)


def _resizes() -> Iterator[tuple[str, Parts]]:
    for (name, filter_), area in itertools.product(_FILTERS.items(), (None, "image", "image_mask")):
        options = {"interpolation": filter_, "area_for_downscale": area}
        ending = f"{name}, area_for_downscale={area}"
        for size in _SIZES:
            yield (
                f"Resize {size} {ending}",
                lambda s=size, o=options: [A.Resize(*s, **o), A.Normalize(), ToTensorV2()],
            )
        yield (
            f"SmallestMaxSize 160 {ending}",
            lambda o=options: [
                A.SmallestMaxSize(160, **o),
                A.CenterCrop(128, 128),
                A.Normalize(),
                ToTensorV2(),
            ],
        )
        for side in (64, 256):
            yield (
                f"LongestMaxSize {side} {ending}",
                lambda s=side, o=options: [
                    A.LongestMaxSize(s, **o), A.PadIfNeeded(s, s), A.Normalize(), ToTensorV2(),
                ],
            )  # fmt: skip
        yield (
            f"LongestMaxSize (96, 200) {ending}",
            lambda o=options: [
                A.LongestMaxSize(max_size_hw=(96, 200), **o), A.PadIfNeeded(96, 200), A.Normalize(),
            ],
        )  # fmt: skip


def _letter_boxes() -> Iterator[tuple[str, Parts]]:
    """Of albumentationsx."""
    if hasattr(A, "LetterBox"):
        for size, (name, filter_), position in itertools.product(
            _SIZES, _FILTERS.items(), ("center", "top_left")
        ):
            options = {"size": size, "interpolation": filter_, "position": position, "fill": 114}
            yield f"LetterBox {size} {name} {position}", lambda o=options: [A.LetterBox(**o), A.Normalize()]


def _crops_and_pads() -> Iterator[tuple[str, Parts]]:
    fills = (0, 0.0, 127.5, 128.5, 255, 300.0, (10.4, 20.5, 21.5), (124, 116, 104))
    for fill in fills:
        yield f"PadIfNeeded fill {fill}", lambda f=fill: [A.PadIfNeeded(260, 301, fill=f), A.Normalize()]
        yield f"Pad fill {fill}", lambda f=fill: [A.Pad((3, 5, 8, 0), fill=f), A.Normalize()]
    for (name, border), position in itertools.product(_BORDERS.items(), ("center", "top_left")):
        pad = {"border_mode": border, "position": position, "fill": 7.0}
        yield (
            f"PadIfNeeded {name} {position}",
            lambda p=pad: [A.PadIfNeeded(260, 301, **p), A.Normalize(), ToTensorV2()],
        )
        crop = {"border_mode": border, "pad_position": position, "fill": 7.0, "pad_if_needed": True}
        yield (
            f"CenterCrop padded {name} {position}",
            lambda c=crop: [A.CenterCrop(161, 224, **c), A.Normalize()],
        )
    for name, border in _BORDERS.items():
        for padding in (4, (3, 5), (9, 0, 1, 6)):
            yield (
                f"Pad {padding} {name}",
                lambda p=padding, b=border: [A.Pad(p, border_mode=b, fill=200.0), A.Normalize()],
            )
    for side in (151, 224):
        yield (
            f"SmallestMaxSize 224, CenterCrop {side}",
            lambda s=side: [A.SmallestMaxSize(224), A.CenterCrop(s, s), A.Normalize()],
        )
    yield (
        "CenterCrop after Normalize",
        lambda: [A.Resize(90, 71), A.Normalize(), A.CenterCrop(64, 64), ToTensorV2()],
    )
    yield "PadIfNeeded after Normalize", lambda: [A.Resize(50, 61), A.Normalize(), A.PadIfNeeded(64, 64)]


def _values() -> Iterator[tuple[str, Parts]]:
    for name, options in {
        "default": {},
        "inception": {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)},
        "one number": _UNIT,
        "mean a number, std three": {"mean": 0.5, "std": (0.229, 0.224, 0.225)},
        "CLIP": {"mean": (0.48145466, 0.4578275, 0.40821073), "std": (0.26862954, 0.26130258, 0.27577711)},
        "levels": {"mean": (123.675, 116.28, 103.53), "std": (58.395, 57.12, 57.375), "max_pixel_value": 1.0},
        "max 254": {"max_pixel_value": 254.0},
        "four numbers": {"mean": (0.1, 0.2, 0.3, 0.4), "std": (0.5, 0.6, 0.7, 0.8)},
        "two numbers": {"mean": (0.1, 0.2), "std": (0.5, 0.6)},
    }.items():
        yield f"Normalize {name}", lambda o=options: [A.Resize(64, 64), A.Normalize(**o), ToTensorV2()]
    for name, maximum in {"255": None, "254": 254.0, "1": 1.0}.items():
        yield f"ToFloat {name}", lambda m=maximum: [A.Resize(64, 64), A.ToFloat(max_value=m), ToTensorV2()]
    yield "ToFloat, Normalize", lambda: [A.Resize(64, 64), A.ToFloat(), A.Normalize(max_pixel_value=1.0)]
    yield "Normalize twice", lambda: [A.Resize(64, 64), A.Normalize(), A.Normalize(**_UNIT), ToTensorV2()]
    yield (
        "NoOp, nested",
        lambda: [A.NoOp(), A.Compose([A.Resize(64, 64)]), A.Sequential([A.Normalize()], p=1.0)],
    )
    yield "never run", lambda: [A.Resize(64, 64), A.HorizontalFlip(p=0.0), A.Normalize()]


def _grey() -> Iterator[tuple[str, Parts]]:
    # Before Resize, ToGray(3) of albumentations breaks on pictures of one row or column: it squeezes them.
    yield "ToGray 3", lambda: [A.Resize(64, 64), A.ToGray(p=1.0), A.Normalize(), ToTensorV2()]
    yield "ToGray 1", lambda: [A.ToGray(1, p=1.0), A.Resize(64, 64), A.Normalize(**_UNIT), ToTensorV2()]
    yield "ToGray 1, three means", lambda: [A.Resize(64, 64), A.ToGray(1, p=1.0), A.Normalize()]
    yield (
        "ToGray 1, ToRGB",
        lambda: [A.Resize(64, 64), A.ToGray(1, p=1.0), A.ToRGB(), A.Normalize(), ToTensorV2()],
    )
    yield "ToRGB", lambda: [A.ToRGB(), A.Resize(64, 64), A.Normalize(), ToTensorV2()]


def _refused() -> Iterator[tuple[str, Parts]]:
    """What the contract cannot say exactly: the table prints why."""
    for name, part in {
        "RandomCrop": lambda: A.RandomCrop(64, 64),
        "RandomResizedCrop": lambda: A.RandomResizedCrop((64, 64)),
        "HorizontalFlip p 0.5": A.HorizontalFlip,
        "HorizontalFlip p 1": lambda: A.HorizontalFlip(p=1.0),
        "OneOf": lambda: A.OneOf([A.Blur(), A.MedianBlur()]),
        "Resize p 0.5": lambda: A.Resize(64, 64, p=0.5),
        "Resize linear exact": lambda: A.Resize(64, 64, interpolation=cv2.INTER_LINEAR_EXACT),
        "SmallestMaxSize max_size_hw": lambda: A.SmallestMaxSize(max_size_hw=(64, 64)),
        "LongestMaxSize one side": lambda: A.LongestMaxSize(max_size_hw=(64, None)),
        "LongestMaxSize of a list": lambda: A.LongestMaxSize([64, 96]),
        "PadIfNeeded divisor": lambda: A.PadIfNeeded(None, None, 32, 32),
        "PadIfNeeded bottom_right": lambda: A.PadIfNeeded(300, 300, position="bottom_right"),
        "PadIfNeeded wrap": lambda: A.PadIfNeeded(300, 300, border_mode=cv2.BORDER_WRAP),
        "PadIfNeeded random": lambda: A.PadIfNeeded(300, 300, position="random"),
        "Crop": lambda: A.Crop(0, 0, 64, 64),
        "CropNonEmptyMaskIfExists": lambda: A.CropNonEmptyMaskIfExists(64, 64),
        "ToGray average": lambda: A.ToGray(method="average", p=1.0),
        "Lambda": lambda: A.Lambda(image=lambda image, **_: image, p=1.0),
        "CLAHE": lambda: A.CLAHE(p=1.0),
    }.items():
        yield f"refused: {name}", lambda p=part: [p(), A.Normalize(), ToTensorV2()]
    for way in ("image", "image_per_channel", "min_max", "min_max_per_channel"):
        yield f"refused: Normalize {way}", lambda w=way: [A.Resize(64, 64), A.Normalize(normalization=w)]
    yield "refused: Resize after Normalize", lambda: [A.Normalize(), A.Resize(64, 64), ToTensorV2()]
    yield "refused: no numbers", lambda: [A.Resize(64, 64), ToTensorV2()]
    yield "refused: whole pipeline p 0.5", lambda: [A.Sequential([A.Resize(64, 64)], p=0.5), A.Normalize()]
