"""Ultralytics: what its classification predictor and validator run, and its transforms of arrays."""

from __future__ import annotations

import importlib.metadata
import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image
from tools.sweep.case import Case, Original
from torchvision import transforms
from ultralytics.data import augment
from ultralytics.models.yolo.classify.predict import ClassificationPredictor

from truecopy.contract import GraphInput
from truecopy_export.recipes import Recipe
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.importer import read_object
from truecopy_export.recipes.metadata.reader import read_metadata
from truecopy_export.recipes.pillow_passes import installed_pass_order
from truecopy_export.recipes.ultralytics import read_ultralytics

LIBRARY = "ultralytics"
VERSIONS = ("ultralytics", "torchvision")
_SIZES = (224, 64, (96, 160))
Build = Callable[[], tuple[Original, Callable[[], Recipe]]]


def cases() -> Iterator[Case]:
    for name, build in itertools.chain(_classify(), _predictors(), _letter_boxes(), _arrays(), _refused()):
        yield Case(LIBRARY, name, build)


def _here(**options: str) -> Circumstances:
    return Circumstances(installed_pass_order(), options=options)


def _classify() -> Iterator[tuple[str, Build]]:
    """`classify_transforms`: torchvision's own objects, so the reader of torchvision takes them."""
    for size, filter_ in itertools.product(_SIZES, ("BILINEAR", "BICUBIC", "NEAREST", "LANCZOS")):
        yield (
            f"classify_transforms {size} {filter_}",
            partial(_classify_case, size, {"interpolation": filter_}),
        )
    stated = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
    yield "classify_transforms 224 ImageNet mean and std", partial(_classify_case, 224, stated)


def _classify_case(size: Any, options: dict[str, Any]) -> tuple[Original, Callable[[], Recipe]]:
    transform = augment.classify_transforms(size, **options)
    return lambda picture: transform(picture).numpy(), lambda: read_object(transform, "sweep", _here())


def _predictors() -> Iterator[tuple[str, Build]]:
    """What ClassificationPredictor feeds an exported file, against what the file's metadata is read as."""
    for size in ((224, 224), (64, 64), (96, 160)):
        yield f"ClassificationPredictor.preprocess {size}", partial(_predictor_case, size)


def _predictor_case(size: tuple[int, int]) -> tuple[Original, Callable[[], Recipe]]:
    metadata = {
        "author": "Ultralytics",
        "version": importlib.metadata.version("ultralytics"),
        "task": "classify",
        "imgsz": str(list(size)),
        "names": "{0: 'a', 1: 'b'}",
        "channels": "3",
    }
    graph_input = GraphInput(name="images", dtype="float32", layout="NCHW", shape=("batch", 3, *size))
    predictor = _predictor(list(size))

    def original(picture: Image.Image) -> np.ndarray:
        return predictor.preprocess([cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR)])[0].numpy()

    return original, lambda: read_metadata(metadata, graph_input, _here()).recipe


class _Backend:
    """As much of AutoBackend as preprocessing asks for."""

    fp16 = False


def _predictor(size: list[int]) -> ClassificationPredictor:
    """A predictor as `setup_source` leaves it, without weights: `models/yolo/classify/predict.py`."""
    predictor = object.__new__(ClassificationPredictor)
    predictor.model, predictor.device = _Backend(), torch.device("cpu")
    predictor.transforms = augment.classify_transforms(size)
    parts = predictor.transforms.transforms
    predictor.host_transforms, predictor.device_transform = transforms.Compose(parts[:2]), parts[-1]
    return predictor


def _letter_boxes() -> Iterator[tuple[str, Build]]:
    """LetterBox as the predictor runs it: on BGR, then flipped to RGB, float32, divided by 255."""
    switches = itertools.product((False, True), repeat=3)
    for size, (scale_fill, scaleup, center) in itertools.product(_SIZES, switches):
        options = {"scale_fill": scale_fill, "scaleup": scaleup, "center": center}
        yield f"LetterBox {size} {options}", partial(_letter_box_case, size, options)
    for name in ("NEAREST", "LINEAR", "CUBIC", "AREA", "LANCZOS4"):
        options = {"interpolation": getattr(cv2, f"INTER_{name}"), "padding_value": 0}
        yield f"LetterBox 160 {name} padding 0", partial(_letter_box_case, 160, options)


def _letter_box_case(size: Any, options: dict[str, Any]) -> tuple[Original, Callable[[], Recipe]]:
    letter_box = augment.LetterBox(size, **options)

    def original(picture: Image.Image) -> np.ndarray:
        made = letter_box(image=cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR))
        return (torch.from_numpy(made[None]).permute(0, 3, 1, 2).contiguous().flip(1).float().div_(255))[
            0
        ].numpy()

    return original, lambda: read_ultralytics(letter_box, "sweep", _here(decoder="opencv"))


def _arrays() -> Iterator[tuple[str, Build]]:
    """Compositions of parts that take arrays, in both channel orders."""
    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    for size, color in itertools.product(_SIZES, ("rgb", "bgr")):
        for name, part in (
            ("CenterCrop", augment.CenterCrop),
            ("ClassifyLetterBox", augment.ClassifyLetterBox),
        ):
            parts = [part(size), augment.ToTensor()]
            yield f"{name} {size}, ToTensor, {color}", partial(_array_case, parts, color)
            yield (
                f"{name} {size}, ToTensor, Normalize, {color}",
                partial(_array_case, [*parts, normalize], color),
            )
    yield "ToTensor", partial(_array_case, [augment.ToTensor()], "rgb")


def _array_case(parts: list[Any], color: str) -> tuple[Original, Callable[[], Recipe]]:
    transform = transforms.Compose(parts)

    def original(picture: Image.Image) -> np.ndarray:
        pixels = np.asarray(picture)
        return transform(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if color == "bgr" else pixels).numpy()

    return original, lambda: read_ultralytics(transform, "sweep", _here(decoder="opencv", color=color))


def _refused() -> Iterator[tuple[str, Build]]:
    """What the contract cannot say exactly: the table prints why."""
    for name, part in {
        "LetterBox auto": lambda: augment.LetterBox(auto=True),
        "ClassifyLetterBox auto": lambda: augment.ClassifyLetterBox(auto=True),
        "ToTensor half": lambda: augment.ToTensor(half=True),
        "CenterCrop alone": lambda: augment.CenterCrop(64),
        "RandomFlip": augment.RandomFlip,
        "LetterBox linear exact": lambda: augment.LetterBox(interpolation=cv2.INTER_LINEAR_EXACT),
    }.items():
        yield f"refused: {name}", partial(_refused_case, part)
    yield "refused: classify_augmentations", partial(_refused_case, augment.classify_augmentations)


def _refused_case(part: Callable[[], Any]) -> tuple[Original, Callable[[], Recipe]]:
    transform = part()

    def original(_picture: Image.Image) -> np.ndarray:
        raise NotImplementedError

    return original, lambda: read_object(transform, "sweep", _here(**_decoder_for(transform)))


def _decoder_for(transform: Any) -> dict[str, str]:
    return {"decoder": "opencv"} if type(transform).__module__.startswith("ultralytics") else {}
