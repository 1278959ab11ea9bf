"""Truecopy's own objects as the recipe: a Transform that fed the data set, its contract, or an `input` of one."""

from __future__ import annotations

from truecopy.contract import Contract, TableInput, TokensInput
from truecopy.errors import RecipeError
from truecopy.intake import Transform

from .circumstances import Circumstances
from .recipe import Recipe
from .table_yaml import table_recipe
from .tokens.reading import read_tokens


def read_contract(transform: object, source: str, circumstances: Circumstances) -> Recipe:
    """The steps of a `truecopy.Transform` or of its contract. There is no other original: it made the training's pixels.

    A `TokensInput` or `TableInput` is the recipe that it says.

    Raises:
        RecipeError: another object of ours.
    """
    circumstances.only()
    if isinstance(transform, TokensInput):
        return read_tokens(transform, source, circumstances)
    if isinstance(transform, TableInput):
        return table_recipe(transform, source)
    contract = transform.contract if isinstance(transform, Transform) else transform
    if not isinstance(contract, Contract):
        raise RecipeError(
            f"{type(transform).__name__} is no recipe",
            expected="a truecopy.Transform or its contract, a TokensInput or a TableInput",
            where=source,
        )
    note = "trained with truecopy.Transform: the contract's steps made the training's pixels, there is no original beside them"
    return Recipe(contract.input, contract.steps, None, f"truecopy {contract.provenance.recipe}", (note,))
