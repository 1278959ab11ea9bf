"""One image through all stages, each with its digest: what golden samples record and selftest replays."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np

from truecopy.artifact import GoldenSample
from truecopy.contract.portability import replay_levels
from truecopy.engine import Session
from truecopy.limits import DEFAULT_LIMITS
from truecopy.pixels import Source, digest
from truecopy.pixels.encoded import open_encoded
from truecopy.pixels.raster import as_array, as_image
from truecopy.predict import Member

STAGES = ("decode", "canvas", "tensor", "output", "result")


@dataclass(frozen=True, slots=True)
class Replay:
    """Digests of the first three stages, the canvas itself, and the answer's row (classes,), float32."""

    decode: str
    canvas: str
    tensor: str
    output: np.ndarray
    pixels: np.ndarray


def replay(member: Member, session: Session, source: Source) -> Replay:
    """Run one image and keep what every stage made of it.

    Raises:
        InputError, OutputError: the image cannot be read, or the graph failed.
    """
    picture = member.decode(source, None)
    canvas = member.plan.canvas(picture)
    tensor, output = from_canvas(member, session, canvas)
    return Replay(digest(picture.pixels()), digest(canvas), tensor, output, canvas)


def from_canvas(member: Member, session: Session, canvas: np.ndarray) -> tuple[str, np.ndarray]:
    """The last two stages: digest of the tensor, and the answer's row."""
    tensor = member.plan.tensor(canvas)
    return digest(tensor), member.rows(session, tensor[np.newaxis])[0]


def record(member: Member, session: Session, name: str, encoded: bytes) -> GoldenSample:
    """A golden sample of an encoded image."""
    made = replay(member, session, encoded)
    depends = replay_levels(member.contract.steps) and made.pixels.dtype == np.uint8
    return GoldenSample(
        name=name,
        encoded=encoded,
        decode=made.decode,
        canvas=made.canvas,
        tensor=made.tensor,
        output=made.output,
        canvas_png=_png(made.pixels) if depends else None,
    )


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    as_image(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def stored_canvas(sample: GoldenSample) -> np.ndarray:
    """The canvas that a sample carries, uint8 (h, w, c).

    Raises:
        InputError: it is no picture.
    """
    name = f"canvas of golden sample {sample.name!r}"
    return as_array(open_encoded(sample.canvas_png or b"", name, DEFAULT_LIMITS))
