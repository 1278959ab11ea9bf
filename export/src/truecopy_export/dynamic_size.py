"""Pictures of any size, where the recipe leaves them as they come (`--dynamic-size`)."""

from __future__ import annotations

import numpy as np

from truecopy.contract import GraphInput, ImageInput
from truecopy.errors import RecipeError
from truecopy.pixels import Plan, decode

from .recipes import Recipe

# (height, width) of photographs as they come, one wide and one high.
PHOTOGRAPHS = ((375, 500), (640, 333))


def any_size(recipe: Recipe, batch: int | None) -> GraphInput:
    """The graph's input, NCHW float32, with free sides.

    Raises:
        RecipeError: the recipe makes one size, or is not for pictures.
    """
    if not isinstance(recipe.input, ImageInput):
        raise RecipeError("--dynamic-size is about pictures", fix="Leave it out")
    size = recipe.made.size
    if size is not None:
        raise RecipeError(
            f"the recipe makes every picture {size[0]} x {size[1]}, so a graph for other sizes would never be asked",
            fix="Leave --dynamic-size out (in Python: dynamic_size=False)",
        )
    shape = (batch or "batch", recipe.made.channels, "height", "width")
    return GraphInput(name="input", dtype="float32", layout="NCHW", shape=shape)


def tried_sizes(recipe: Recipe, given: GraphInput) -> tuple[tuple[int, int], ...]:
    """(height, width) that the recipe makes of `PHOTOGRAPHS`: what a graph of free sides is traced and tried with."""
    plan = Plan.compile(recipe.image, recipe.steps, given)
    made = []
    for height, width in PHOTOGRAPHS:
        picture = decode(np.zeros((height, width), np.uint8), recipe.image)
        canvas = plan.canvas(picture)
        made.append((canvas.shape[0], canvas.shape[1]))
    return tuple(made)
