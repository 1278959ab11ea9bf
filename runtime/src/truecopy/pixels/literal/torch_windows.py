"""Which pixels torch's 8-bit resize sums, with which weights: ATen's loops in Python's double precision.

Source: torch 2.13, aten/src/ATen/native/cpu/UpSampleKernel.cpp, `HelperInterpBase` (`_compute_index_ranges_weights<double>`,
`_compute_indices_min_size_weights_aa`, `_compute_indices_min_size_weights`) and the `aa_filter` of `HelperInterpLinear`,
`HelperInterpCubic` and `HelperInterpLanczos`; aten/src/ATen/native/UpSample.h.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from truecopy.contract.resize import AnyFilter


class Window(NamedTuple):
    """first: the first old pixel of a new one; weights: from there on; largest: of the weights as they were added up."""

    first: int
    weights: list[float]
    largest: float


def windows(size_in: int, size_out: int, resampling: AnyFilter, *, antialias: bool) -> Iterator[Window]:
    """One window for each of the `size_out` new pixels of an axis."""
    scale = size_in / size_out
    for index in range(size_out):
        if antialias:
            yield _antialiased(index, size_in, scale, resampling)
        else:
            yield _plain(index, size_in, scale, resampling)


def _antialiased(index: int, size_in: int, scale: float, resampling: AnyFilter) -> Window:
    """The filter is stretched over `scale` pixels where the picture shrinks; weights add up to one."""
    weigh, taps = _ANTIALIASED[resampling]
    support = taps * 0.5 * scale if scale >= 1.0 else taps * 0.5
    most = math.ceil(support) * 2 + 1
    center = scale * (index + 0.5)
    step = 1.0 / scale if scale >= 1.0 else 1.0
    first = max(int(center - support + 0.5), 0)
    size = min(max(min(int(center + support + 0.5), size_in) - first, 0), most)
    weights = [weigh((tap + first - center + 0.5) * step) for tap in range(size)]
    total = 0.0
    for weight in weights:  # one after another, as the C loop adds; `sum` compensates since Python 3.12
        total += weight
    if total:
        weights = [weight / total for weight in weights]
    return Window(first, weights, max(0.0, *weights) if total else 0.0)


def _plain(index: int, size_in: int, scale: float, resampling: AnyFilter) -> Window:
    """Two or four taps; the weight of one outside the picture goes to the border's pixel."""
    weigh, taps = _PLAIN[resampling]
    position = scale * (index + 0.5) - 0.5
    if taps == 2 and position < 0.0:
        position = 0.0
    nearest = min(math.floor(position), size_in - 1)
    fraction = min(max(position - nearest, 0.0), 1.0)
    support = taps // 2
    leftmost = nearest - support + 1
    first = max(leftmost, 0)
    size = min(max(min(nearest + support + 1, size_in) - first, 0), taps)
    weights, slot, largest = [0.0] * taps, 0, 0.0
    for tap in range(taps):
        if leftmost + tap <= 0:
            slot = 0
        elif leftmost + tap >= size_in - 1:
            slot = size - 1
        weights[slot] += weigh((tap + 1 - support) - fraction)
        largest = max(largest, weights[slot])  # before a negative one may join it: as ATen has it
        slot += 1
    return Window(first, weights[:size], largest)


def _bilinear(x: float) -> float:
    return max(1.0 - abs(x), 0.0)


def _bicubic(x: float, a: float) -> float:
    x = abs(x)
    if x < 1.0:
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    if x < 2.0:
        return ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a
    return 0.0


def _keys(x: float) -> float:
    """Pillow's."""
    return _bicubic(x, -0.5)


def _sharper(x: float) -> float:
    """OpenCV's."""
    return _bicubic(x, -0.75)


def _lanczos(x: float) -> float:
    return _sinc(x) * _sinc(x / 3.0) if -3.0 <= x < 3.0 else 0.0


def _sinc(x: float) -> float:
    if x == 0.0:
        return 1.0
    x *= math.pi
    return math.sin(x) / x


_Filter: TypeAlias = tuple[Callable[[float], float], int]
_ANTIALIASED: Mapping[AnyFilter, _Filter] = {
    "bilinear": (_bilinear, 2),
    "bicubic": (_keys, 4),
    "lanczos": (_lanczos, 6),
}
_PLAIN: Mapping[AnyFilter, _Filter] = {"bilinear": (_bilinear, 2), "bicubic": (_sharper, 4)}
