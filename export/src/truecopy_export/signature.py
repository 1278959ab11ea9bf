"""From a recipe to the graph's inputs, and to arrays that look like what they will be fed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from truecopy.contract import GraphInput, ImageInput, TableInput, TokensInput
from truecopy.contract.feature_flow import widths
from truecopy.contract.graph import Feed
from truecopy.errors import RecipeError
from truecopy.limits import DEFAULT_LIMITS

from .dynamic_size import any_size, tried_sizes
from .given_signature import given_input
from .recipes import Recipe

# A length of a sequence; (height, width) of a picture.
Extent: TypeAlias = int | tuple[int, int]

# The names of Hugging Face's models for the inputs of a sequence.
FEED_NAMES: dict[Feed, str] = {"ids": "input_ids", "mask": "attention_mask", "zeros": "token_type_ids"}
# Lengths of sequences to trace and try with, where the length is free and nothing shorter is the longest.
TRIED_LENGTHS = (7, 12)


@dataclass(frozen=True)
class Signature:
    """inputs: in the order of the module's arguments. noun: what one item is called, its plural with an s.

    extents: what to try, two where it is free: lengths of sequences, or (height, width) of pictures; () where all is fixed.
    ids: how many ids a sequence is made of; padding: the id and the side that fill it up.
    """

    inputs: tuple[GraphInput, ...]
    noun: str
    extents: tuple[Extent, ...] = ()
    longest: int | None = None
    ids: int = 0
    padding: tuple[int, str] = (0, "right")

    @property
    def free_length(self) -> bool:
        return any(
            isinstance(axis, str) for one in self.inputs for axis in one.shape[1:] if one.layout == "NT"
        )

    def probe(self, count: int, extent: Extent | None = None, *, seed: int = 1) -> tuple[np.ndarray, ...]:
        """`count` items of noise, always the same ones: one array (count, ...) an input.

        extent: one of `extents`, by default the last. Pictures and rows are normal noise. Sequences are random ids, all but
        the first one a little shorter than `extent` and filled up where there is a mask to say so.
        """
        random = np.random.default_rng(seed)
        chosen = extent or (self.extents[-1] if self.extents else (64, 64))
        if isinstance(chosen, tuple):
            return tuple(
                random.standard_normal((count, *_sized(one, chosen))).astype(one.dtype) for one in self.inputs
            )
        steps = chosen
        ids = random.integers(0, self.ids, (count, steps))
        mask = np.ones((count, steps), np.int64)
        if any(one.feed == "mask" for one in self.inputs):
            for row in range(1, count):
                fill = min(row, steps - 1)
                empty = slice(steps - fill, steps) if self.padding[1] == "right" else slice(0, fill)
                mask[row, empty] = 0
        ids = np.where(mask == 1, ids, self.padding[0])
        made = {"ids": ids, "mask": mask, "zeros": np.zeros_like(mask)}
        return tuple(made[str(one.feed)].astype(one.dtype) for one in self.inputs)


def _sized(one: GraphInput, size: tuple[int, int]) -> tuple[int, ...]:
    """The shape of an item, its free sides those of `size`."""
    made = (*size, 1) if one.layout == "NHWC" else (1, *size)
    return tuple(
        axis if isinstance(axis, int) else side for axis, side in zip(one.shape[1:], made, strict=False)
    )


def signature_of(
    recipe: Recipe,
    batch: int | None,
    given: tuple[GraphInput, ...] | None = None,
    *,
    dynamic_size: bool = False,
) -> Signature:
    """What the traced graph will take.

    Pictures: float32 NCHW, "input". Rows: float32 (batch, features), "features". Sequences: int64 (batch, length), an
    input for each of `recipe.feeds`; the length is free, or that of the padding.
    given: what the network's format fixes; free axes of it are filled from recipe and `batch`. dynamic_size: leave the sides
    of pictures free, where the recipe does.

    Raises:
        RecipeError: the recipe leaves pictures of different sizes, or makes what the network does not take.
    """
    if given is not None:
        (only,) = given
        return _of_one(recipe, given_input(recipe, batch, only))
    if dynamic_size:
        return _of_one(recipe, any_size(recipe, batch))
    first: int | str = batch or "batch"
    match recipe.input:
        case ImageInput():
            shape = (first, recipe.made.channels, *canvas_size(recipe))
            image = GraphInput(name="input", dtype="float32", layout="NCHW", shape=shape)
            return Signature((image,), "image")
        case TableInput() as table:
            row = GraphInput(name="features", dtype="float32", layout="NF", shape=(first, sum(widths(table))))
            return Signature((row,), "row")
        case TokensInput() as tokens:
            length: int | str = "length" if tokens.padding is None else tokens.padding.length
            inputs = tuple(
                GraphInput(
                    name=FEED_NAMES[feed], dtype="int64", layout="NT", shape=(first, length), feed=feed
                )
                for feed in recipe.feeds
            )
            return sequence_signature(inputs, tokens)


def sequence_signature(inputs: tuple[GraphInput, ...], tokens: TokensInput) -> Signature:
    """The same for inputs that are known: a given graph's."""
    length = next((axis for one in inputs for axis in one.shape[1:] if isinstance(axis, int)), None)
    return Signature(
        inputs,
        "sequence",
        extents=_lengths(length, tokens.max_length),
        longest=tokens.max_length,
        ids=tokens.ids,
        padding=(0, "right") if tokens.padding is None else (tokens.padding.value, tokens.padding.side),
    )


def _of_one(recipe: Recipe, one: GraphInput) -> Signature:
    free = one.layout in ("NCHW", "NHWC") and any(isinstance(side, str) for side in one.size)
    return Signature(
        (one,), "row" if one.layout == "NF" else "image", extents=tried_sizes(recipe, one) if free else ()
    )


def canvas_size(recipe: Recipe) -> tuple[int, int]:
    """(height, width) that the steps leave.

    Raises:
        RecipeError: pictures of different sizes, or larger than any runtime takes.
    """
    size = recipe.made.size
    if size is None:
        raise RecipeError(
            "the recipe leaves pictures of different sizes",
            expected="a fixed size after the last step",
            fix="End it with CenterCrop or Resize((height, width)); where the network takes any size, type --dynamic-size (in "
            "Python: dynamic_size=True)",
        )
    if size[0] * size[1] > DEFAULT_LIMITS.max_pixels:
        raise RecipeError(
            "the recipe makes larger pictures than a runtime takes by default",
            expected=f"at most {DEFAULT_LIMITS.max_pixels:,} pixels",
            got=f"{size[0]} x {size[1]}",
            fix="Is the size of the recipe right?",
        )
    return size


def _lengths(fixed: int | None, longest: int | None) -> tuple[int, ...]:
    if fixed is not None:
        return (fixed,)
    short, long = TRIED_LENGTHS
    if longest is None or longest >= long:
        return (short, long)
    return (max(1, longest - 1), longest) if longest > 1 else (1,)
