"""Text to ids: characters or words, looked up in the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from truecopy.contract import TextPolicy
from truecopy.errors import InputError

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Encoded:
    """ids: one for each character or word. warnings: what was not in the vocabulary."""

    ids: tuple[int, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """A policy with its vocabulary as a table. Equal to `[stoi[c] for c in text]` and `[stoi[w] for w in text.split()]`."""

    policy: TextPolicy
    places: Mapping[str, int]

    @classmethod
    def of(cls, policy: TextPolicy) -> TextEncoder:
        return cls(policy, {token: place for place, token in enumerate(policy.vocabulary)})

    def split(self, text: str) -> Sequence[str]:
        """Code points, or what `str.split()` leaves; after `str.lower()` where the policy says so."""
        lowered = text.lower() if self.policy.lowercase else text
        return lowered if self.policy.split == "characters" else lowered.split()

    def encode(self, text: str, name: str = "<text>") -> Encoded:
        """The ids of a text.

        Raises:
            InputError: a character or word is not in the vocabulary, and the policy has no id for that; names it and
                its place.
        """
        tokens = self.split(text)
        unknown = [place for place, token in enumerate(tokens) if token not in self.places]
        if not unknown:
            return Encoded(tuple(self.places[token] for token in tokens))
        if self.policy.unknown is None:
            raise self._refusal(tokens, unknown, name)
        other = self.policy.unknown
        ids = tuple(self.places.get(token, other) for token in tokens)
        plural = "words" if self.policy.split == "words" else "characters"
        said = (
            f"{len(unknown)} of {len(tokens)} {plural} are not in the vocabulary, the first "
            f"{_shown(tokens[unknown[0]])}: id {other} stands for them"
        )
        return Encoded(ids, (said,))

    def _refusal(self, tokens: Sequence[str], unknown: Sequence[int], name: str) -> InputError:
        noun = "word" if self.policy.split == "words" else "character"
        first = unknown[0]
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        return InputError(
            f"a {noun} is not in the model's vocabulary",
            expected=f"one of its {len(self.policy.vocabulary)} tokens",
            got=f"{_shown(tokens[first])}{more}",
            where=f"{name}, {noun} {first + 1} of {len(tokens)}{self._of_what()}",
            fix="Replace it as the training did, or export again with `unknown` set to the id that stands for the rest",
        )

    def _of_what(self) -> str:
        return " in lower case" if self.policy.lowercase else ""


def _shown(token: str) -> str:
    return repr(token) if len(token) <= _SHOWN else f"{token[:_SHOWN]!r}…"
