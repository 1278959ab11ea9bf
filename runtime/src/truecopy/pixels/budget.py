"""How many pixels one picture may have: asked before they are allocated, wherever a size is first known."""

from __future__ import annotations

from truecopy.errors import TooLarge
from truecopy.limits import Limits


def check_pixels(height: int, width: int, limits: Limits, *, what: str, where: str | None = None) -> None:
    """Refuse height x width pixels above the limit; `what` is going to hold them.

    Raises:
        TooLarge: names the setting to raise.
    """
    pixels = height * width
    if pixels > limits.max_pixels:
        raise TooLarge(
            f"{what} is too large",
            expected=f"at most {limits.max_pixels} pixels",
            got=f"{width} x {height} (width x height) = {pixels} pixels",
            where=where,
            fix=f"If the source is trusted, pass limits=Limits(max_pixels={pixels})",
        )
