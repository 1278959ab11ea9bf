"""Numbers as JSON has them, and what the functions of this room ask of theirs."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from truecopy.errors import InputError

Array: TypeAlias = npt.NDArray[Any]


def number(value: float) -> float | None:
    """`value`, or None where it is undefined (NaN) or infinite: JSON has neither."""
    return float(value) if np.isfinite(value) else None


def numbers(name: str, values: Any, *shape: int | None) -> Array:
    """`values` as float64 of this shape (None: any length).

    Raises:
        InputError: nothing to measure, another shape, NaN or infinity.
    """
    made = shaped(name, np.asarray(values, np.float64), *shape)
    if not np.isfinite(made).all():
        raise InputError(f"`{name}` holds NaN or infinity", expected="finite numbers")
    return made


def booleans(name: str, values: Any, *shape: int | None) -> Array:
    """`values` as bool of this shape.

    Raises:
        InputError: nothing to measure, another shape, or numbers that are neither 0 nor 1.
    """
    made = shaped(name, np.asarray(values), *shape)
    if made.dtype != np.bool_ and not np.isin(made, (0, 1)).all():
        raise InputError(f"`{name}` holds more than yes and no", expected="booleans, or 0 and 1")
    return made.astype(np.bool_)


def indexes(name: str, values: Any, classes: int, *shape: int | None) -> Array:
    """`values` as int64 of this shape, each the index of one of `classes` classes.

    Raises:
        InputError: nothing to measure, another shape, no whole numbers, or an index that no class has.
    """
    made = shaped(name, np.asarray(values), *shape)
    if not np.issubdtype(made.dtype, np.integer):
        raise InputError(f"`{name}` are indexes of classes", expected="whole numbers", got=str(made.dtype))
    if made.min() < 0 or made.max() >= classes:
        wrong = made[(made < 0) | (made >= classes)][0]
        raise InputError(
            f"`{name}` holds a class that there is not", expected=f"0 to {classes - 1}", got=str(wrong)
        )
    return made.astype(np.int64)


def shaped(name: str, values: Array, *shape: int | None) -> Array:
    """`values` as they are.

    Raises:
        InputError: nothing to measure, or another shape.
    """
    fits = values.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape, values.shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if length is None else str(length) for length in shape)
        raise InputError(f"`{name}` has another shape", expected=f"({wanted})", got=str(values.shape))
    if values.size == 0:
        raise InputError(
            f"`{name}` is empty", expected="at least one item", fix="Give at least one labelled item"
        )
    return values
