"""One image through all stages, each with its digest: what golden samples record and selftest replays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from truecopy.artifact import GoldenSample
from truecopy.engine import Session
from truecopy.pixels import Source, digest
from truecopy.predict import Member

STAGES = ("decode", "canvas", "tensor", "output", "result")


@dataclass(frozen=True, slots=True)
class Replay:
    """Digests of the first three stages; `output`: the answer's row (classes,), float32."""

    decode: str
    canvas: str
    tensor: str
    output: np.ndarray


def replay(member: Member, session: Session, source: Source) -> Replay:
    """Run one image and keep what every stage made of it.

    Raises:
        InputError, OutputError: the image cannot be read, or the graph failed.
    """
    picture = member.decode(source, None)
    canvas = member.plan.canvas(picture)
    tensor = member.plan.tensor(canvas)
    output = member.rows(session, tensor[np.newaxis])[0]
    return Replay(digest(picture.pixels()), digest(canvas), digest(tensor), output)


def record(member: Member, session: Session, name: str, encoded: bytes) -> GoldenSample:
    """A golden sample of an encoded image."""
    made = replay(member, session, encoded)
    return GoldenSample(
        name=name,
        encoded=encoded,
        decode=made.decode,
        canvas=made.canvas,
        tensor=made.tensor,
        output=made.output,
    )
