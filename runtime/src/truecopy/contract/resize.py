"""The `resize` step: a rule for the size, a kernel for the pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

Pixels: TypeAlias = Annotated[int, Meta(ge=1, le=65_536)]
ResizeRule: TypeAlias = Literal[
    "exact",
    "short",
    "scale_short",
    "scale_long",
    "scale_fit",
    "ratio",
    "thumbnail",
    "max_hw",
    "vilt",
    "bridgetower",
]
Kernel: TypeAlias = Literal["pillow", "torch_u8", "torch_f32", "torch_f32_u8", "tf", "tf_v1", "cv2"]
Filter: TypeAlias = Literal["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]
AnyFilter: TypeAlias = Literal[
    "area",
    "bicubic",
    "bilinear",
    "box",
    "hamming",
    "lanczos",
    "mitchellcubic",
    "nearest",
    "nearest-exact",
]
PassOrder: TypeAlias = Literal["horizontal", "pillow13"]

# Kernel -> filters without and with antialias; Pillow's filters and OpenCV's know no such switch.
_PLAIN: Mapping[Kernel, tuple[AnyFilter, ...]] = {
    "pillow": ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"),
    "torch_u8": ("nearest", "nearest-exact", "bilinear", "bicubic"),
    "torch_f32": ("nearest", "nearest-exact", "bilinear", "bicubic"),
    "torch_f32_u8": ("bilinear", "bicubic"),
    "tf": ("nearest", "bilinear", "bicubic", "area"),
    "tf_v1": ("nearest", "bilinear", "bicubic", "area"),
    "cv2": ("nearest", "bilinear", "bicubic", "area", "lanczos"),
}
_ANTIALIASED: Mapping[Kernel, tuple[AnyFilter, ...]] = {
    "torch_u8": ("bilinear", "bicubic", "lanczos"),
    "torch_f32": ("bilinear", "bicubic"),
    "torch_f32_u8": ("bilinear", "bicubic"),
    "tf": ("bilinear", "bicubic", "mitchellcubic"),
}
_ONE_SIDE: tuple[ResizeRule, ...] = ("short", "scale_short", "scale_long", "vilt", "bridgetower")
# Field -> the rules or kernels that have it; it is required there and absent elsewhere.
_BELONGS: Mapping[str, tuple[Literal["rule", "kernel"], tuple[str, ...]]] = {
    "fit": ("rule", ("ratio",)),
    "no_upscale": ("rule", ("scale_long", "scale_fit")),
    "pass_order": ("kernel", ("pillow",)),
    "antialias": ("kernel", ("torch_u8", "torch_f32", "torch_f32_u8", "tf")),
    "area_for_downscale": ("kernel", ("cv2",)),
}


_MAY_BE: Mapping[str, str] = {
    "fit": ": contain or cover",
    "no_upscale": ": true or false",
    "pass_order": "",
    "antialias": ": true or false",
    "area_for_downscale": ": true or false",
}


def filters_of(kernel: Kernel, *, antialias: bool) -> tuple[AnyFilter, ...]:
    """The filters that a kernel has; `antialias` counts where the kernel has that switch."""
    return _ANTIALIASED.get(kernel, ()) if antialias else _PLAIN[kernel]


class Resize(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="resize"):
    """Resample to the size that `rule` gives (`truecopy.pixels.sizes`); to the same size it is the identity, but
    for filter `mitchellcubic`.

    size: one number for `short`, `scale_short`, `scale_long`, `vilt`, `bridgetower`, else (h, w).
    kernel: `pillow` 8-bit in two passes; `torch_u8` torch's native 8-bit; `torch_f32` torch's float kernel, float out;
    `torch_f32_u8` the same on 8-bit values, rounded half to even; `tf` and `tf_v1` (no half-pixel centres), float out
    but for `nearest`; `cv2` OpenCV's 8-bit.
    pass_order: `pillow` only. `horizontal`: the horizontal pass first (Pillow below 13). `pillow13`: vertical first
    where h > oh and h - oh > 2 * (w - ow) (Pillow 13, PR 9549).
    antialias: torch and `tf` kernels only. fit: `ratio` only. max_size: `short` only, or absent; the longest that the
    long side may become. no_upscale: `scale_long` and `scale_fit` only. multiple: or absent; both sides go `up` or
    `down` to a multiple of it, after the rule. area_for_downscale: `cv2` only; filter `area` where a side shrinks.
    """

    rule: ResizeRule
    # Not `Pixels | Size`: msgspec (0.19 to 0.22) reads freed memory for a constrained int beside a fixed-length tuple.
    size: Pixels | tuple[Pixels, ...]
    kernel: Kernel
    filter: AnyFilter
    antialias: bool | UnsetType = UNSET
    pass_order: PassOrder | UnsetType = UNSET
    fit: Literal["contain", "cover"] | UnsetType = UNSET
    max_size: Pixels | UnsetType = UNSET
    no_upscale: bool | UnsetType = UNSET
    multiple: Pixels | UnsetType = UNSET
    multiple_round: Literal["up", "down"] | UnsetType = UNSET
    area_for_downscale: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.rule in _ONE_SIDE:
            if isinstance(self.size, tuple):
                raise ValueError(f"rule {self.rule!r} takes one number as size")
        elif not (isinstance(self.size, tuple) and len(self.size) == 2):
            raise ValueError(f"rule {self.rule!r} takes size = [height, width]")
        for name, (kind, owners) in _BELONGS.items():
            owner = self.rule if kind == "rule" else self.kernel
            given = getattr(self, name) is not UNSET
            if given and owner not in owners:
                raise ValueError(
                    f"`{name}` belongs to {kind} {' or '.join(map(repr, owners))}, and only there"
                )
            if owner in owners and not given:
                raise ValueError(f"{kind} {owner!r} needs `{name}`{_MAY_BE[name]}")
        if self.max_size is not UNSET and self.rule != "short":
            raise ValueError("`max_size` belongs to rule 'short', and only there")
        if (self.multiple is UNSET) != (self.multiple_round is UNSET):
            raise ValueError("`multiple` and `multiple_round` go together")
        allowed = filters_of(self.kernel, antialias=self.antialias is True)
        if self.filter not in allowed:
            smooth = (
                ""
                if self.antialias is UNSET
                else " with antialias"
                if self.antialias
                else " without antialias"
            )
            raise ValueError(
                f"kernel {self.kernel!r}{smooth} has filters {', '.join(allowed)}, not {self.filter}"
            )

    @property
    def makes_floats(self) -> bool:
        """Does it turn 8-bit pixels into float32? Kernels that pick pixels keep their dtype."""
        return self.kernel in ("torch_f32", "tf", "tf_v1") and not self.filter.startswith("nearest")


class ResizeBox(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="resize_box"
):
    """Pillow's resize of the largest centred box of the shape of `size` (Keras `load_img(keep_aspect_ratio=True)`).

    The box has whole sides: (min(h, w * oh // ow), min(w, h * ow // oh)), offset (h - box) // 2. Its neighbours take part
    in the filter: it is no crop and resize.
    """

    size: tuple[Pixels, Pixels]
    filter: Filter
    pass_order: PassOrder
