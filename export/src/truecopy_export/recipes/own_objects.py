"""Recipes of our own classes: a `KerasPipeline` or a `TextRecipe`."""

from __future__ import annotations

from typing import Any

from .circumstances import Circumstances
from .keras.objects import read_keras_object
from .recipe import Recipe
from .tokens.reading import read_tokens
from .tokens.text_recipe import TextRecipe


def read_own(thing: Any, source: str, circumstances: Circumstances) -> Recipe:
    """Either of them.

    Raises:
        RecipeError: cannot be expressed exactly; names the part.
    """
    if isinstance(thing, TextRecipe):
        return read_tokens(thing, source, circumstances)
    return read_keras_object(thing, source, circumstances)
