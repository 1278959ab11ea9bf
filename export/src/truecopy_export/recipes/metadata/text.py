"""Untrusted text of a file's metadata to values; nothing is ever evaluated."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import Any, Literal

from truecopy.contract import GraphInput
from truecopy.errors import RecipeError
from truecopy_export.recipes.labels import Labels
from truecopy_export.recipes.recipe import Recipe

MAX_CHARACTERS = 4 * 1024 * 1024


@dataclass(frozen=True)
class MetadataRecipe:
    """recipe: without an original, for there is no live object. labels, activation: None where nothing is stated.

    activation: what is left to do: `none` where the graph ends in probabilities, `softmax` where it ends in logits.
    """

    recipe: Recipe
    labels: Labels | None
    activation: Literal["softmax", "none"] | None


def literal(text: str, key: str) -> Any:
    """A value that was written as JSON or as Python's repr.

    Raises:
        RecipeError: neither, or too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise RecipeError(
            f"metadata {key!r} is too long",
            expected=f"at most {MAX_CHARACTERS} characters",
            got=str(len(text)),
        )
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise RecipeError(
            f"metadata {key!r} cannot be read", expected="JSON, or a Python literal", got=repr(text[:80])
        ) from error


def integers(text: str, key: str, count: int) -> tuple[int, ...]:
    """A list of `count` positive whole numbers, or one number for all of them.

    Raises:
        RecipeError: anything else.
    """
    value = literal(text, key)
    numbers = [value] * count if isinstance(value, int) else value
    if (
        not isinstance(numbers, list | tuple)
        or len(numbers) != count
        or not all(type(number) is int and number > 0 for number in numbers)
    ):
        raise RecipeError(
            f"metadata {key!r}", expected=f"{count} positive whole numbers", got=repr(text[:80])
        )
    return tuple(numbers)


def names_in_order(text: str, key: str) -> tuple[str, ...]:
    """The names of `{0: 'cat', 1: 'dog'}`, of the same with keys as strings, or of a list.

    Raises:
        RecipeError: the keys do not count from 0, or a name is no text.
    """
    value = literal(text, key)
    if isinstance(value, dict):
        by_place = {str(place): name for place, name in value.items()}
        if by_place.keys() != {str(place) for place in range(len(value))}:
            raise RecipeError(f"the keys of metadata {key!r}", expected=f"0 to {len(value) - 1}, each once")
        value = [by_place[str(place)] for place in range(len(value))]
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise RecipeError(
            f"metadata {key!r}", expected="names by number, or a list of names", got=repr(text[:80])
        )
    return tuple(value)


def check_size(size: tuple[int, int], graph_input: GraphInput, key: str) -> None:
    """Refuse a (height, width) that the graph does not take."""
    for axis, stated in zip(graph_input.size, size, strict=True):
        if isinstance(axis, int) and axis != stated:
            raise RecipeError(
                f"metadata {key!r} and the graph disagree about the size",
                expected=f"{graph_input.size[0]} x {graph_input.size[1]} (height x width)",
                got=f"{size[0]} x {size[1]}",
            )
