"""The inputs that a network's own format fixes, held against what the recipe makes."""

from __future__ import annotations

import msgspec

from truecopy.contract import GraphInput, ImageInput, TableInput
from truecopy.contract.feature_flow import widths
from truecopy.errors import RecipeError

from .recipes import Recipe


def given_input(recipe: Recipe, batch: int | None, given: GraphInput) -> GraphInput:
    """`given` with its free axes filled: pictures from the recipe's canvas, the batch from `batch`.

    Raises:
        RecipeError: the recipe makes what this input does not take.
    """
    made = _made(recipe, given)
    for index, (axis, size) in enumerate(zip(given.shape[1:], made, strict=True), start=1):
        if isinstance(axis, int) and isinstance(size, int) and axis != size:
            raise RecipeError(
                "the recipe makes another shape than the network takes",
                expected=f"{_shown(given.shape[1:])} ({given.layout}), which its file fixes",
                got=f"{_shown(made)} (axis {index} differs)",
                fix="Give the recipe that it was trained with",
            )
    if given.batch is not None and batch not in (None, given.batch):
        raise RecipeError(
            f"the network's file fixes a batch of {given.batch}",
            got=f"--batch {batch}",
            fix="Leave --batch out: the last batch is filled up",
        )
    axes = [axis if isinstance(axis, int) else size for axis, size in zip(given.shape[1:], made, strict=True)]
    first = given.batch or batch or "batch"
    return msgspec.structs.replace(given, shape=(first, *axes))


def _made(recipe: Recipe, given: GraphInput) -> tuple[int | str, ...]:
    """What the recipe makes of one item, in the layout of the input."""
    if isinstance(recipe.input, ImageInput) and given.layout in ("NCHW", "NHWC"):
        size = recipe.made.size or ("height", "width")
        channels = recipe.made.channels
        return (channels, *size) if given.layout == "NCHW" else (*size, channels)
    if isinstance(recipe.input, TableInput) and given.layout == "NF":
        return (sum(widths(recipe.input)),)
    raise RecipeError(
        "the recipe is for another kind of input than the network takes",
        expected="a recipe for pictures" if given.layout in ("NCHW", "NHWC") else "a recipe for rows",
        got=type(recipe.input).__name__,
    )


def _shown(axes: tuple[int | str, ...]) -> str:
    return " x ".join(map(str, axes))
