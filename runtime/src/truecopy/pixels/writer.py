"""From a canvas to the tensor: a table of 256 entries for 8-bit pixels, the chain itself for floats."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np

from truecopy.contract.flow import Flow
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import ContractError, InputError

from .raster import Array
from .values import apply_chain, value_table

if TYPE_CHECKING:
    import numpy.typing as npt

Tensor: TypeAlias = "npt.NDArray[Any]"
Chain: TypeAlias = tuple[tuple[ChainOp, Constant], ...]
Writer: TypeAlias = Callable[[Array, Tensor], None]

# cv2 has no float16: the table's bit patterns are looked up as integers.
_CARRIER: dict[str, type[np.generic]] = {"float32": np.float32, "float16": np.uint16}


def writer(chain: Chain, canvas: Flow, dtype: np.dtype[Any], *, planar: bool) -> Writer:
    """A function (canvas (h, w, c), out) that fills `out` (c, h, w) or (h, w, c).

    Raises:
        ContractError: some 8-bit value leaves the range of `dtype`.
    """
    if canvas.dtype == "uint8":
        return _table_writer(_table(chain, canvas.channels, dtype), planar=planar)
    return partial(_write_floats, chain=chain, planar=planar)


def _write_floats(canvas: Array, out: Tensor, *, chain: Chain, planar: bool) -> None:
    numbers = apply_chain(canvas, chain)
    with np.errstate(over="ignore"):
        np.copyto(out, numbers.transpose(2, 0, 1) if planar else numbers, casting="same_kind")
    if not np.isfinite(out).all():
        raise InputError(f"the steps leave the range of {out.dtype} for this picture")


def _table(chain: Chain, channels: int, dtype: np.dtype[Any]) -> Tensor:
    """(256, channels) in the graph's dtype."""
    with np.errstate(over="ignore"):
        table = value_table(chain, channels).astype(dtype)
    if not np.isfinite(table).all():
        raise ContractError(
            f"the chain leaves the range of {dtype} for some pixel", where="`$.steps[-1].chain`"
        )
    return table


def _table_writer(table: Tensor, *, planar: bool) -> Writer:
    carrier = np.dtype(_CARRIER[table.dtype.name])
    table = table.view(carrier)
    if planar:
        columns = tuple(np.ascontiguousarray(column) for column in table.T)
        return partial(_write_planes, tables=columns, carrier=carrier)
    # cv2.LUT takes a table for every channel as a picture of one row.
    return partial(_write_interleaved, table=np.ascontiguousarray(table[np.newaxis]), carrier=carrier)


def _write_planes(canvas: Array, out: Tensor, *, tables: tuple[Tensor, ...], carrier: np.dtype[Any]) -> None:
    for plane, table, target in zip(cv2.split(canvas), tables, out.view(carrier), strict=True):
        cv2.LUT(plane, table, dst=target)


def _write_interleaved(canvas: Array, out: Tensor, *, table: Tensor, carrier: np.dtype[Any]) -> None:
    cv2.LUT(canvas, table, dst=out.view(carrier))
