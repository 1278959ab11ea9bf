"""Which one-axis passes a `resize_box` makes, and over which part of the picture. Sizes are (height, width)."""

from __future__ import annotations

from typing import Literal, NamedTuple

from truecopy.contract.resize import ResizeBox

from .passes import Size, vertical_first


class BoxPass(NamedTuple):
    """Resample `axis` (0 rows, 1 columns) from `first` up to `end` to `side` pixels; the other axis stays."""

    axis: Literal[0, 1]
    first: int
    end: int
    side: int


def box_sides(step: ResizeBox, size: Size) -> tuple[BoxPass, BoxPass]:
    """What becomes of the rows and of the columns of a picture of `size`, before any pass is left out.

    In a very narrow picture the box has no pixels (`first` is `end`). Pillow takes it, and so does Keras: every new
    pixel is then what the filter makes of that one place.
    """
    top, left, height, width = centered_box(step, size)
    return BoxPass(0, top, top + height, step.size[0]), BoxPass(1, left, left + width, step.size[1])


def box_passes(step: ResizeBox, size: Size) -> tuple[BoxPass, ...]:
    """The passes in their order; one that changes nothing is left out.

    Pillow 13 asks the size of the whole picture for the order, not that of the box.
    Source: src/libImaging/Resample.c `ImagingResample`.
    """
    rows, columns = box_sides(step, size)
    rows_first = step.pass_order == "pillow13" and vertical_first(size, step.size)
    passes = (rows, columns) if rows_first else (columns, rows)
    return tuple(
        one for one in passes if (one.first, one.end, one.side) != (0, size[one.axis], size[one.axis])
    )


def centered_box(step: ResizeBox, size: Size) -> tuple[int, int, int, int]:
    """(top, left, height, width) of the part of a picture of `size` that `step` resamples.

    Source: keras/src/utils/image_utils.py `load_img(keep_aspect_ratio=True)`.
    """
    height, width = size
    box_height = min(height, width * step.size[0] // step.size[1])
    box_width = min(width, height * step.size[1] // step.size[0])
    return (height - box_height) // 2, (width - box_width) // 2, box_height, box_width
