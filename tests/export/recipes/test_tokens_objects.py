"""`TokensInput`, `TextRecipe` and `TableInput` as recipes."""

from __future__ import annotations

import pytest

from truecopy.contract import Column, FeatureBlock, Standard, TableInput, TextPolicy, TokensInput
from truecopy.errors import RecipeError
from truecopy_export import TextRecipe
from truecopy_export.recipes import import_recipe

WORDS = TextPolicy(split="words", vocabulary=("bad", "good"), unknown=None, lowercase=True)


def tokens(**changes):
    plain = {
        "ids": 2, "text": WORDS, "prefix": (), "suffix": (), "max_length": 4, "truncation": None, "padding": None,
    }  # fmt: skip
    return TokensInput(**{**plain, **changes})


def take(recipe, options=None):
    return import_recipe(
        recipe, module=None, architecture=None, arguments=None, pass_order="horizontal", options=options
    )


def test_an_input_alone_is_a_recipe_without_an_original():
    recipe = take(tokens())
    assert (recipe.input, recipe.steps, recipe.original, recipe.feeds) == (tokens(), (), None, ("ids",))
    assert recipe.source == "python object TokensInput"


def test_an_encoder_is_the_original():
    def encode(text):
        return [("bad", "good").index(word) for word in text.split()]

    recipe = take(TextRecipe(tokens(), encode=encode, feeds=("ids", "mask", "zeros")))
    assert recipe.original("good bad") == [1, 0]
    assert recipe.feeds == ("ids", "mask", "zeros")
    assert recipe.notes == ()


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (
            TextRecipe(tokens(), encode=5),
            "the encoder is no function: expected a text to a list of ids, got 5",
        ),
        (
            TextRecipe(tokens(text=None), encode=len),
            "State `text`, or leave `encode` out: the model takes ids then",
        ),
        (TextRecipe(tokens(), feeds=()), "zeros for the others, got nothing"),
        (TextRecipe(tokens(), feeds=("ids", "ids")), "got ids, ids"),
        (TextRecipe(tokens(), feeds=("ids", "positions")), "got ids, positions"),
        (tokens(prefix=(1.5,)), "Expected `int`, got `float` - at `$.input.prefix[0]`"),
        (tokens(truncation="middle"), "'middle', expected one of 'left', 'right'"),
        (tokens(truncation=len), "the recipe's input holds what no contract can"),
        (
            tokens(
                ids=3,
                text=TextPolicy(
                    split="words", vocabulary=("run", "##ning", "##s"), unknown=0, lowercase=True
                ),
            ),
            "this is a vocabulary of subwords",
        ),
        (
            WORDS,
            "TextPolicy is no recipe: expected a truecopy.Transform or its contract, a TokensInput or a TableInput",
        ),
    ],
)
def test_what_no_contract_can_hold_is_refused(recipe, message):
    with pytest.raises(RecipeError) as caught:
        take(recipe)
    assert message in str(caught.value)


def test_a_recipe_of_tokens_has_no_options():
    with pytest.raises(RecipeError, match="this recipe has no option 'side'"):
        take(TextRecipe(tokens()), {"side": "left"})


def test_an_input_of_a_table_is_a_recipe():
    table = TableInput(
        columns=(Column(name="age", dtype="float64"),),
        features=(
            FeatureBlock(columns=("age",), dtype="float32", chain=(Standard(mean=(3.0,), scale=(2.0,)),)),
        ),
        missing="pass",
    )
    recipe = take(table)
    assert (recipe.input, recipe.steps, recipe.original) == (table, (), None)
    wrong = TableInput(columns=(), features=table.features, missing="error")
    with pytest.raises(RecipeError, match=r"`\$\.input\.columns`"):
        take(wrong)
