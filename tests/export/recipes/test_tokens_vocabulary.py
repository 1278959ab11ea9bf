"""Vocabularies from files, and the tokenizers that are refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.errors import RecipeError
from truecopy_export.recipes import import_recipe
from truecopy_export.recipes.tokens.tokenizers import refuse_subwords
from truecopy_export.recipes.tokens.vocabulary import read_vocabulary

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)


def write(folder, name, text):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_line_is_a_token_with_its_spaces(tmp_path):
    path = write(tmp_path, "vocab.txt", "\ufeff<pad>\r\n \na b\t\nz")
    assert read_vocabulary(path) == ("<pad>", " ", "a b\t", "z")


def test_a_map_is_read_by_its_numbers_and_not_by_its_order(tmp_path):
    assert read_vocabulary(write(tmp_path, "stoi.json", '{"b": 1, "\\n": 2, "a": 0}')) == ("a", "b", "\n")


@given(st.lists(TEXT, min_size=1, max_size=6, unique=True), st.randoms())
def test_a_list_and_its_map_are_the_same_vocabulary(tmp_path_factory, tokens, random):
    folder = tmp_path_factory.mktemp("vocabulary")
    pairs = [(token, place) for place, token in enumerate(tokens)]
    random.shuffle(pairs)
    (folder / "list.json").write_text(json.dumps(tokens), "utf-8")
    (folder / "map.json").write_text(json.dumps(dict(pairs)), "utf-8")
    assert read_vocabulary(folder / "list.json") == read_vocabulary(folder / "map.json") == tuple(tokens)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("v.txt", "a\n\nb\n", ("an empty line in the vocabulary - at v.txt:2. Every line is one token. Where the token is a line "
                              'feed, save a JSON list: ["\\n", "a", ...]')),
        ("v.txt", "", "the vocabulary is empty - at v.txt"),
        ("v.txt", b"a\n\xff", "the vocabulary is not UTF-8: got byte 0xff at 2 - at v.txt"),
        ("v.json", "[", "the vocabulary is not valid JSON"),
        ("v.json", "[]", "the vocabulary is empty"),
        ("v.json", '["a", 1]', "a vocabulary in JSON: expected a list of texts, or a map of texts to 0, 1, 2, ..., got 1"),
        ("v.json", "5", "a vocabulary in JSON"),
        ("v.json", '{"a": 0, "b": 2}', "the map does not number the tokens: expected 0 to 1, each once, got 'b': 2 - at v.json"),
        ("v.json", '{"a": 0, "b": 0}', "got an id that stands twice"),
        ("v.json", '{"0": "a"}', "got '0': 'a'"),
        ("v.json", '{"a": 0, "a": 1}', "a token stands twice"),
        ("v.json", '{"version": "1.0", "model": {"type": "BPE"}}', "tokenizer.json is a file of a subword tokenizer"),
        ("merges.txt", "a b\n", "merges.txt is a file of a subword tokenizer"),
        ("v.txt", "[UNK]\nrun\n##ning\n##s\n", ("this is a vocabulary of subwords; the contract looks up characters or whitespace "
                                               "words: got 2 of 4 tokens like '##ning' and '##s' - at v.txt. Tokenise outside")),
        ("v.json", '{"low": 0, "\u0120new": 1, "\u0120est": 2}', "got 2 of 3 tokens like '\u0120new' and '\u0120est'"),
    ],
)  # fmt: skip
def test_what_is_no_vocabulary_is_refused(tmp_path, name, text, message):
    with pytest.raises(RecipeError) as caught:
        read_vocabulary(write(tmp_path, name, text))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "vocabulary", [["#", "##", "###", "a"], ["##tag", "word"], ["\u2581", "x", "\u0120"]]
)
def test_words_that_only_look_like_pieces_pass(vocabulary):
    refuse_subwords(vocabulary)


def take(recipe):
    return import_recipe(recipe, module=None, architecture=None, arguments=None, pass_order="horizontal")


@pytest.mark.parametrize("name", ["tokenizer.json", "model/tokenizer_config.json", "spiece.model"])
def test_a_tokenizer_s_file_is_no_recipe(name):
    with pytest.raises(RecipeError) as caught:
        take(name)
    assert f"{Path(name).name} is a file of a subword tokenizer" in str(caught.value)
    assert "give the ids: a recipe {input: {kind: tokens, ids: N, ...}} without `text`" in str(caught.value)


def test_live_tokenizers_are_refused_by_name():
    tokenizers = pytest.importorskip("tokenizers")
    transformers = pytest.importorskip("transformers")
    inner = tokenizers.Tokenizer(tokenizers.models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    with pytest.raises(
        RecipeError, match=r"got tokenizers's Tokenizer - at python object Tokenizer\. Tokenise outside"
    ):
        take(inner)
    with pytest.raises(
        RecipeError, match="a subword tokenizer is not in the contract: characters and whitespace words are"
    ):
        take(transformers.PreTrainedTokenizerFast(tokenizer_object=inner))
