"""Sequences of ids: text or ids, cut, padded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.contract import Contract, GraphInput, TokensInput
from truecopy.contract.strict_json import dumps, loads
from truecopy.digest import digest
from truecopy.errors import Unsupported
from truecopy.limits import Limits
from truecopy.pixels import ChannelOrder
from truecopy.tokens import (
    Encoded,
    Given,
    Padded,
    TextEncoder,
    check_range,
    complete,
    given_ids,
    given_items,
    golden_tokens,
    pad,
    source_name,
)

from .item import Item, Traced
from .stored_text import utf8


@dataclass(frozen=True, slots=True)
class TokensIntake:
    """spec: the contract's `input`. inputs: of the graph. encoder: None where only ids are taken."""

    spec: TokensInput
    inputs: tuple[GraphInput, ...]
    encoder: TextEncoder | None
    limits: Limits

    @classmethod
    def of(cls, contract: Contract, limits: Limits) -> TokensIntake:
        assert isinstance(contract.input, TokensInput)  # noqa: S101 - told apart by `intake_of`
        text = contract.input.text
        encoder = None if text is None else TextEncoder.of(text)
        return cls(contract.input, contract.graph.inputs, encoder, limits)

    def item(self, source: Any, color: ChannelOrder | None = None) -> Item:
        given = self._given(source, color)
        return self._item(given, self._encoded(given))

    def traced(self, source: Any) -> Traced:
        """decode: the ids before prefix, cut and padding. canvas: the padded ids. Both int64.

        tensor: the feed; of several the SHA-256 of the lines of their digests, in the graph's order.
        """
        given = self._given(source, None)
        encoded = self._encoded(given)
        item = self._item(given, encoded)
        fed = [digest(item.feeds[one.name][0]) for one in self.inputs]
        tensor = fed[0] if len(fed) == 1 else hashlib.sha256("\n".join(fed).encode("ascii")).hexdigest()
        canvas = item.feeds[self.ids_name][0].astype(np.int64, copy=False)
        return Traced(item, digest(np.asarray(encoded.ids, np.int64)), digest(canvas), tensor)

    def feeds(self, ids: Sequence[int]) -> tuple[Mapping[str, np.ndarray], tuple[int, int]]:
        """Ids that stand complete (prefix and suffix among them), padded, as the graph is fed; and their begin and end.

        Raises:
            TooLarge: they are longer than `max_length`.
        """
        return self._fed(pad(self.spec, ids))

    @property
    def ids_name(self) -> str:
        """The graph's input that takes the ids."""
        return next(one.name for one in self.inputs if one.feed == "ids")

    def ids(self, item: Item) -> tuple[int, ...]:
        """The ids of an item without padding: with prefix and suffix, cut."""
        assert item.steps is not None  # noqa: S101 - items of this intake have steps
        return tuple(item.feeds[self.ids_name][0, slice(*item.steps)].tolist())

    def encoded(self, source: Any) -> bytes:
        """One source as the bytes that `stored` reads.

        Raises:
            InputError: this is no sequence, or a text that no UTF-8 holds.
        """
        given = given_ids(source)
        return utf8(
            dumps(given.content if isinstance(given.content, str) else list(given.content)), given.name
        )

    def stored(self, encoded: bytes) -> Any:
        """A text or a list of ids, of its JSON.

        Raises:
            ContractError: it is no JSON.
        """
        return loads(encoded, max_bytes=self.limits.max_golden_bytes, max_depth=2, what="golden sequence")

    def many(self, sources: Any) -> Iterable[Any]:
        return given_items(sources, self.limits)

    def golden(self) -> tuple[tuple[str, bytes], ...]:
        return golden_tokens(self.spec)

    def name(self, source: object) -> str:
        return source_name(source)

    def _given(self, source: Any, color: ChannelOrder | None) -> Given:
        if color is not None:
            raise Unsupported("`color` is for pictures", got=repr(color), fix="Leave it out")
        return given_ids(source)

    def _encoded(self, given: Given) -> Encoded:
        if not isinstance(given.content, str):
            check_range(given.content, self.spec.ids, given.name)
            return Encoded(given.content)
        if self.encoder is None:
            raise Unsupported(
                "this model takes ids, and a text is given",
                expected=f"a list of ids, each 0 to {self.spec.ids - 1}",
                got="a text",
                where=given.name,
                fix="Tokenise it as the training did, and pass the ids",
            )
        return self.encoder.encode(given.content, given.name)

    def _item(self, given: Given, encoded: Encoded) -> Item:
        ids, cut = complete(self.spec, encoded.ids, given.name)
        feeds, steps = self._fed(pad(self.spec, ids, given.name))
        return Item(given.name, feeds, (*encoded.warnings, *cut), steps)

    def _fed(self, padded: Padded) -> tuple[Mapping[str, np.ndarray], tuple[int, int]]:
        made = {"ids": padded.ids, "mask": padded.mask, "zeros": np.zeros(len(padded.ids), np.int64)}
        feeds = {one.name: made[str(one.feed)].astype(one.dtype)[np.newaxis] for one in self.inputs}
        return feeds, padded.steps
