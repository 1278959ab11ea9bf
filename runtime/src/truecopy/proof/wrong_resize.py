"""The classic mistakes of the geometry: another resizer, or a squash for a crop. Pure functions of the steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import UNSET
from msgspec.structs import replace

from truecopy.contract import CenterCrop, Pad, PadTo, Resize, ResizeBox, Step
from truecopy.contract.flow import Sides
from truecopy.contract.resize import Kernel

Steps: TypeAlias = tuple[Step, ...]
Resampling: TypeAlias = Literal["nearest", "bilinear", "bicubic"]

_SIZING = (Resize, ResizeBox, CenterCrop, Pad, PadTo)
_RESIZERS: tuple[tuple[Kernel, Resampling, str], ...] = (
    ("pillow", "bilinear", "Another resizer; sizes and crop stay."),
    ("pillow", "bicubic", "Another resizer; sizes and crop stay."),
    ("cv2", "bilinear", "cv2.resize averages nothing where it shrinks (no antialias)."),
    ("pillow", "nearest", "One pixel stands for all that it covers."),
)
_NAMES: dict[Kernel, str] = {
    "pillow": "Pillow",
    "cv2": "OpenCV",
    "tf": "TensorFlow",
    "tf_v1": "TensorFlow 1",
    "torch_u8": "torch 8-bit",
    "torch_f32": "torch float",
    "torch_f32_u8": "torch float rounded",
}


def other_resizers(steps: Steps) -> Iterator[tuple[str, str, Steps]]:
    """(name, sentence, steps) of each well-known resizer that is not the one of `steps`; none where nothing is resized."""
    first = next((step for step in steps if isinstance(step, Resize | ResizeBox)), None)
    if first is None:
        return
    own = f"{_NAMES[first.kernel if isinstance(first, Resize) else 'pillow']} {first.filter}"
    for kernel, resampling, sentence in _RESIZERS:
        name = f"{_NAMES[kernel]} {resampling}"
        if name != own:
            changed = tuple(_resized_by(step, kernel, resampling) for step in steps)
            yield f"{name} instead of {own}", sentence, changed


def _resized_by(step: Step, kernel: Kernel, resampling: Resampling) -> Step:
    match step:
        case ResizeBox() if kernel == "pillow":
            return replace(step, filter=resampling)
        case Resize():
            order = step.pass_order if step.kernel == "pillow" else "horizontal"
            return replace(
                step,
                kernel=kernel,
                filter=resampling,
                antialias=UNSET,
                pass_order=order if kernel == "pillow" else UNSET,
                area_for_downscale=False if kernel == "cv2" else UNSET,
            )
    return step


def other_sizes(steps: Steps, size: Sides | None) -> Iterator[tuple[str, str, Steps]]:
    """(name, sentence, steps) of other ways to a canvas of `size` (height, width); none where it is not known."""
    sizing = [step for step in steps if isinstance(step, _SIZING)]
    if size is None or not sizing:
        return
    plain = _own_resizer(sizing)
    direct = replace(plain, rule="exact", size=size)
    own = _own_way(sizing, direct)
    if own != "squash":
        sentence = f"Resized straight to {size[0]} x {size[1]}: the whole picture, its shape lost."
        yield f"squash instead of {own}", sentence, _sized(steps, (direct,))
    if own != "crop":
        cover = replace(plain, rule="ratio", size=size, fit="cover")
        crop = CenterCrop(size=size, offset="half_even", pad_before="floor", fill=0)
        sentence = "Resized by the short side and cropped: the shape kept, the edges lost."
        yield f"crop instead of {own}", sentence, _sized(steps, (cover, crop))


def _own_way(sizing: Sequence[Step], direct: Resize) -> str:
    if any(isinstance(step, CenterCrop | ResizeBox) for step in sizing):
        return "crop"
    if any(isinstance(step, Pad | PadTo) for step in sizing):
        return "padding"
    return "squash" if list(sizing) == [direct] else "its own sizes"


def _own_resizer(sizing: Sequence[Step]) -> Resize:
    """The contract's first resizer, without a rule of its own; Pillow's bilinear where it only cuts or pads."""
    plain = Resize(rule="exact", size=(1, 1), kernel="pillow", filter="bilinear", pass_order="horizontal")
    first = next((step for step in sizing if isinstance(step, Resize | ResizeBox)), None)
    match first:
        case ResizeBox():
            return replace(plain, filter=first.filter, pass_order=first.pass_order)
        case Resize():
            absent = dict.fromkeys(("fit", "max_size", "no_upscale", "multiple", "multiple_round"), UNSET)
            return replace(first, rule="exact", size=(1, 1), **absent)
    return plain


def _sized(steps: Steps, instead: Steps) -> Steps:
    """The steps with `instead` for all that change the size, where the first resize stood."""
    places = [index for index, step in enumerate(steps) if isinstance(step, _SIZING)]
    at = next((index for index in places if isinstance(steps[index], Resize | ResizeBox)), places[0])
    before = (step for step in steps[:at] if not isinstance(step, _SIZING))
    return (*before, *instead, *(step for step in steps[at:] if not isinstance(step, _SIZING)))
