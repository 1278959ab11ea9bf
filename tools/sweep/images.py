"""The pictures of the sweep: four photographs where they are at hand, and odd ones made by code on any machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

# (height, width): one column, one row, smaller than any canvas, odd margins, a banner; then two as large as photographs.
ODD_SIZES = ((37, 1), (1, 61), (29, 31), (77, 333), (400, 41))
LARGE_SIZES = ((300, 451), (421, 300))
_CUT = ((300, 451), (421, 300), (331, 140), (83, 97))


def made_by_code() -> Mapping[str, Image.Image]:
    """Name to picture, RGB: the same pixels on every machine."""
    return {f"code {h}x{w}": _picture(h, w) for h, w in (*ODD_SIZES, *LARGE_SIZES)}


def photographs(folder: Path) -> Mapping[str, Image.Image]:
    """Four photographs of `folder`, each cut to another size; none where the folder is not there."""
    files = sorted(folder.glob("*.JPEG"))[: len(_CUT)] if folder.is_dir() else []
    cut = {}
    for path, (height, width) in zip(files, _CUT, strict=False):
        with Image.open(path) as photo:
            whole = photo.convert("RGB")
        # The middle, at its own resolution where it is large enough.
        whole = whole.resize((max(whole.width, width), max(whole.height, height)))
        left, top = (whole.width - width) // 2, (whole.height - height) // 2
        cut[f"photo {height}x{width}"] = whole.crop((left, top, left + width, top + height))
    return cut


def _picture(height: int, width: int) -> Image.Image:
    """Gradients under patches of noise: smooth parts, hard edges, all levels, integers only."""
    rows, columns = np.mgrid[:height, :width]
    base = np.stack([columns * 255 // width, rows * 255 // height, (3 * rows + 5 * columns) % 256], axis=2)
    # The raw stream of a bit generator is what NumPy promises to keep; its distributions may change.
    raw = np.random.PCG64(height * 1000 + width).random_raw(height * width * 3).reshape(base.shape)
    noise = (raw & 255).astype(np.int64)
    patch = ((rows // 9 + columns // 13) % 3 == 0)[:, :, np.newaxis]
    return Image.fromarray(np.where(patch, noise, base).astype(np.uint8))
