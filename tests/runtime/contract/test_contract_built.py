"""Types of the contract built in Python: a value of a wrong type is an error that names the field."""

from __future__ import annotations

import pytest

from truecopy.contract import (
    Graph,
    GraphInput,
    MinMax,
    Padding,
    Quantity,
    Standard,
    TableInput,
    TextPolicy,
    TokensInput,
    UndoStandard,
)

TEXT = {"split": "words", "vocabulary": ("w0", "w1"), "unknown": None, "lowercase": False}
TOKENS = {
    "ids": 2, "text": None, "prefix": (), "suffix": (), "max_length": None, "truncation": None, "padding": None,
}  # fmt: skip
INPUT = {"name": "x", "dtype": "float32", "layout": "NF", "shape": ("batch", 3)}


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (TextPolicy, {**TEXT, "unknown": "w1"}, r"`unknown` of TextPolicy: Expected `int \| null`, got `str`, given 'w1'"),
        (TextPolicy, {**TEXT, "vocabulary": 5}, "`vocabulary` of TextPolicy: Expected `array`, got `int`, given 5"),
        (TokensInput, {**TOKENS, "prefix": ("w1",)}, r"`prefix` of TokensInput: Expected `int`, got `str` - at `\$\[0\]`"),
        (TokensInput, {**TOKENS, "padding": 3}, r"`padding` of TokensInput: Expected `object \| null`, got `int`, given 3"),
        (TokensInput, {**TOKENS, "prefix": (1,), "max_length": "9"}, "`max_length` of TokensInput: Expected"),
        (GraphInput, {**INPUT, "layout": "NX"}, "`layout` of GraphInput: Invalid enum value 'NX'"),
        (GraphInput, {**INPUT, "shape": 3}, "`shape` of GraphInput: Expected `array`, got `int`"),
        (Standard, {"mean": None, "scale": 2.0}, r"`scale` of Standard: Expected `array \| null`, got `float`, given 2.0"),
        (MinMax, {"scale": (1.0,), "min": (0.0,), "clip": 5}, r"`clip` of MinMax: Expected `array \| null`, got `int`"),
        (Quantity, {"name": "age", "unit": None, "clip": None}, "`clip` of Quantity: Expected `array`, got `null`"),
        (Quantity, {"name": "age", "unit": None, "clip": ("1", 2.0)}, "`clip` of Quantity: Expected"),
        (UndoStandard, {"mean": 1.0, "scale": 2.0}, r"`mean` of UndoStandard: Expected `array \| null`, got `float`"),
        (TableInput, {"columns": ("a",), "features": (), "missing": "error"}, "`columns` of TableInput: Expected `object`"),
        (Graph, {"inputs": None, "outputs": (), "answer": "y", "precision": "fp32", "opset": 1, "sha256": "0" * 64},
         "`inputs` of Graph: Expected `array`, got `null`"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_a_value_error_that_names_the_field(kind, fields, message):
    with pytest.raises(ValueError, match=message):
        kind(**fields)


def test_what_json_cannot_hold_is_named_too():
    with pytest.raises(ValueError, match="`unknown` of TextPolicy: Expected"):
        TextPolicy(**{**TEXT, "unknown": object()})


def test_a_contradiction_keeps_its_own_words():
    with pytest.raises(ValueError, match=r"^`unknown` 2 is no place in a vocabulary of 2$"):
        TextPolicy(**{**TEXT, "unknown": 2})
    with pytest.raises(ValueError, match=r"^`max_length` must be at most the length of `padding`, 3$"):
        TokensInput(**{**TOKENS, "padding": Padding(side="left", value=0, length=3), "max_length": 4})
