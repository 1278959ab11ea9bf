"""The value chain of a `preprocess_input` function, found by running it.

Source: keras/src/applications/imagenet_utils.py `preprocess_input`, whose modes are: nothing; x / 127.5 - 1 (tf);
x / 255, minus mean, over std (torch); R and B exchanged, minus mean (caffe). Each operation is one float32 rounding, on
arrays and on tensors alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from truecopy.contract import Step, SwapRB, Values
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError
from truecopy.pixels.values import apply_chain

if TYPE_CHECKING:
    import numpy.typing as npt

Float32: TypeAlias = "npt.NDArray[np.float32]"
Chain: TypeAlias = tuple[tuple[ChainOp, Constant], ...]
# float32 (1, height, width, channels) to the same shape; may write over what it is given.
Run: TypeAlias = Callable[[Float32], Any]

_DECIMALS = 4  # the constants of imagenet_utils have at most three


def probe(channels: int) -> Float32:
    """float32 (1, n, 1, channels): all 256 levels, fractions between them, and what a bicubic filter overshoots to.

    Every channel has them in another order.
    """
    random = np.random.default_rng(0)
    levels = np.arange(256)
    values = np.concatenate([levels, levels + 0.5, random.uniform(-60, 320, 1024), [-0.0]]).astype(np.float32)
    columns = [values, *(random.permutation(values) for _ in range(channels - 1))]
    return np.stack(columns, axis=1)[None, :, None, :]


def found_steps(run: Run, channels: int) -> tuple[Step, ...]:
    """The steps that do bit for bit what `run` does to every value of `probe`.

    Raises:
        RecipeError: no chain of the known forms does.
    """
    swapped = _is_swapped(run, channels)
    ends = np.stack([_flat(run, level, channels) for level in (0.0, 255.0)]).astype(np.float64)
    for chain in _candidates(ends[0], ends[1]):
        steps = _steps(chain, swapped=swapped)
        if makes(steps, run, channels):
            return steps
    raise RecipeError(
        "the values cannot be expressed as a chain of keras.applications.imagenet_utils",
        expected="nothing; x / a - b; x / 255, minus mean, over std; R and B exchanged, minus mean",
        got=f"0 to {_words(ends[0])}, 255 to {_words(ends[1])}",
        fix="Write the steps in a steps.yaml",
    )


def makes(steps: tuple[Step, ...], run: Run, channels: int) -> bool:
    """Do the steps make the very bits of `run`, on every value of `probe`?"""
    values = probe(channels)
    expected = np.asarray(run(values.copy()))
    actual = values
    for step in steps:
        if isinstance(step, SwapRB):
            actual = actual[..., ::-1]
        elif isinstance(step, Values):
            actual = apply_chain(actual, step.chain)
    return (
        expected.dtype == np.float32
        and expected.shape == actual.shape
        and np.array_equal(
            np.ascontiguousarray(expected).view(np.uint32), np.ascontiguousarray(actual).view(np.uint32)
        )
    )


def constant(values: Any) -> Constant:
    """One number, or one per channel, written with the fewest digits that name the same float32."""
    numbers = [float(str(value)) for value in np.asarray(values, np.float32).ravel()]
    return numbers[0] if len(set(numbers)) == 1 else tuple(numbers)


def _steps(chain: Chain, *, swapped: bool) -> tuple[Step, ...]:
    return (*([SwapRB()] if swapped else []), Values(chain=chain))


def _flat(run: Run, levels: Any, channels: int) -> Float32:
    """What `run` makes of one pixel of these levels: (channels,)."""
    pixel = np.full((1, 1, 1, channels), levels, np.float32)
    made = np.asarray(run(pixel))
    if made.shape != pixel.shape:
        raise RecipeError(
            "the function changes the shape of the picture", expected=str(pixel.shape), got=str(made.shape)
        )
    return made.ravel()


def _is_swapped(run: Run, channels: int) -> bool:
    """Raises RecipeError where the channels are mixed otherwise."""
    black = _flat(run, 0.0, channels)
    changed = [
        np.flatnonzero(_flat(run, pulse, channels) != black).tolist() for pulse in 255 * np.eye(channels)
    ]
    order = [index for indices in changed for index in indices]
    if order == list(range(channels)):
        return False
    if order == list(reversed(range(channels))):
        return True
    raise RecipeError("the function mixes the channels of a picture", got=f"channels {changed} change")


def _candidates(black: npt.NDArray[np.float64], white: npt.NDArray[np.float64]) -> Iterator[Chain]:
    """Chains of the known forms through both ends, per channel; the constants are short decimals."""
    span = white - black
    if not span.all():
        return
    yield ()
    yield (("sub", constant(-black)),)
    divisor, deviation = 255 / span, 1 / span
    if divisor.round(_DECIMALS).all():
        yield (("div", _decimal(divisor)),)
        yield ("div", _decimal(divisor)), ("sub", _decimal(-black))
    if deviation.round(_DECIMALS).all():
        yield ("div", 255.0), ("sub", _decimal(-black * deviation)), ("div", _decimal(deviation))


def _decimal(values: npt.NDArray[np.float64]) -> Constant:
    return constant(values.round(_DECIMALS))


def _words(values: npt.NDArray[np.float64]) -> str:
    return ", ".join(f"{value:.6g}" for value in values)
