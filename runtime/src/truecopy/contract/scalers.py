"""What training did to its targets, and how it is undone: the steps from an answer to a number with a unit."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from .built import typed


class UndoStandard(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="standard"
):
    """y * scale + mean, one number a quantity; null leaves that part out (scikit-learn `StandardScaler`)."""

    mean: tuple[float, ...] | None
    scale: tuple[float, ...] | None

    @typed
    def __post_init__(self) -> None:
        if self.mean is not None and self.scale is not None and len(self.mean) != len(self.scale):
            raise ValueError(f"{len(self.mean)} means and {len(self.scale)} scales")

    @property
    def width(self) -> int | None:
        known = self.mean if self.mean is not None else self.scale
        return None if known is None else len(known)


class UndoMinMax(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="min_max"
):
    """(y - min) / scale, one number a quantity (scikit-learn `MinMaxScaler.min_`, `.scale_`)."""

    min: tuple[float, ...]
    scale: tuple[float, ...]

    @typed
    def __post_init__(self) -> None:
        if len(self.min) != len(self.scale):
            raise ValueError(f"{len(self.min)} values of `min` and {len(self.scale)} of `scale`")
        if 0.0 in self.scale:
            raise ValueError("`scale` divides by zero")

    @property
    def width(self) -> int | None:
        return len(self.scale)


class UndoLog1p(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="log1p"):
    """expm1(y): training took log1p."""

    @property
    def width(self) -> int | None:
        return None


Undo: TypeAlias = UndoStandard | UndoMinMax | UndoLog1p
