"""Four small sequences made of the spec alone: the golden samples that give nothing private away."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

from truecopy.contract import TextPolicy, TokensInput

from .text import TextEncoder

_LONG, _LONGEST = 24, 512  # where the graph takes sequences of any length; and at most
_BEYOND = 3  # what is cut off


def golden_tokens(spec: TokensInput) -> tuple[tuple[str, bytes], ...]:
    """(name, JSON of a text or of a list of ids), the same on every host.

    "short": a few. "long": as many as the graph takes (no more than 512), and three too many where they may be cut.
    "one": a single one. "edge": with something unknown in it where that has an id, else the lowest and highest id.
    Texts where the model takes texts, unless no token of its vocabulary can be written as one.
    """
    room = _room(spec)
    longest = min(room, _LONGEST) if spec.max_length is not None else _LONG
    cut = _BEYOND if spec.truncation is not None and longest == room else 0
    written = None if spec.text is None else _writable(spec.text)
    samples: list[tuple[str, object]] = []
    for name, count, first in (("short", min(3, room), 2), ("long", longest + cut, 0), ("one", 1, 1)):
        samples.append((name, _made(spec, written, count, first)))
    samples.append(("edge", _edge(spec, written, room)))
    return tuple((name, json.dumps(value, ensure_ascii=False).encode()) for name, value in samples)


def _room(spec: TokensInput) -> int:
    """How many ids may be given without a cut."""
    return _LONG if spec.max_length is None else spec.max_length - len(spec.prefix) - len(spec.suffix)


def _made(spec: TokensInput, written: Sequence[str] | None, count: int, first: int) -> object:
    if spec.text is not None and written:
        return _text(spec.text, _walk(written, count, first))
    special = {*spec.prefix, *spec.suffix, *(() if spec.padding is None else (spec.padding.value,))}
    plain = tuple(itertools.islice((one for one in range(spec.ids) if one not in special), _LONGEST))
    return list(_walk(plain or (0,), count, first))


def _walk(choices: Sequence[object], count: int, first: int) -> list[object]:
    """Neighbours differ, and no two beginnings are alike, as far as there are choices."""
    return [choices[(first + place + place * place // 3) % len(choices)] for place in range(count)]


def _edge(spec: TokensInput, written: Sequence[str] | None, room: int) -> object:
    if spec.text is None or not written or spec.text.unknown is None:
        return [0, spec.ids - 1][-room:]
    unknown = _unwritten(spec.text)
    return _text(spec.text, [written[0], unknown][-room:])


def _text(policy: TextPolicy, tokens: Sequence[object]) -> str:
    return ("" if policy.split == "characters" else " ").join(map(str, tokens))


def _writable(policy: TextPolicy) -> list[str]:
    """Tokens that, as a text, give their own id: no `<pad>` among characters."""
    encoder = TextEncoder.of(policy)
    tokens = policy.vocabulary
    return [token for place, token in enumerate(tokens) if _reads_as(encoder, token, place)][:_LONGEST]


def _reads_as(encoder: TextEncoder, token: str, place: int) -> bool:
    pieces = encoder.split(token)
    return len(pieces) == 1 and encoder.places.get(pieces[0]) == place


def _unwritten(policy: TextPolicy) -> str:
    """A character, which is a word, too: the first of Hangul, then of the rare Han letters, that is not there."""
    known = set(policy.vocabulary)
    letters = map(chr, itertools.chain(range(0xAC00, 0xD7A4), range(0x20000, 0x2A6E0)))
    return next(one for one in letters if one not in known)
