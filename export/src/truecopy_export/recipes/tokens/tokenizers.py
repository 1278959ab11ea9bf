"""Tokenizers that are refused by name: subwords are not imitated.

Source: transformers `tokenization_utils_base.py` PreTrainedTokenizerBase, `tokenizers.Tokenizer`; the marks of subwords are
those of WordPiece (`##`), byte-level BPE (U+0120), SentencePiece (U+2581) and BPE with an end of word (`</w>`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, NoReturn

from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances

FILES = frozenset(
    {
        "tokenizer.json",
        "tokenizer_config.json",
        "tokenizer.model",
        "merges.txt",
        "special_tokens_map.json",
        "spiece.model",
    }
)
_BEGINNINGS, _ENDS = ("##", "\u0120", "\u2581"), ("</w>",)
_SHARE = 0.05  # of a vocabulary; single tokens may look like that by chance
_FIX = (
    "Tokenise outside, as the training does, and give the ids: a recipe {input: {kind: tokens, ids: N, ...}} without "
    "`text`, where N is the size of the vocabulary"
)


def refuse_tokenizer(tokenizer: Any, source: str, circumstances: Circumstances) -> NoReturn:
    """A live `tokenizers.Tokenizer`, or another object of that library.

    Raises:
        RecipeError: always.
    """
    del circumstances
    kind = type(tokenizer)
    raise RecipeError(
        "a subword tokenizer is not in the contract: characters and whitespace words are",
        got=f"{kind.__module__.partition('.')[0]}'s {kind.__name__}",
        where=source,
        fix=_FIX,
    )


def refuse_if_tokenizer(thing: Any, source: str, circumstances: Circumstances) -> None:
    """A live tokenizer of transformers; other objects of that library pass.

    Raises:
        RecipeError: it is one.
    """
    if any(base.__name__ == "PreTrainedTokenizerBase" for base in type(thing).__mro__):
        refuse_tokenizer(thing, source, circumstances)


def refuse_tokenizer_file(path: str) -> None:
    """A file of a tokenizer, told by its name.

    Raises:
        RecipeError: it is one.
    """
    name = PurePath(path).name.lower()
    if name in FILES:
        raise RecipeError(
            f"{name} is a file of a subword tokenizer; the contract holds characters and whitespace words",
            where=path,
            fix=_FIX,
        )


def refuse_subwords(vocabulary: Sequence[str], where: str | None = None) -> None:
    """A vocabulary of pieces of words: looked up as words or characters it would give other ids than the tokenizer.

    Raises:
        RecipeError: it looks like one.
    """
    pieces = [token for token in vocabulary if _is_piece(token)]
    if len(pieces) > 1 and len(pieces) >= _SHARE * len(vocabulary):
        raise RecipeError(
            "this is a vocabulary of subwords; the contract looks up characters or whitespace words",
            got=f"{len(pieces)} of {len(vocabulary)} tokens like {pieces[0]!r} and {pieces[1]!r}",
            where=where,
            fix=_FIX,
        )


def _is_piece(token: str) -> bool:
    begins = any(token.startswith(mark) and token[len(mark) :].isalnum() for mark in _BEGINNINGS)
    return begins or any(token.endswith(mark) and len(token) > len(mark) for mark in _ENDS)
