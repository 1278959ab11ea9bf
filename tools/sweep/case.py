"""One recipe of a library: the library's own way, and what our importer makes of the same object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from PIL import Image

from truecopy_export.recipes import Recipe

# A decoded picture, mode RGB, to float32 (channels, height, width), by the library alone.
Original: TypeAlias = Callable[[Image.Image], np.ndarray]


@dataclass(frozen=True)
class Case:
    """library: the row of the table. name: unique inside the library.

    build: makes the library's own pipeline, and a function that reads the recipe from the same live object; the
    latter raises RecipeError where it cannot be expressed.
    """

    library: str
    name: str
    build: Callable[[], tuple[Original, Callable[[], Recipe]]]
