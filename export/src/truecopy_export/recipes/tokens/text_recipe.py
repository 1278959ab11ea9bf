"""How sequences are made, with the training's own encoder beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from truecopy.contract import Feed, TokensInput


@dataclass(frozen=True)
class TextRecipe:
    """A recipe for a model of tokens: `export(..., recipe=TextRecipe(TokensInput(...), encode=encode))`.

    input: what the contract says. encode: the training's own function, a text to the list of its ids, without prefix,
    suffix, cut and padding, which `input` adds; the proof holds the copy against it. None: only ids are compared.
    feeds: what the module's arguments take, in their order: `ids`, `mask` (1 for an id, 0 for padding), `zeros`.
    """

    input: TokensInput
    encode: Callable[[str], Any] | None = field(default=None, compare=False)
    feeds: tuple[Feed, ...] = ("ids",)
