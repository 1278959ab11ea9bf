"""Given ids to what the graph takes: prefix and suffix, cut, padding, mask.

The law of `complete` and `pad` is that of transformers' `truncate` and `pad` (tokenization_utils_base.py:
`truncation_side` is the side on which ids are removed, `padding_side` the side on which the value is added).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from truecopy.contract import TokensInput
from truecopy.errors import InputError, TooLarge


@dataclass(frozen=True, slots=True)
class Padded:
    """ids: (length,) int64. steps: begin and end of those that are no padding."""

    ids: np.ndarray
    steps: tuple[int, int]

    @property
    def mask(self) -> np.ndarray:
        """(length,) bool, True where an id stands that is no padding."""
        places = np.arange(len(self.ids))
        mask: np.ndarray = (places >= self.steps[0]) & (places < self.steps[1])
        return mask


def complete(
    spec: TokensInput, given: Sequence[int], name: str = "<ids>"
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Put prefix and suffix around `given`, cut so that all fit into `max_length`; and what was noticed.

    Raises:
        TooLarge: longer than `max_length`, and nothing may be cut.
        InputError: not one id is left.
    """
    around = len(spec.prefix) + len(spec.suffix)
    kept = tuple(given)
    warnings: tuple[str, ...] = ()
    if spec.max_length is not None and around + len(kept) > spec.max_length:
        room = spec.max_length - around
        if spec.truncation is None:
            raise _too_long(spec, len(kept), around, name)
        warnings = (f"cut on the {spec.truncation}: {room} of {len(kept)} ids are kept",)
        kept = kept[:room] if spec.truncation == "right" else kept[len(kept) - room :]
    ids = (*spec.prefix, *kept, *spec.suffix)
    if not ids:
        raise InputError(
            "the sequence is empty", expected="at least one id", got="none", where=name, fix="Leave it out"
        )
    return ids, warnings


def pad(spec: TokensInput, ids: Sequence[int], name: str = "<ids>") -> Padded:
    """Ids that stand complete, up to the length of `padding`; as they are where there is none.

    Raises:
        TooLarge: longer than `max_length`.
    """
    if spec.max_length is not None and len(ids) > spec.max_length:
        raise _too_long(spec, len(ids), 0, name)
    array = np.asarray(ids, np.int64)
    if spec.padding is None:
        return Padded(array, (0, len(ids)))
    fill = np.full(spec.padding.length - len(ids), spec.padding.value, np.int64)
    if spec.padding.side == "right":
        return Padded(np.concatenate([array, fill]), (0, len(ids)))
    return Padded(np.concatenate([fill, array]), (len(fill), spec.padding.length))


def _too_long(spec: TokensInput, given: int, around: int, name: str) -> TooLarge:
    added = f" and {around} of prefix and suffix" if around else ""
    return TooLarge(
        "the sequence is longer than the graph allows",
        expected=f"at most {spec.max_length} ids",
        got=f"{given}{added}",
        where=name,
        fix="Cut or split it as the training did, or export again with `truncation: right` (or left)",
    )
