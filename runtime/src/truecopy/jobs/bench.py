"""Where the time of a prediction goes on this host, as ratios to the bare `session.run`."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from truecopy.contract.input_words import item_noun
from truecopy.engine import available_cores
from truecopy.errors import InputError
from truecopy.intake import ImageIntake
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict import Member, Model, Opened, Strategy, open_artifact

# Lines that are measured: a file may have any number of them.
MOST_LINES = 256

Work: TypeAlias = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """milliseconds: the median per item. ratio: to one bare `session.run` with all cores."""

    stage: str
    milliseconds: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Bench:
    """noun: what an item is called. items: how many were measured."""

    noun: str
    items: int
    timings: tuple[Timing, ...]


def bench(path: str | os.PathLike[str], files: Sequence[str], *, device: str, repeats: int) -> Bench:
    """Time every stage of `files`, `repeats` times: pictures, or the first lines of tables and texts.

    Pictures: decode, resize and crop, values. Rows: read, features. Sequences: read, ids. All: the bare run, one call,
    a stream. Of generated text the bare run is one pass, a call many.

    Raises:
        TruecopyError: the model or an item cannot be read.
        InputError: the files have no lines.
    """
    opened = open_artifact(path, DEFAULT_LIMITS)
    member = opened.member
    noun = item_noun(member.contract)
    if isinstance(member.intake, ImageIntake):
        stages, feeds, sources = _of_pictures(member.intake, files, repeats)
    else:
        stages, feeds, sources = _of_lines(member, files, repeats)
    stages |= _runs(opened, device, feeds, sources, repeats)
    bare = stages["session.run"]
    return Bench(noun, len(sources), tuple(Timing(stage, ms, ms / bare) for stage, ms in stages.items()))


_Begun: TypeAlias = tuple[dict[str, float], list[Mapping[str, Any]], Sequence[Any]]  # stages, feeds, sources


def _of_pictures(intake: ImageIntake, images: Sequence[str], repeats: int) -> _Begun:
    pictures = [intake.decode(image) for image in images]
    canvases = [intake.plan.canvas(picture) for picture in pictures]
    feeds = [intake.feeds(intake.plan.tensor(canvas)) for canvas in canvases]
    stages = {
        "decode": _median(lambda i: intake.decode(images[i]), len(images), repeats),
        "resize and crop": _median(lambda i: intake.plan.canvas(pictures[i]), len(images), repeats),
        "values": _median(lambda i: intake.plan.tensor(canvases[i]), len(images), repeats),
    }
    return stages, feeds, images


def _of_lines(member: Member, files: Sequence[str], repeats: int) -> _Begun:
    """Reading is timed as a whole: a line is never read alone."""
    lines = list(islice(_lines(member, files), MOST_LINES))
    if not lines:
        raise InputError(
            "the files have nothing to measure", expected="at least one line", got=", ".join(files)
        )
    feeds = [member.intake.item(line).feeds for line in lines]
    begin = time.perf_counter()
    for _ in range(repeats):
        list(islice(_lines(member, files), MOST_LINES))
    read = 1000 * (time.perf_counter() - begin) / (repeats * len(lines))
    made = {"row": "features", "sequence": "ids"}[item_noun(member.contract)]
    stages = {"read": read, made: _median(lambda i: member.intake.item(lines[i]), len(lines), repeats)}
    return stages, feeds, lines


def _lines(member: Member, files: Sequence[str]) -> Iterator[Any]:
    for file in files:
        yield from member.intake.many(Path(file))


def _runs(
    opened: Opened, device: str, feeds: Sequence[Mapping[str, Any]], sources: Sequence[Any], repeats: int
) -> dict[str, float]:
    """The graph alone, one call, and a stream."""
    member, count = opened.member, len(sources)
    session = opened.session(device, available_cores())
    model = Model.of([opened], Strategy(), device, available_cores())
    return {
        "session.run": _median(lambda i: member.rows(session, feeds[i]), count, repeats),
        f"model({item_noun(member.contract)})": _median(lambda i: model(sources[i]), count, repeats),
        "model.stream": _stream(model, sources, repeats),
    }


def _median(work: Work, count: int, repeats: int) -> float:
    work(0)
    times = []
    for index in range(count * repeats):
        begin = time.perf_counter()
        work(index % count)
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)


def _stream(model: Model, sources: Sequence[Any], repeats: int) -> float:
    model.predict(sources[:1])
    begin = time.perf_counter()
    model.predict([source for _ in range(repeats) for source in sources])
    return 1000 * (time.perf_counter() - begin) / (repeats * len(sources))
