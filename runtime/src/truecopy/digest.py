"""One hash for one array: what the golden samples store of a stage."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


def digest(array: npt.NDArray[Any]) -> str:
    """Hex SHA-256 over dtype, shape and C-order bytes, little-endian on every host.

    The dtype is NumPy's string (`|u1`, `<f4`, `<f2`), the shape that of `str(list(shape))`: `<f4 [3, 224, 224]`.
    """
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    header = f"{little.dtype.str} {list(little.shape)}"
    return hashlib.sha256(header.encode("ascii") + little.tobytes()).hexdigest()
