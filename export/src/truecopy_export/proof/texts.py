"""Sequences through both encoders: the user's own, where there is one, and the copy's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from truecopy.errors import InputError, ProofError
from truecopy.intake import Item
from truecopy.intake.tokens import TokensIntake
from truecopy.tokens import given_ids

from .original import Original
from .tensors import Fed


@dataclass(frozen=True)
class Texts:
    """Sources are texts, lists of ids, or lines of a file that hold either."""

    original: Original
    intake: TokensIntake

    def feed(self, source: Any) -> Fed:
        given = given_ids(source)
        ours = self.intake.item(source)
        if not isinstance(given.content, str):
            return Fed(ours, ours, compared=True)
        if self.original.transform is None:
            return Fed(ours, ours, compared=False)
        return Fed(ours, self._encoded(given.name, given.content), compared=True)

    def refused(self, source: Any, error: InputError) -> None:
        """A text that the original encodes into ids that the graph takes is a difference."""
        try:
            given = given_ids(source)
        except InputError:
            return
        if self.original.transform is None or not isinstance(given.content, str):
            return
        try:
            self.intake.item(_ids(self.original.transform(given.content)))
        except Exception:  # neither encodes it: whatever the user's encoder raises
            return
        raise ProofError(
            f"the original encodes {given.name}, the copy refuses it: {error}",
            where="stage decode",
            fix="If no such text will be met where the model runs, take it out of the proof",
        ) from error

    def _encoded(self, name: str, text: str) -> Item:
        """The original's ids with the contract's prefix, cut and padding around them."""
        assert self.original.transform is not None  # noqa: S101 - asked before
        try:
            ids = _ids(self.original.transform(text))
        except Exception as error:  # the encoder is the user's own code
            raise ProofError(
                f"the original encoder fails on {name}: {type(error).__name__}: {error}",
                where="stage decode",
            ) from error
        try:
            return self.intake.item(ids)
        except InputError as error:
            raise ProofError.of(error, where=f"stage decode, {name} by the original encoder") from error


def _ids(encoded: Any) -> list[int]:
    """A list, tuple, array or tensor of whole numbers, as a list."""
    items: Iterable[Any] = encoded.tolist() if hasattr(encoded, "tolist") else encoded
    return [int(one) for one in items]
