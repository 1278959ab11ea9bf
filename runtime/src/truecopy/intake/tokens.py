"""Sequences of ids: text or ids, cut, padded."""

# ruff: noqa: ARG002
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from truecopy.contract import Contract, TokensInput
from truecopy.errors import Unsupported
from truecopy.limits import Limits
from truecopy.pixels import ChannelOrder

from .item import Item, Traced


@dataclass(frozen=True, slots=True)
class TokensIntake:
    spec: TokensInput
    limits: Limits

    @classmethod
    def of(cls, contract: Contract, limits: Limits) -> TokensIntake:
        assert isinstance(contract.input, TokensInput)  # noqa: S101 - told apart by `intake_of`
        return cls(contract.input, limits)

    def item(self, source: Any, color: ChannelOrder | None = None) -> Item:
        raise Unsupported("tokens come in the next commit")

    def traced(self, source: Any) -> Traced:
        raise Unsupported("tokens come in the next commit")

    def stored(self, encoded: bytes) -> Any:
        raise Unsupported("tokens come in the next commit")

    def many(self, sources: Any) -> Iterable[Any]:
        raise Unsupported("tokens come in the next commit")

    def name(self, source: object) -> str:
        return "<text>"
