"""What the steps make of a picture, as far as the document alone tells: dtype, channels, size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from msgspec import UNSET

from truecopy.errors import ContractError

from .resize import Resize, ResizeBox
from .steps import CenterCrop, Grayscale, Pad, PadTo, Step, SwapRB, Values

Sides: TypeAlias = tuple[int, int]

_NEEDS_8_BIT = frozenset({"pillow", "torch_u8", "torch_f32_u8", "cv2"})
_WITHIN_SIZE = frozenset({"scale_fit", "thumbnail", "max_hw"})


@dataclass(frozen=True)
class Flow:
    """Between two steps. size: (height, width) where it is known; at_most: what it cannot exceed, where that is known.

    A `thumbnail` that is not square can leave a wide picture higher than it was asked to (as transformers does): such a
    picture is refused when it comes.
    """

    dtype: Literal["uint8", "float32"]
    channels: int
    size: Sides | None = None
    at_most: Sides | None = None


def geometry_of(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps that make the canvas: the last one turns it into numbers, unless a float kernel made them already."""
    return steps[:-1] if steps and isinstance(steps[-1], Values) else steps


def flow(steps: tuple[Step, ...], channels: int) -> Flow:
    """Follow a picture through all steps.

    Raises:
        ContractError: a step cannot take what the one before it makes; names the JSON path.
    """
    state = Flow("uint8", channels)
    for index, step in enumerate(steps):
        try:
            state = _after(step, state)
        except ContractError as error:
            raise ContractError.of(error, where=f"`$.steps[{index}]`") from error
    return state


def _after(step: Step, state: Flow) -> Flow:
    match step:
        case Resize():
            return _resized(step, state)
        case ResizeBox(size=size):
            _check_8_bit(state, "resize_box")
            return replace(state, size=size, at_most=size)
        case CenterCrop() | Pad() | PadTo():
            _check_per_channel(step.fill, state.channels, "values of fill")
            return _reframed(step, state)
        case SwapRB():
            if state.channels != 3:
                raise ContractError("swap_rb needs three channels", got=str(state.channels))
            return state
        case Grayscale(channels=channels):
            _check_8_bit(state, "grayscale")
            return replace(state, channels=channels)
        case Values(chain=chain):
            for op, constant in chain:
                _check_per_channel(constant, state.channels, f"constants of {op}")
            return replace(state, dtype="float32")


def _resized(step: Resize, state: Flow) -> Flow:
    if step.kernel in _NEEDS_8_BIT:
        _check_8_bit(state, f"kernel {step.kernel!r}")
    state = replace(state, dtype="float32" if step.makes_floats else state.dtype, size=None, at_most=None)
    if step.multiple is not UNSET or not isinstance(step.size, tuple):
        within = step.size if step.rule == "scale_long" and step.multiple is UNSET else None
        return replace(state, at_most=(within, within) if isinstance(within, int) else None)
    height, width = step.size
    if step.rule == "exact":
        return replace(state, size=(height, width), at_most=(height, width))
    within_size = step.rule in _WITHIN_SIZE or step.fit == "contain"
    return replace(state, at_most=(height, width) if within_size else None)


def _reframed(step: CenterCrop | Pad | PadTo, state: Flow) -> Flow:
    match step:
        case CenterCrop():
            size = None if step.size is UNSET else step.size
            return replace(state, size=size, at_most=size)
        case Pad():
            return replace(state, size=_padded(step, state.size), at_most=_padded(step, state.at_most))
        case PadTo():
            return _padded_to(step.size, state)


def _padded(step: Pad, size: Sides | None) -> Sides | None:
    return size and (size[0] + step.top + step.bottom, size[1] + step.left + step.right)


def _padded_to(wanted: Sides, state: Flow) -> Flow:
    if state.size is not None:
        size = max(state.size[0], wanted[0]), max(state.size[1], wanted[1])
        return replace(state, size=size, at_most=size)
    if state.at_most is not None and state.at_most[0] <= wanted[0] and state.at_most[1] <= wanted[1]:
        return replace(state, size=wanted, at_most=wanted)
    return replace(state, size=None, at_most=None)


def _check_8_bit(state: Flow, what: str) -> None:
    if state.dtype != "uint8":
        raise ContractError(f"{what} takes 8-bit pixels, and numbers arrive", fix="Put it before `values`")


def _check_per_channel(constant: object, channels: int, what: str) -> None:
    if isinstance(constant, tuple) and len(constant) != channels:
        raise ContractError(f"wrong number of {what}", expected=f"{channels}", got=f"{len(constant)}")
