"""Views of real photographs: the tensor of each equals that of the original pipeline with the view in it, bit for bit.

Flips, rotations and corners by torchvision, brightness and contrast by Pillow's `ImageEnhance`, the zoom by Pillow's
resize, one axis at a time, and torchvision's crop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import PIL
import pytest
from PIL import Image, ImageEnhance

from truecopy.contract import (
    CenterCrop,
    Contract,
    Graph,
    GraphInput,
    GraphOutput,
    ImageInput,
    Multiclass,
    Proof,
    Provenance,
    Resize,
    SwapRB,
    Values,
    Views,
)
from truecopy.contract.view_names import CORNERS, expand
from truecopy.pixels import Plan, decode
from truecopy.pixels.views import compile_views

pytest.importorskip("torchvision")
from torchvision.transforms import functional as torchvision_functional

PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "imagenet" / "photos"
PASS_ORDER: Any = "pillow13" if int(PIL.__version__.split(".")[0]) >= 13 else "horizontal"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
FACTORS = ("0.05", "0.5", "0.9", "1.1", "1.2", "1.75", "3.333", "10")
NAMES = expand(
    [
        "horizontal_flip", "vertical_flip", "rotate_90", "rotate_180", "rotate_270", "five_crop",
        "scale:1.05", "scale:1.15", "scale:1.5", "scale:4",
        *(f"{tone}:{factor}" for tone in ("brightness", "contrast") for factor in FACTORS),
    ]
)  # fmt: skip
CROPS = ((256, (224, 224)), (97, (81, 64)), (65, (33, 49)))


def photographs(step: int) -> list[Path]:
    found = sorted(PHOTOS.glob("*.JPEG"))[::step]
    if not found:
        pytest.skip("the photographs (../shared/data/imagenet) are not here")
    return found


def zoomed(image: Image.Image, factor: str) -> Image.Image:
    width, height = (round(side * Fraction(factor)) for side in image.size)
    wide = image.resize((width, image.height), Image.Resampling.BILINEAR)
    return torchvision_functional.center_crop(
        wide.resize((width, height), Image.Resampling.BILINEAR), [image.height, image.width]
    )


ORIGINAL: dict[str, Callable[[Image.Image, str], Image.Image]] = {
    "identity": lambda image, _: image,
    "horizontal_flip": lambda image, _: torchvision_functional.hflip(image),
    "vertical_flip": lambda image, _: torchvision_functional.vflip(image),
    "rotate_90": lambda image, _: torchvision_functional.rotate(image, -90, expand=True),
    "rotate_180": lambda image, _: torchvision_functional.rotate(image, 180, expand=True),
    "rotate_270": lambda image, _: torchvision_functional.rotate(image, 90, expand=True),
    "brightness": lambda image, factor: ImageEnhance.Brightness(image).enhance(float(factor)),
    "contrast": lambda image, factor: ImageEnhance.Contrast(image).enhance(float(factor)),
    "scale": zoomed,
}


def original_view(resized: Image.Image, size: tuple[int, int], name: str) -> Image.Image:
    base, _, parameter = name.partition(":")
    if base == "five_crop":
        return torchvision_functional.five_crop(resized, list(size))[CORNERS.index(parameter)]
    return ORIGINAL[base](torchvision_functional.center_crop(resized, list(size)), parameter)


def contract_of(color: Any, side: int, size: tuple[int, int], *, swapped: bool) -> Contract:
    channels = 3 if color == "RGB" else 1
    mean, std = (MEAN, STD) if color == "RGB" else (MEAN[:1], STD[:1])
    return Contract(
        truecopy=1,
        requires="0.1",
        input=ImageInput(
            decoder="pillow", color=color, orientation="ignore", alpha="drop", depth16="clip", cmyk="pillow", frame=0
        ),
        steps=(
            Resize(rule="short", size=side, kernel="pillow", filter="bilinear", pass_order=PASS_ORDER),
            CenterCrop(size=size, offset="half_even", pad_before="floor", fill=0),
            *((SwapRB(),) if swapped else ()),
            Values(chain=(("div", 255.0), ("sub", mean), ("div", std))),
        ),
        graph=Graph(
            inputs=(GraphInput(name="x", dtype="float32", layout="NCHW", shape=("n", channels, "h", "w")),),
            outputs=(GraphOutput(name="y", dtype="float32", shape=("n", 2)),),
            answer="y", precision="fp32", opset=20, sha256="0" * 64,
        ),
        task=Multiclass(
            activation="softmax", labels=("a", "b"), label_ids=None, labels_source="-", threshold=None, temperature=1.0
        ),
        views=Views(forbidden=(), relabel={}),
        provenance=Provenance(
            checkpoint=None, architecture=None, recipe="-", parent=None, versions={}, created="2026-01-01T00:00:00Z"
        ),
        proof=Proof(
            level="unproven", images=0, labelled=False, provider="cpu", arithmetic="fp32", isa="any",
            tensor=None, output=None, decisions=None, accuracy=None,
        ),
    )  # fmt: skip


def original_tensor(image: Image.Image, *, swapped: bool) -> np.ndarray:
    channels = len(image.getbands())
    if swapped:  # cv2's order, as models of OpenCV users take it
        image = Image.fromarray(np.asarray(image)[:, :, ::-1].copy())
    tensor = torchvision_functional.to_tensor(image)
    return torchvision_functional.normalize(tensor, MEAN[:channels], STD[:channels]).numpy()


def compared(
    photo: Path, color: str, side: int, size: tuple[int, int], *, swapped: bool = False
) -> Iterator[str]:
    """Names of the views whose tensors differ in any bit."""
    contract = contract_of(color, side, size, swapped=swapped)
    plan = Plan.of(contract)
    frame = plan.frame(decode(photo, contract.image))
    resized = torchvision_functional.resize(Image.open(photo).convert(color), side)
    for view in compile_views(NAMES, contract):
        theirs = original_tensor(original_view(resized, size, view.name), swapped=swapped)
        ours = plan.tensor(view.of(frame))
        if ours.shape != theirs.shape or not np.array_equal(ours.view(np.uint32), theirs.view(np.uint32)):
            yield view.name


@pytest.mark.parametrize("color", ["RGB", "L"])
@pytest.mark.parametrize(("side", "size"), CROPS)
def test_every_view_of_photographs_is_the_original_pipelines(color, side, size):
    for photo in photographs(50):
        assert list(compared(photo, color, side, size)) == [], photo.name


def test_a_model_that_takes_blue_first_sees_the_views_of_the_rgb_picture():
    for photo in photographs(50):
        assert list(compared(photo, "RGB", 97, (81, 64), swapped=True)) == [], photo.name


@pytest.mark.slow
def test_every_view_of_all_photographs_is_the_original_pipelines():
    for photo in photographs(1):
        assert list(compared(photo, "RGB", 256, (224, 224))) == [], photo.name
