"""Fused multiply-add in float32, to the last bit, on any CPU: what torch's AVX2 and AVX-512 builds compute in one instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float32]"


def fma(a: Floats | np.float32, b: Floats | np.float32, c: Floats | np.float32) -> Floats:
    """The sum a * b + c with one rounding.

    The product of two float32 is exact in float64, their sum with a third is not always. Rounding it to float64 and then
    to float32 would be two roundings; so the first one goes to the odd neighbour instead, which cannot lie halfway
    between two float32 (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using
    rounding to odd", 2008).
    """
    product = np.multiply(a, b, dtype=np.float64)
    addend = np.asarray(c, np.float64)
    total = np.atleast_1d(product + addend)
    back = total - product
    lost = np.atleast_1d(
        (product - (total - back)) + (addend - back)
    )  # Knuth's TwoSum: total + lost is exact
    wrong = (lost != 0.0) & (total.view(np.int64) & 1 == 0)
    total[wrong] = np.nextafter(total[wrong], np.copysign(np.inf, lost[wrong]))
    return total.reshape(np.shape(product + addend)).astype(np.float32)
