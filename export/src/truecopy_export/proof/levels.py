"""A tensor turned back into the picture it was made of: an original library shows its tensor only, never its canvas."""

from __future__ import annotations

import numpy as np

from truecopy.contract import Contract
from truecopy.contract.flow import flow, geometry_of
from truecopy.contract.steps import Constant, SwapRB, Values

from .parity import Apart

# A level that was read back is whole up to the rounding of a few float32 operations.
_WHOLE = 0.05


def levels_of(tensor: np.ndarray, contract: Contract) -> np.ndarray:
    """The levels of 255 that all chains of a contract turned into `tensor`: float64 (h, w, c), red first of three.

    tensor: of one picture as the graph takes it, without the batch axis. Geometry is not undone. Values that went through
    a float kernel on the way are near their levels, and may lie outside 0 to 255.
    """
    planar = contract.graph.inputs[0].layout == "NCHW"
    values: np.ndarray = np.asarray(tensor, np.float64)
    values = values.transpose(1, 2, 0) if planar else values
    for step in reversed(contract.steps):
        match step:
            case SwapRB():
                values = values[:, :, ::-1]
            case Values(chain=chain):
                for op, constant in reversed(chain):
                    values = _undone(values, op, constant)
    return values


def _undone(values: np.ndarray, op: str, constant: Constant) -> np.ndarray:
    # The operand was rounded to float32 first, but for `mul64`.
    operand = np.asarray(constant, np.float64 if op == "mul64" else np.float32).astype(np.float64)
    match op:
        case "add":
            return values - operand
        case "sub":
            return values + operand
        case "div":
            return values * operand
    with np.errstate(divide="ignore", invalid="ignore"):
        made: np.ndarray = np.where(operand == 0, 0.0, values / operand)
    return made


def makes_levels(contract: Contract) -> bool:
    """Are the canvases of a contract for pictures 8-bit, so that a tensor has one canvas only?"""
    return flow(geometry_of(contract.steps), contract.image.channels).dtype == "uint8"


def canvas_apart(ours: np.ndarray, theirs: np.ndarray, contract: Contract) -> Apart | None:
    """Levels that differ between the canvases of two tensors; None where tensors do not tell: a kernel made floats, or the
    original's numbers are no levels under this contract's chain.
    """
    if not makes_levels(contract):
        return None
    mine, other = levels_of(ours, contract), levels_of(theirs, contract)
    with np.errstate(invalid="ignore"):
        if not (np.abs(other - np.rint(other)) < _WHOLE).all():
            return None
    apart = np.abs(np.rint(mine) - np.rint(other))
    return Apart(apart.size, int(np.count_nonzero(apart)), float(apart.max(initial=0)))
