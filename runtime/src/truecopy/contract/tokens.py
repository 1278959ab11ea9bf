"""`input.kind: tokens`: how text or a list of ids becomes the ids that the graph takes."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from .built import typed

TokenId: TypeAlias = Annotated[int, Meta(ge=0, lt=2**31)]
Token: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1000)]
Length: TypeAlias = Annotated[int, Meta(ge=1, le=1_000_000)]


class TextPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Text in. split: into characters (Unicode code points), or into words at white space (`str.split()`).

    vocabulary: the id of a token is its place. unknown: the id of what is not in it; null: that is an error.
    lowercase: `str.lower()` before splitting.
    """

    split: Literal["characters", "words"]
    vocabulary: Annotated[tuple[Token, ...], Meta(min_length=1)]
    unknown: TokenId | None
    lowercase: bool

    @typed
    def __post_init__(self) -> None:
        if len(set(self.vocabulary)) != len(self.vocabulary):
            twice = next(token for token in self.vocabulary if self.vocabulary.count(token) > 1)
            raise ValueError(f"token {twice!r} stands twice in `vocabulary`")
        if self.unknown is not None and self.unknown >= len(self.vocabulary):
            raise ValueError(
                f"`unknown` {self.unknown} is no place in a vocabulary of {len(self.vocabulary)}"
            )


class Padding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids `value` up to `length`, on one side."""

    side: Literal["left", "right"]
    value: TokenId
    length: Length


class TokensInput(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="tokens"
):
    """A sequence of int64 ids.

    ids: how many there are: an id is 0 to ids - 1. text: null where only ids are taken. prefix, suffix: ids put around
    every sequence. max_length: the longest that the graph takes, prefix and suffix among it; null: no end. truncation:
    which side of the given ids is cut off where they are longer; null: an error. padding: null where a sequence is as
    long as it is.
    """

    ids: Annotated[int, Meta(ge=1, lt=2**31)]
    text: TextPolicy | None
    prefix: tuple[TokenId, ...]
    suffix: tuple[TokenId, ...]
    max_length: Length | None
    truncation: Literal["left", "right"] | None
    padding: Padding | None

    @typed
    def __post_init__(self) -> None:
        if self.text is not None and len(self.text.vocabulary) != self.ids:
            raise ValueError(f"a vocabulary of {len(self.text.vocabulary)} tokens for {self.ids} ids")
        named = {"prefix": self.prefix, "suffix": self.suffix,
                 "padding.value": () if self.padding is None else (self.padding.value,)}  # fmt: skip
        for field, ids in named.items():
            beyond = [one for one in ids if one >= self.ids]
            if beyond:
                raise ValueError(f"`{field}` holds id {beyond[0]}, and there are {self.ids} ids")
        if self.padding is not None and (self.max_length is None or self.max_length > self.padding.length):
            raise ValueError(f"`max_length` must be at most the length of `padding`, {self.padding.length}")
        if self.max_length is None and self.truncation is not None:
            raise ValueError("`truncation` cuts to `max_length`, and there is none")
        if self.max_length is not None and len(self.prefix) + len(self.suffix) >= self.max_length:
            raise ValueError("`prefix` and `suffix` leave no room in `max_length`")
