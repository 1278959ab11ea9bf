"""Which one-axis passes a resize makes, and in which order. Sizes are (height, width)."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias, cast

from truecopy.contract.resize import Filter, PassOrder, Resize

Size: TypeAlias = tuple[int, int]


def vertical_first(size_in: Size, size_out: Size) -> bool:
    """Pillow 13's rule (PR 9549): shrink the rows first where that saves more than the columns would.

    Source: src/libImaging/Resample.c `ImagingResample`, Pillow 13; below 13 the horizontal pass is always first.
    """
    height, width = size_in
    height_out, width_out = size_out
    return height > height_out and height - height_out > 2 * (width - width_out)


def pass_sizes(
    size_in: Size, size_out: Size, *, resampling: Filter, pass_order: PassOrder
) -> tuple[Size, ...]:
    """The size after each pass; a pass that changes nothing is left out.

    Each pass changes one axis, but for `nearest`, which picks pixels along both at once.
    """
    if resampling == "nearest":
        return () if size_in == size_out else (size_out,)
    rows_first = pass_order == "pillow13" and vertical_first(size_in, size_out)
    between = (size_out[0], size_in[1]) if rows_first else (size_in[0], size_out[1])
    sizes = (size_in, between, size_out)
    return tuple(after for before, after in pairwise(sizes) if after != before)


def sizes_on_the_way(step: Resize, size_in: Size, size_out: Size) -> tuple[Size, ...]:
    """The sizes of all pictures that a resize makes, the last one included: what memory it takes."""
    if step.kernel == "pillow":
        return pass_sizes(
            size_in,
            size_out,
            resampling=cast("Filter", step.filter),
            pass_order=cast("PassOrder", step.pass_order),
        )
    if step.kernel.startswith("torch"):
        return (size_in[0], size_out[1]), size_out
    if step.kernel == "tf" and step.antialias is True:
        return (size_out[0], size_in[1]), size_out
    return (size_out,)
