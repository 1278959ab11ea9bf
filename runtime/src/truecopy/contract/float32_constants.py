"""Constants of a block whose dtype is float32: all of them are finite there."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from truecopy.errors import ContractError

from .tables import TableStep

_CELLS = ("categories", "drop")  # looked up, not computed with


def check_float32(step: TableStep) -> None:
    """Raises:
    ContractError: a constant is infinite in float32; `where` is its path in the step.
    """
    for path, number in _constants(step):
        if not fits_float32(number):
            raise ContractError(
                "the number is beyond float32, the block's dtype", got=repr(number), where=f".{path}"
            )


def fits_float32(number: float) -> bool:
    """Is it still finite when it is rounded to float32?"""
    try:
        struct.pack("<f", number)
    except OverflowError:
        return False
    return True


def _constants(step: TableStep) -> Iterator[tuple[str, float]]:
    """Numbers that are computed with, and their paths."""
    for field in step.__struct_fields__:
        value = getattr(step, field)
        if field in _CELLS or value is None:
            continue
        if isinstance(value, tuple):
            yield from ((f"{field}[{place}]", one) for place, one in enumerate(value) if _is_number(one))
        elif _is_number(value):
            yield field, value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
