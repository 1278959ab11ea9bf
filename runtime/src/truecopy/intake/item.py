"""One source on its way into the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Item:
    """One source, ready for the graph.

    feeds: by name of the graph's input, with a batch axis of 1. steps: begin and end of the time steps that belong to
    the item, the others are padding; None where the input has no time. warnings: what was noticed while reading.
    """

    source: str
    feeds: Mapping[str, np.ndarray]
    warnings: tuple[str, ...] = ()
    steps: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Traced:
    """An item with the digest of every stage before the graph (`truecopy.digest`).

    decode: the source as it was read. canvas: after all steps but the last conversion. tensor: what the graph is fed.
    pixels: the canvas itself, of a picture (h, w, c); None elsewhere.
    """

    item: Item
    decode: str
    canvas: str
    tensor: str
    pixels: np.ndarray | None = None
