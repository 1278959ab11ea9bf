"""Where the time of a prediction goes on this host, as ratios to the bare `session.run`."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from truecopy.engine import available_cores
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict import Model, open_artifact


@dataclass(frozen=True, slots=True)
class Timing:
    """milliseconds: the median per image. ratio: to one bare `session.run` with all cores."""

    stage: str
    milliseconds: float
    ratio: float


def bench(
    path: str | os.PathLike[str], images: Sequence[str], *, device: str, repeats: int
) -> tuple[Timing, ...]:
    """Time decode, canvas, tensor, run, one call and a stream over `images`, `repeats` times.

    Raises:
        TruecopyError: the model or an image cannot be read.
    """
    opened = open_artifact(path, DEFAULT_LIMITS)
    member = opened.member
    intake = member.image
    session = opened.session(device, available_cores())
    pictures = [intake.decode(image) for image in images]
    canvases = [intake.plan.canvas(picture) for picture in pictures]
    feeds = [intake.feeds(intake.plan.tensor(canvas)) for canvas in canvases]
    model = Model(opened, device, available_cores())
    rows = {
        "decode": _median(lambda i: intake.decode(images[i]), len(images), repeats),
        "resize and crop": _median(lambda i: intake.plan.canvas(pictures[i]), len(images), repeats),
        "values": _median(lambda i: intake.plan.tensor(canvases[i]), len(images), repeats),
        "session.run": _median(lambda i: member.rows(session, feeds[i]), len(images), repeats),
        "model(image)": _median(lambda i: model(images[i]), len(images), repeats),
        "model.stream": _stream(model, images, repeats),
    }
    return tuple(Timing(stage, ms, ms / rows["session.run"]) for stage, ms in rows.items())


def _median(work: Callable[[int], object], count: int, repeats: int) -> float:
    work(0)
    times = []
    for index in range(count * repeats):
        begin = time.perf_counter()
        work(index % count)
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)


def _stream(model: Model, images: Sequence[str], repeats: int) -> float:
    model.predict(images[:1])
    begin = time.perf_counter()
    model.predict([image for _ in range(repeats) for image in images])
    return 1000 * (time.perf_counter() - begin) / (repeats * len(images))
