"""Preprocessing steps. A step is its JSON: `{"op": "resize", "rule": "short", ...}`.

Sizes are (height, width) in pixels. Nothing is a library default: kernel, filter and rounding are named. An image is
height x width x channels: uint8 until `values`, or a kernel that makes floats, turns it into float32. A field that
belongs to some rules or kernels only is absent elsewhere.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from .resize import Pixels, Resize, ResizeBox

Margin: TypeAlias = Annotated[int, Meta(ge=0, le=65_536)]
Level: TypeAlias = Annotated[int, Meta(ge=0, le=255)]
Size: TypeAlias = tuple[Pixels, Pixels]
Fill: TypeAlias = Level | tuple[Level, ...]
Share: TypeAlias = Annotated[float, Meta(gt=0.0, le=1.0)]
Constant: TypeAlias = float | tuple[float, ...]
ChainOp: TypeAlias = Literal["add", "sub", "mul", "div", "mul64"]
PadMode: TypeAlias = Literal["constant", "edge", "reflect", "symmetric"]
CropRule: TypeAlias = Literal["short_frac", "short_square", "aspect", "fastai"]


class CenterCrop(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="center_crop"
):
    """Cut (h, w) out of the middle: `size`, or what `rule` makes of the picture's own (H, W).

    rule `short_frac`: int(frac * min(H, W)), `frac` one number a side (Perceiver). `short_square`: min(H, W) both ways
    (Ultralytics). `aspect`: the largest of the shape of `aspect`, int(float32(W * h) / float32(w)) (Keras
    `smart_resize`). `fastai`: the largest of that shape, int(m * side) with m = min(W / w, H / h) (fastai `Resize`).
    offset `half_even`: `int(round((side - size) / 2))` (torchvision, timm); `floor`: `(side - size) // 2`.
    With `size`, a side that is too small is padded with `fill` first; pad_before: of d missing pixels, `floor` puts
    d // 2 before, `ceil` -(-d // 2).
    """

    size: Size | UnsetType = UNSET
    offset: Literal["half_even", "floor"]
    pad_before: Literal["floor", "ceil"]
    fill: Fill
    rule: CropRule | UnsetType = UNSET
    frac: tuple[Share, Share] | UnsetType = UNSET
    aspect: Size | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.size is UNSET) == (self.rule is UNSET):
            raise ValueError("center_crop takes `size` or `rule`, one of them")
        if (self.frac is not UNSET) != (self.rule == "short_frac"):
            raise ValueError("`frac` belongs to rule 'short_frac', and only there")
        if (self.aspect is not UNSET) != (self.rule in ("aspect", "fastai")):
            raise ValueError("`aspect` belongs to rules 'aspect' and 'fastai', and only there")


class Pad(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="pad"):
    """Add rows and columns. `mode` as NumPy's `pad` and torchvision's `Pad` name it; `fill` for `constant` only."""

    top: Margin
    bottom: Margin
    left: Margin
    right: Margin
    mode: PadMode
    fill: Fill


class PadTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="pad_to"):
    """Pad up to `size` = (h, w); a side that is large enough stays.

    position: of d missing pixels, `floor` puts d // 2 before, `ceil` -(-d // 2), `top_left` none, `letterbox`
    round(d / 2 - 0.1) (Ultralytics `LetterBox`).
    """

    size: Size
    position: Literal["floor", "ceil", "top_left", "letterbox"]
    fill: Fill
    mode: PadMode = "constant"


class SwapRB(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="swap_rb"):
    """Exchange the first and the last of three channels (RGB to BGR)."""


class Grayscale(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="grayscale"
):
    """Make grey of an 8-bit picture, in 1 or 3 equal channels; of one channel it makes as many copies.

    method `pillow`: (19595 R + 38470 G + 7471 B + 32768) >> 16; `torchvision`: 0.2989 R + 0.587 G + 0.114 B in float32,
    truncated; `cv2`: `cvtColor(COLOR_RGB2GRAY)`.
    """

    method: Literal["pillow", "torchvision", "cv2"]
    channels: Literal[1, 3]


class Values(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="values"):
    """Turn values into float32 by a chain of float32 operations, each one rounded.

    A constant is one number or one per channel, rounded to float32 first. `mul64` is
    `float32(float64(x) * constant)`. An empty chain is the conversion to float32 alone.
    """

    chain: Annotated[tuple[tuple[ChainOp, Constant], ...], Meta(max_length=64)]

    def __post_init__(self) -> None:
        for index, (op, constant) in enumerate(self.chain):
            numbers = constant if isinstance(constant, tuple) else (constant,)
            if not numbers:
                raise ValueError(f"`chain[{index}]`: {op} has no constant")
            if op == "div" and 0.0 in numbers:
                raise ValueError(f"`chain[{index}]`: division by zero")


Step: TypeAlias = Resize | ResizeBox | CenterCrop | Pad | PadTo | SwapRB | Grayscale | Values
