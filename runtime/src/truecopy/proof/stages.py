"""One item through all stages, each with its digest: what golden samples record and selftest replays."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.artifact import GoldenSample
from truecopy.contract import Autoregressive, Task
from truecopy.contract import Sequence as SequenceTask
from truecopy.contract.portability import replay_levels
from truecopy.digest import digest
from truecopy.engine import Session
from truecopy.intake import Item
from truecopy.limits import DEFAULT_LIMITS
from truecopy.pixels.encoded import open_encoded
from truecopy.pixels.raster import as_array, as_image
from truecopy.predict import Member
from truecopy.predict.answering import own_steps
from truecopy.predict.generation import generate
from truecopy.predict.results import Sequence

STAGES = ("decode", "canvas", "tensor", "output", "result")


@dataclass(frozen=True, slots=True)
class Replay:
    """The item, digests of the first three stages, the answer's row (outputs,) or (steps, tokens), float32, the canvas
    itself where it is a picture, and what is generated, where the task generates: `output` is its first pass then.
    """

    item: Item
    decode: str
    canvas: str
    tensor: str
    output: np.ndarray
    pixels: np.ndarray | None
    generated: Sequence | None = None


def replay(member: Member, session: Session, source: Any) -> Replay:
    """Run one source and keep what every stage made of it.

    Raises:
        InputError, OutputError: the source cannot be read, or the graph failed.
    """
    traced = member.intake.traced(source)
    row = own_steps(member.rows(session, traced.item.feeds)[0], traced.item, member.contract)
    generated = generate(member, session, traced.item) if generates(member.contract.task) else None
    return Replay(traced.item, traced.decode, traced.canvas, traced.tensor, row, traced.pixels, generated)


def generates(task: Task) -> bool:
    """Is the answer asked for token by token?"""
    return isinstance(task, SequenceTask) and isinstance(task.decoding, Autoregressive)


def as_made(task: Task, output: np.ndarray) -> np.ndarray:
    """A stored output, flat, as the graph gave it: (outputs,), or (steps, tokens) where the tokens go into it."""
    if isinstance(task, SequenceTask) and output.ndim == 1 and output.size % len(task.labels) == 0:
        return output.reshape(-1, len(task.labels))
    return output


def from_canvas(member: Member, session: Session, canvas: np.ndarray) -> tuple[str, np.ndarray]:
    """The last two stages of a picture: digest of the tensor, and the answer's row."""
    tensor = member.image.plan.tensor(canvas)
    return digest(tensor), member.rows(session, member.image.feeds(tensor))[0]


def record(member: Member, session: Session, name: str, encoded: bytes) -> GoldenSample:
    """A golden sample of an encoded source."""
    made = replay(member, session, member.intake.stored(encoded))
    pixels = made.pixels
    depends = replay_levels(member.contract.steps) and pixels is not None and pixels.dtype == np.uint8
    return GoldenSample(
        name=name,
        encoded=encoded,
        decode=made.decode,
        canvas=made.canvas,
        tensor=made.tensor,
        output=made.output,
        canvas_png=_png(pixels) if depends and pixels is not None else None,
        text=None if made.generated is None else made.generated.text,
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
