"""The `values` step as a table: an 8-bit picture has only 256 values to turn into numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from truecopy.contract.steps import ChainOp, Constant

if TYPE_CHECKING:
    import numpy.typing as npt

Float32: TypeAlias = "npt.NDArray[np.float32]"


def value_table(chain: tuple[tuple[ChainOp, Constant], ...], channels: int) -> Float32:
    """Run the chain on 0..255 in every channel: float32 (256, channels), bit for bit what it makes of a picture.

    A value that overflows is infinite here, without a warning.
    """
    levels = np.arange(256, dtype=np.float32)
    return apply_chain(np.repeat(levels[:, np.newaxis], channels, axis=1), chain)


def apply_chain(values: Float32, chain: tuple[tuple[ChainOp, Constant], ...]) -> Float32:
    """Run the chain over the last axis, one float32 rounding an operation."""
    with np.errstate(all="ignore"):
        for op, constant in chain:
            values = _apply(values, op, constant)
    return values


def _apply(values: Float32, op: ChainOp, constant: Constant) -> Float32:
    if op == "mul64":
        # f32(f64(x) * c): NumPy's product of an 8-bit picture and a Python float (transformers' PIL backend).
        return (values.astype(np.float64) * np.asarray(constant, np.float64)).astype(np.float32)
    operand = np.asarray(constant, np.float32)
    match op:
        case "add":
            return values + operand
        case "sub":
            return values - operand
        case "mul":
            return values * operand
        case "div":
            return values / operand
