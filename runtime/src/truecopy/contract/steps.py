"""Preprocessing steps. A step is its JSON: `{"op": "resize", "rule": "short", ...}`.

Sizes are (height, width) in pixels. Nothing is a library default: kernel, filter and rounding are named. Until
`values` an image is uint8, height x width x channels; `values` ends the chain with float32.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

Pixels: TypeAlias = Annotated[int, Meta(ge=1, le=65_536)]
Margin: TypeAlias = Annotated[int, Meta(ge=0, le=65_536)]
Level: TypeAlias = Annotated[int, Meta(ge=0, le=255)]
Size: TypeAlias = tuple[Pixels, Pixels]
Fill: TypeAlias = Level | tuple[Level, ...]
Constant: TypeAlias = float | tuple[float, ...]
ChainOp: TypeAlias = Literal["add", "sub", "mul", "div", "mul64"]

ResizeRule: TypeAlias = Literal["exact", "short", "ratio"]
Filter: TypeAlias = Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
PassOrder: TypeAlias = Literal["horizontal", "pillow13"]


class Resize(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="resize"):
    """Resample to the size that `rule` gives; a resize to the same size is the identity.

    rule `exact`: to `size` = (h, w). `short`: the short side becomes `size`, the long one
    `int(size * long / short)` (torchvision `_compute_resized_output_size`). `ratio`: both sides are
    `round(side / r)`, r the larger (`fit` contain) or smaller (`fit` cover) of image / `size` (timm
    `ResizeKeepRatio`).
    kernel `pillow`: Pillow's 8-bit resampling, 22-bit fixed point, an 8-bit picture between its two passes.
    pass_order `horizontal`: the horizontal pass first (Pillow below 13). `pillow13`: vertical first where
    h > oh and h - oh > 2 * (w - ow) (Pillow 13, PR 9549).
    """

    rule: ResizeRule
    # Not `Pixels | Size`: msgspec (0.19 to 0.22) reads freed memory for a constrained int beside a fixed-length tuple.
    size: Pixels | tuple[Pixels, ...]
    kernel: Literal["pillow"]
    filter: Filter
    pass_order: PassOrder
    fit: Literal["contain", "cover"] | UnsetType = UNSET

    def __post_init__(self) -> None:
        pair = isinstance(self.size, tuple)
        if self.rule == "short" and pair:
            raise ValueError("rule 'short' takes one number as size")
        if self.rule != "short" and not (isinstance(self.size, tuple) and len(self.size) == 2):
            raise ValueError(f"rule {self.rule!r} takes size = [height, width]")
        if (self.rule == "ratio") != (self.fit is not UNSET):
            raise ValueError("`fit` belongs to rule 'ratio', and only there")


class CenterCrop(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="center_crop"
):
    """Cut `size` = (h, w) out of the middle; a side that is too small is padded with `fill` first.

    offset `half_even`: `int(round((side - size) / 2))` (torchvision, timm); `floor`: `(side - size) // 2`.
    pad_before: of d missing pixels, `floor` puts d // 2 before, `ceil` -(-d // 2).
    """

    size: Size
    offset: Literal["half_even", "floor"]
    pad_before: Literal["floor", "ceil"]
    fill: Fill


class Pad(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="pad"):
    """Add rows and columns. `mode` as NumPy's `pad` and torchvision's `Pad` name it; `fill` for `constant` only."""

    top: Margin
    bottom: Margin
    left: Margin
    right: Margin
    mode: Literal["constant", "edge", "reflect", "symmetric"]
    fill: Fill


class SwapRB(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="swap_rb"):
    """Exchange the first and the last of three channels (RGB to BGR)."""


class Values(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="values"):
    """Turn 8-bit values into numbers by a chain of float32 operations, each one rounded.

    A constant is one number or one per channel, rounded to float32 first. `mul64` is
    `float32(float64(x) * constant)`. An empty chain is the conversion to float32 alone.
    """

    chain: tuple[tuple[ChainOp, Constant], ...]

    def __post_init__(self) -> None:
        for index, (op, constant) in enumerate(self.chain):
            numbers = constant if isinstance(constant, tuple) else (constant,)
            if not numbers:
                raise ValueError(f"`chain[{index}]`: {op} has no constant")
            if op == "div" and 0.0 in numbers:
                raise ValueError(f"`chain[{index}]`: division by zero")


Step: TypeAlias = Resize | CenterCrop | Pad | SwapRB | Values
