"""What is passed for a recipe and is none: nothing, data, a function."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from truecopy.errors import RecipeError
from truecopy_export.recipes import import_recipe


def refusal(recipe) -> str:
    with pytest.raises(RecipeError) as caught:
        import_recipe(recipe, module=None, architecture=None, arguments=None, pass_order="pillow13")
    return str(caught.value)


def test_nothing_is_no_recipe():
    assert refusal(None).startswith(
        "there is no recipe: expected the object that made the network's inputs in the training"
    )


@pytest.mark.parametrize(
    ("data", "name"),
    [(pd.DataFrame({"a": [1]}), "DataFrame"), (pd.Series([1]), "Series"), (np.zeros(2), "ndarray")],
)
def test_data_are_no_recipe(data, name):
    told = refusal(data)
    assert told.startswith(f"a {name} is data, and no recipe: expected the object")
    assert "recipe=preprocessor, a fitted ColumnTransformer" in told


def test_a_function_names_what_fits_a_table_a_picture_and_a_text():
    told = refusal(lambda row: row)
    assert "For a table pass a fitted scikit-learn object; for pictures" in told
    assert "torchvision's own classes" in told
    assert "TextRecipe(input, encode=...)" in told
