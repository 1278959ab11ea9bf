"""Arrays shown to people: as a small picture, and in the numbers that one checks. Arrays are (h, w, c), 1 or 3 channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

Array: TypeAlias = "npt.NDArray[Any]"

# (width, height) in pixels that a shown picture fills along one side.
BOX = (336, 224)


@dataclass(frozen=True, slots=True)
class Numbers:
    """height, width in pixels. low, high, means (one a channel): of the values, in their own unit."""

    height: int
    width: int
    dtype: str
    low: float
    high: float
    means: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity are null."""
        return {
            "height": self.height,
            "width": self.width,
            "channels": len(self.means),
            "dtype": self.dtype,
            "min": finite(self.low),
            "max": finite(self.high),
            "mean": [finite(mean) for mean in self.means],
        }


def finite(number: float | None) -> float | None:
    """`number`, or None where JSON has no such number."""
    return number if number is not None and np.isfinite(number) else None


def numbers(values: Array) -> Numbers:
    means = values.mean(axis=(0, 1), dtype=np.float64)
    return Numbers(
        height=values.shape[0],
        width=values.shape[1],
        dtype=values.dtype.name,
        low=float(values.min()),
        high=float(values.max()),
        means=tuple(map(float, means)),
    )


def shown(values: Array, low: float, high: float) -> Image.Image:
    """A picture in which `low` is black and `high` is white, fitted into `BOX`; what lies beyond is clipped.

    Bits of an 8-bit array with `low` 0 and `high` 255 stay as they are. Where `low` is `high` all is grey.
    """
    if values.dtype != np.uint8 or (low, high) != (0, 255):
        with np.errstate(all="ignore"):
            share = (
                (values.astype(np.float32) - low) / (high - low) if high > low else np.full(values.shape, 0.5)
            )
            values = np.nan_to_num(share.clip(0, 1) * 255).round().astype(np.uint8)
    return fitted(Image.fromarray(np.ascontiguousarray(values[:, :, 0] if values.shape[2] == 1 else values)))


def fitted(image: Image.Image) -> Image.Image:
    """Mode RGB, as large as `BOX` allows: shrunk smoothly, or enlarged with its pixels as squares."""
    scale = min(BOX[0] / image.width, BOX[1] / image.height)
    width, height = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
    if scale < 1:
        made = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    else:
        made = image.resize((width, height), Image.Resampling.NEAREST)
    return made.convert("RGB")
