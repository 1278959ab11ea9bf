"""Tokens and tables written by hand in YAML."""

from __future__ import annotations

import hashlib
import json

import pytest

from truecopy.contract import Column, Padding, TableInput, TextPolicy, TokensInput
from truecopy.errors import RecipeError
from truecopy_export.recipes import import_recipe

LETTERS = """\
input:
  kind: tokens
  text: {split: characters, vocabulary: letters.json, unknown: "?"}
  prefix: ["^"]
  truncation: left
  padding: {side: right, value: 0, length: 6}
feeds: [ids, mask]
"""
IDS = "input: {kind: tokens, ids: 30522, max_length: 128}\n"
VOCABULARY = ["^", "a", "\n", " ", "?"]

TABLE = """\
input:
  kind: table
  columns: [{name: age, dtype: float32}, {name: town, dtype: text}]
  features:
    - {columns: [age], dtype: float32, chain: [{op: standard, mean: [40.0], scale: [2.0]}]}
    - {columns: [town], dtype: float32, chain: [{op: one_hot, categories: [[Bern, Genf]], drop: [null], unknown: zeros}]}
"""


@pytest.fixture
def read(tmp_path):
    (tmp_path / "letters.json").write_text(json.dumps(VOCABULARY), "utf-8")

    def made(text, arguments=None):
        path = tmp_path / "recipe.yaml"
        path.write_text(text, "utf-8")
        return import_recipe(
            path, module=None, architecture=None, arguments=arguments, pass_order="horizontal"
        )

    return made


def test_a_file_becomes_an_input_with_every_default_written_out(read):
    recipe = read(LETTERS)
    assert recipe.input == TokensInput(
        ids=5,
        text=TextPolicy(split="characters", vocabulary=tuple(VOCABULARY), unknown=4, lowercase=False),
        prefix=(0,),
        suffix=(),
        max_length=6,
        truncation="left",
        padding=Padding(side="right", value=0, length=6),
    )
    assert (recipe.steps, recipe.feeds, recipe.original) == ((), ("ids", "mask"), None)
    assert recipe.source == f"recipe.yaml sha256:{hashlib.sha256(LETTERS.encode()).hexdigest()}"
    assert "with no original beside it" in recipe.notes[0]


def test_a_model_of_ids_needs_no_more_than_their_number(read):
    recipe = read(IDS)
    assert recipe.input == TokensInput(
        ids=30522, text=None, prefix=(), suffix=(), max_length=128, truncation=None, padding=None
    )
    assert recipe.feeds == ("ids",)
    assert recipe.notes == ("the model takes ids: how a text becomes ids is not in the file",)


def test_arguments_of_the_checkpoint_about_pictures_say_nothing_about_tokens(read):
    assert read(IDS, {"img_size": 224, "mean": [0.5]}).input.ids == 30522


def test_the_training_s_own_encoder_is_loaded_by_name(read, tmp_path, monkeypatch):
    (tmp_path / "train_letters_by_hand.py").write_text(
        "def encode(text):\n    return [1 for _ in text]\n", "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    recipe = read(LETTERS + "encode: python:train_letters_by_hand:encode\n")
    assert recipe.original("aa") == [1, 1]
    assert recipe.notes == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LETTERS.replace('["^"]', '["<s>"]'), ("no token '<s>' in the vocabulary: expected an id, or one of its tokens - at "
                                              "recipe.yaml:$.input.prefix[0]")),
        (LETTERS.replace('unknown: "?"', "unknown: 5"), "`unknown` 5 is no place in a vocabulary of 5"),
        (IDS.replace("128", "128, prefix: [CLS]"), ("no token 'CLS' in the vocabulary: expected an id, or one of its tokens - at "
                                                   "recipe.yaml:$.input.prefix[0]. There is no vocabulary here: write the id")),
        (LETTERS.replace("letters.json", "no.txt"), ("the vocabulary cannot be read: expected the name of a file beside the recipe, "
                                                    "or a list, got No such file or directory")),
        (LETTERS.replace("letters.json", "tokenizer.json"), ("tokenizer.json is a file of a subword tokenizer; the contract holds "
                                                            "characters and whitespace words")),
        (LETTERS.replace("letters.json", "[no, yes]"), ("a token of the vocabulary is no text: got False - at recipe.yaml:$.input.text.vocabulary[0]. YAML reads no, yes, "
                                                     "null and 1 as values: put them in quotes")),
        (LETTERS.replace("[ids, mask]", "[mask]"), ("`feeds` says what the module's arguments take, in their order: expected ids "
                                                   "once, mask at most once, zeros for the others, got mask. For "
                                                   "forward(input_ids, attention_mask): feeds: [ids, mask]")),
        (LETTERS.replace("[ids, mask]", "[ids, attention]"), "'attention', expected one of 'ids', 'mask', 'zeros'"),
        (LETTERS + "encode: train:encode\n", ("the encoder: expected python:package.module:function, got 'train:encode' - at "
                                             "recipe.yaml:$.encode")),
        (IDS + "encode: python:json:dumps\n", "an encoder is compared with the recipe's own way from text to ids, and there is none"),
        (LETTERS + "encode: python:json:__name__\n", "the encoder is no function: expected a text to a list of ids, got 'json'"),
        (LETTERS.replace("length: 6", "length: 1"), "`prefix` and `suffix` leave no room in `max_length`"),
        (LETTERS.replace("padding:", "pad:"), "unknown field `pad`"),
        (IDS.replace("ids: 30522, ", ""), "missing required field `ids`"),
        (IDS + "steps: []\n", "unknown field `steps`"),
        ("input: {kind: video}\n", ("the kind of input: expected one of image, table, tokens, got 'video' - at "
                                   "recipe.yaml:$.input.kind")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(read, text, message):
    with pytest.raises(RecipeError) as caught:
        read(text)
    assert message in str(caught.value)


def test_a_table_is_read_with_missing_features_as_errors(read):
    recipe = read(TABLE)
    assert isinstance(recipe.input, TableInput)
    assert recipe.input.columns[1] == Column(name="town", dtype="text")
    assert recipe.input.missing == "error"
    assert (recipe.steps, recipe.original) == ((), None)
    assert "no fitted object beside them" in recipe.notes[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TABLE.replace("columns: [age]", "columns: [year]"), ("no column 'year' in `$.input.columns` - at "
                                                             "recipe.yaml:$.input.features[0].columns")),
        (TABLE.replace("mean: [40.0]", "mean: [40.0, 1.0]"), ("wrong number of means: expected 1, got 2 - at "
                                                             "recipe.yaml:$.input.features[0].chain[0]")),
        (TABLE.replace("kind: table", "kind: table\n  headers: true"), "unknown field `headers`"),
        (TABLE + "steps: []\n", "unknown field `steps`"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_hold_together_is_refused(read, text, message):
    with pytest.raises(RecipeError) as caught:
        read(text)
    assert message in str(caught.value)
