"""Tokens written by hand: `input: {kind: tokens, ...}` in a YAML file.

    input:
      kind: tokens
      text: {split: characters, vocabulary: vocab.txt, unknown: "<unk>"}
      prefix: ["<s>"]
      truncation: right
      padding: {side: right, value: "<pad>", length: 64}
    feeds: [ids, mask]
    encode: python:train:encode

What is left out: `ids` (as many as the vocabulary has), `max_length` (the length of the padding), `lowercase` (false), all
others null or empty. An id may be written as the token that has it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from truecopy.contract import Feed, TokensInput
from truecopy.contract.codec import convert
from truecopy.errors import RecipeError
from truecopy_export.recipes.python_object import load_object
from truecopy_export.recipes.recipe import Recipe

from .reading import tokens_recipe
from .text_recipe import TextRecipe
from .vocabulary import read_vocabulary

_PYTHON = "python:"


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    input: TokensInput
    feeds: tuple[Feed, ...] = ("ids",)
    encode: str | None = None


def read_tokens_document(value: dict[str, Any], path: Path, source: str) -> Recipe:
    """The document as it was parsed; files that it names stand beside it.

    Raises:
        RecipeError, ContractError: names the path in the document.
    """
    written = {**value, "input": _written_out(value["input"], path.parent)}
    document: _Document = convert(written, _Document, "recipe", f"{path.name}:$")
    encode = None if document.encode is None else _encoder(document.encode)
    return tokens_recipe(TextRecipe(document.input, encode, document.feeds), source)


def _encoder(spelled: str) -> Any:
    if not spelled.startswith(_PYTHON):
        raise RecipeError(
            "the encoder", expected="python:package.module:function", got=repr(spelled), where="$.encode"
        )
    return load_object(spelled.removeprefix(_PYTHON), RecipeError)


def _written_out(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    """`input` with vocabulary, ids and defaults; what is not shaped as expected stays as it is."""
    text, padding = given.get("text"), given.get("padding")
    if isinstance(text, dict):
        text = {"unknown": None, "lowercase": False, **text}
        if isinstance(text.get("vocabulary"), str):
            text["vocabulary"] = list(read_vocabulary(folder / text["vocabulary"]))
    vocabulary = text.get("vocabulary") if isinstance(text, dict) else None
    tokens = vocabulary if isinstance(vocabulary, list) else []
    _check_tokens(tokens)
    plain: dict[str, Any] = {
        "prefix": [],
        "suffix": [],
        "max_length": None,
        "truncation": None,
        "padding": None,
    }
    if tokens:
        plain["ids"] = len(tokens)
    if isinstance(padding, dict):
        plain["max_length"] = padding.get("length")
    written = {**plain, **given, "text": text}
    return _with_ids(written, tokens)


def _check_tokens(tokens: list[Any]) -> None:
    for place, token in enumerate(tokens):
        if not isinstance(token, str):
            raise RecipeError(
                "a token of the vocabulary is no text",
                got=repr(token)[:60],
                where=f"$.input.text.vocabulary[{place}]",
                fix="YAML reads no, yes, null and 1 as values: put them in quotes",
            )


def _with_ids(written: dict[str, Any], tokens: list[Any]) -> dict[str, Any]:
    """Tokens that stand for their ids, as ids."""
    made = dict(written)
    for field in ("prefix", "suffix"):
        if isinstance(made[field], list):
            made[field] = [
                _id(one, tokens, f"$.input.{field}[{place}]") for place, one in enumerate(made[field])
            ]
    for part, field in (("padding", "value"), ("text", "unknown")):
        if isinstance(made[part], dict) and field in made[part]:
            found = _id(made[part][field], tokens, f"$.input.{part}.{field}")
            made[part] = {**made[part], field: found}
    return made


def _id(given: Any, tokens: list[Any], where: str) -> Any:
    if not isinstance(given, str):
        return given
    if given not in tokens:
        raise RecipeError(
            f"no token {given!r} in the vocabulary",
            expected="an id, or one of its tokens",
            where=where,
            fix=None if tokens else "There is no vocabulary here: write the id",
        )
    return tokens.index(given)
