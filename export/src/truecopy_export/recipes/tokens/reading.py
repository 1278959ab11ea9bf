"""A `TextRecipe`, or a `TokensInput` alone, to a `Recipe`."""

from __future__ import annotations

from typing import get_args

import msgspec

from truecopy.contract import Feed, TextPolicy, TokensInput
from truecopy.contract.codec import convert
from truecopy.errors import ContractError, RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.recipe import Recipe

from .text_recipe import TextRecipe
from .tokenizers import refuse_subwords

_NO_ENCODER = (
    "text to ids is as the recipe says, with no original beside it: state the training's own function "
    "(encode: python:module:function, or TextRecipe(encode=...)) to compare them"
)
_IDS_ONLY = "the model takes ids: how a text becomes ids is not in the file"


def read_tokens(tokens: TextRecipe | TokensInput, source: str, circumstances: Circumstances) -> Recipe:
    """A recipe of the user's own.

    Raises:
        RecipeError: values that no contract may hold, `feeds` without ids, a vocabulary of subwords.
    """
    circumstances.only()
    return tokens_recipe(tokens if isinstance(tokens, TextRecipe) else TextRecipe(tokens), source)


def tokens_recipe(text: TextRecipe, source: str) -> Recipe:
    """Checked.

    Raises:
        RecipeError: as `read_tokens`.
    """
    checked = _checked_input(text.input)
    _check_feeds(text.feeds)
    if text.encode is not None and not callable(text.encode):
        raise RecipeError(
            "the encoder is no function", expected="a text to a list of ids", got=repr(text.encode)[:60]
        )
    if text.encode is not None and checked.text is None:
        raise RecipeError(
            "an encoder is compared with the recipe's own way from text to ids, and there is none",
            expected="`text` with `split` and `vocabulary`",
            got="text: null",
            fix="State `text`, or leave `encode` out: the model takes ids then",
        )
    note = _IDS_ONLY if checked.text is None else None if text.encode else _NO_ENCODER
    notes = () if note is None else (note,)
    return Recipe(checked, (), text.encode, source, notes, feeds=tuple(text.feeds))


def _checked_input(given: TokensInput) -> TokensInput:
    """Built in Python, nothing has checked the types."""
    try:
        checked: TokensInput = convert(msgspec.to_builtins(given), TokensInput, "recipe", "$.input")
    except ContractError as error:
        raise RecipeError.of(error) from error
    except TypeError as error:
        raise RecipeError("the recipe's input holds what no contract can", got=str(error)) from error
    if isinstance(checked.text, TextPolicy):
        refuse_subwords(checked.text.vocabulary)
    return checked


def _check_feeds(feeds: tuple[Feed, ...]) -> None:
    unknown = [one for one in feeds if one not in get_args(Feed)]
    if unknown or list(feeds).count("ids") != 1 or list(feeds).count("mask") > 1:
        raise RecipeError(
            "`feeds` says what the module's arguments take, in their order",
            expected="ids once, mask at most once, zeros for the others",
            got=", ".join(map(str, feeds)) or "nothing",
            fix="For forward(input_ids, attention_mask): feeds: [ids, mask]",
        )
