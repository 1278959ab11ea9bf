"""Truecopy's own callable as the recipe: the data set was fed by a contract from the first day."""

from __future__ import annotations

from truecopy.contract import Contract
from truecopy.errors import RecipeError
from truecopy.intake import Transform

from .circumstances import Circumstances
from .recipe import Recipe


def read_contract(transform: object, source: str, circumstances: Circumstances) -> Recipe:
    """The steps of a `truecopy.Transform` or of its contract. There is no other original: it made the training's pixels.

    Raises:
        RecipeError: another object of ours.
    """
    circumstances.only()
    contract = transform.contract if isinstance(transform, Transform) else transform
    if not isinstance(contract, Contract):
        raise RecipeError(
            f"{type(transform).__name__} is no recipe",
            expected="a truecopy.Transform or its contract",
            where=source,
        )
    note = "trained with truecopy.Transform: the contract's steps made the training's pixels, there is no original beside them"
    return Recipe(contract.input, contract.steps, None, f"truecopy {contract.provenance.recipe}", (note,))
