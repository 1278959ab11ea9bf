"""Rows of a table: read, check, features."""

# ruff: noqa: ARG002
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from truecopy.contract import Contract, TableInput
from truecopy.errors import Unsupported
from truecopy.limits import Limits
from truecopy.pixels import ChannelOrder

from .item import Item, Traced


@dataclass(frozen=True, slots=True)
class TableIntake:
    spec: TableInput
    limits: Limits

    @classmethod
    def of(cls, contract: Contract, limits: Limits) -> TableIntake:
        assert isinstance(contract.input, TableInput)  # noqa: S101 - told apart by `intake_of`
        return cls(contract.input, limits)

    def item(self, source: Any, color: ChannelOrder | None = None) -> Item:
        raise Unsupported("tables come in the next commit")

    def traced(self, source: Any) -> Traced:
        raise Unsupported("tables come in the next commit")

    def stored(self, encoded: bytes) -> Any:
        raise Unsupported("tables come in the next commit")

    def many(self, sources: Any) -> Iterable[Any]:
        raise Unsupported("tables come in the next commit")

    def name(self, source: object) -> str:
        return "<row>"
