"""A vocabulary from a file: the id of a token is its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from truecopy.contract.strict_yaml import read_bounded, utf8
from truecopy.errors import RecipeError

from .tokenizers import refuse_subwords, refuse_tokenizer_file

MAX_BYTES = 16 * 1024 * 1024


def read_vocabulary(path: Path) -> tuple[str, ...]:
    """Tokens in the order of their ids.

    .json: a list of tokens, or a map {token: id} that numbers them 0, 1, 2, ...; any other file: one token a line, with
    its spaces, so that a token with a line feed in it needs JSON.

    Raises:
        RecipeError: it cannot be read as one of these, or belongs to a subword tokenizer.
    """
    refuse_tokenizer_file(str(path))
    text = _read(path)
    tokens = _of_json(text, path) if path.suffix.lower() == ".json" else _of_lines(text, path)
    if not tokens:
        raise RecipeError("the vocabulary is empty", where=path.name)
    refuse_subwords(tokens, path.name)
    return tokens


def _read(path: Path) -> str:
    expected = "the name of a file beside the recipe, or a list"
    data = read_bounded(path, "the vocabulary", "the vocabulary", MAX_BYTES, RecipeError, expected=expected)
    return utf8(data, "the vocabulary is not UTF-8", path.name, RecipeError)


def _of_lines(text: str, path: Path) -> tuple[str, ...]:
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if not line:
            raise RecipeError(
                "an empty line in the vocabulary",
                where=f"{path.name}:{number}",
                fix='Every line is one token. Where the token is a line feed, save a JSON list: ["\\n", "a", ...]',
            )
    return tuple(lines)


def _of_json(text: str, path: Path) -> tuple[str, ...]:
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise RecipeError("the vocabulary is not valid JSON", got=str(error), where=path.name) from error
    if isinstance(value, dict):
        if "model" in value and isinstance(value["model"], dict):
            refuse_tokenizer_file("tokenizer.json")
        return _of_map(value, path)
    if not isinstance(value, list) or not all(isinstance(token, str) for token in value):
        wrong = (
            value if not isinstance(value, list) else next(one for one in value if not isinstance(one, str))
        )
        raise RecipeError(
            "a vocabulary in JSON",
            expected="a list of texts, or a map of texts to 0, 1, 2, ...",
            got=repr(wrong)[:60],
            where=path.name,
        )
    return tuple(value)


def _of_map(value: dict[str, Any], path: Path) -> tuple[str, ...]:
    numbers = [one for one in value.values() if isinstance(one, int) and not isinstance(one, bool)]
    if sorted(numbers) != list(range(len(value))):
        wrong = next(
            (f"{token!r}: {one!r}" for token, one in value.items() if one not in range(len(value))),
            "an id that stands twice",
        )
        raise RecipeError(
            "the map does not number the tokens",
            expected=f"0 to {len(value) - 1}, each once",
            got=wrong,
            where=path.name,
            fix="Write {token: id}; ids without a token need one of their own, such as '<unused>'",
        )
    return tuple(sorted(value, key=lambda token: int(value[token])))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a token stands twice")
    return made
