"""Answers to files, each with the place that it belongs to: a picture, a video's frame, a table's row, a line of texts."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from truecopy.contract import ImageInput, TableInput, TokensInput
from truecopy.errors import InputError, TruecopyError
from truecopy.intake import ImageIntake
from truecopy.predict import Failure, Model, Result

from . import standard_input
from .globs import expand
from .images import STDIN, is_named_video
from .misfits import check_lines_file, told_by_name
from .video import frames


@dataclass(frozen=True, slots=True)
class Answered:
    """path: as it was typed, `<stdin>` of standard input, None of a text that stands in `given`.

    line: counted from 1, None of a whole file. frame, seconds: of a video's frame, counted from 0, and when it is shown.
    """

    path: str | None
    line: int | None
    outcome: Result | Failure
    given: str | None = None
    frame: int | None = None
    seconds: float | None = None

    @property
    def name(self) -> str:
        """`dog.jpg`, `rows.csv:2`, `clip.mp4:120 (4.00 s)`, or the text itself."""
        if self.path is None:
            return self.given or ""
        if self.frame is not None:
            return f"{self.path}:{self.frame} ({self.seconds:.2f} s)"
        return self.path if self.line is None else f"{self.path}:{self.line}"


def answer_pictures(
    model: Model, paths: tuple[str, ...], outputs: tuple[str, ...], every: int = 1
) -> Iterator[Answered]:
    """One answer a picture and a frame, in the order of the paths; one picture alone gets all cores.

    `-` is one picture from standard input. every: of a video frames 0, `every`, 2 `every`, ...; one that cannot be read
    is one failure, behind the answers to its frames before.
    """
    for kind, run in itertools.groupby(paths, _how_read):
        match kind:
            case "video":
                for path in run:
                    yield from _frames(model, path, outputs, every)
            case "stdin":
                for _ in run:
                    yield _stdin_picture(model, outputs)
            case "picture":
                yield from _pictures(model, tuple(run), outputs)


def _how_read(path: str) -> Literal["picture", "video", "stdin"]:
    if path == STDIN:
        return "stdin"
    return "video" if is_named_video(path) else "picture"


def _pictures(model: Model, paths: tuple[str, ...], outputs: tuple[str, ...]) -> Iterator[Answered]:
    if len(paths) == 1:
        yield Answered(paths[0], None, told_by_name(paths[0], _alone(model, paths[0], outputs)))
        return
    with contextlib.closing(model.stream(paths, outputs=outputs)) as outcomes:  # type: ignore[type-var]
        for path, outcome in zip(paths, outcomes, strict=True):
            yield Answered(path, None, told_by_name(path, outcome))


def _stdin_picture(model: Model, outputs: tuple[str, ...]) -> Answered:
    assert isinstance(model.intake, ImageIntake)  # noqa: S101 - the caller's
    try:
        outcome = _alone(model, standard_input.one_picture(model.intake), outputs)
    except InputError as error:
        outcome = Failure(standard_input.NAME, error)
    return Answered(standard_input.NAME, None, _at(outcome, standard_input.NAME))


def _frames(model: Model, path: str, outputs: tuple[str, ...], every: int) -> Iterator[Answered]:
    """The frames of one video; decoded as they are asked for, by one thread, while the workers answer those before."""
    assert isinstance(model.intake, ImageIntake)  # noqa: S101 - the caller's
    limits = model.intake.limits
    asked: deque[tuple[int, float, tuple[str, ...]]] = deque()

    def noted() -> Iterator[Any]:
        for frame in frames(path, every, limits):
            # The pixels go to the model alone: of a long video only those in flight are held.
            asked.append((frame.number, frame.seconds, frame.warnings))
            yield frame.pixels

    try:
        with contextlib.closing(model.stream(noted(), color="BGR", outputs=outputs)) as outcomes:  # type: ignore[type-var]
            for outcome in outcomes:
                number, seconds, warnings = asked.popleft()
                told = _warned(_at(outcome, f"{path}:{number}"), warnings)
                yield Answered(path, None, told, frame=number, seconds=seconds)
    except InputError as error:
        yield Answered(path, None, Failure(path, error))


def _at(outcome: Result | Failure, name: str) -> Result | Failure:
    """A failure says where: bytes and pixels have no name of their own."""
    if not isinstance(outcome, Failure):
        return outcome
    return Failure(name, type(outcome.error).of(outcome.error, where=name))


def _warned(outcome: Result | Failure, warnings: tuple[str, ...]) -> Result | Failure:
    if isinstance(outcome, Failure) or not warnings:
        return outcome
    return dataclasses.replace(outcome, warnings=(*outcome.warnings, *warnings))


def answer_lines(model: Model, paths: Iterable[str], outputs: tuple[str, ...]) -> Iterator[Answered]:
    """One answer a row or line of each file, in order and read lazily; a file that cannot be read is one failure.

    A pattern stands for its files, `-` for standard input.
    """
    for path in expand(paths):
        name = standard_input.NAME if path == STDIN else path
        try:
            if path != STDIN:
                check_lines_file(path, table=isinstance(model.contract.input, TableInput))
            yield from _lines(model, path, name, outputs)
        except InputError as error:
            yield Answered(name, None, Failure(name, error))


def answer_texts(model: Model, texts: tuple[str, ...], outputs: tuple[str, ...]) -> Iterator[Answered]:
    """One answer a text; of a model of tokens."""
    for text in texts:
        yield Answered(None, None, _alone(model, text, outputs), given=text)


def _alone(model: Model, source: str | bytes, outputs: tuple[str, ...]) -> Result | Failure:
    try:
        return model(source, outputs=outputs)
    except TruecopyError as error:
        return Failure(model.intake.name(source), error)


def _lines(model: Model, path: str, name: str, outputs: tuple[str, ...]) -> Iterator[Answered]:
    numbers: deque[int] = deque()

    def noted() -> Iterator[Any]:
        lines = standard_input.lines(model.intake) if path == STDIN else model.intake.many(Path(path))
        for line in lines:
            numbers.append(line.line)
            yield line

    with contextlib.closing(model.stream(noted(), outputs=outputs)) as outcomes:  # type: ignore[type-var]
        for outcome in outcomes:
            yield Answered(name, numbers.popleft(), outcome)


def takes(model: Model) -> str:
    """What one types after the model, for messages."""
    match model.contract.input:
        case ImageInput():
            return "images or folders"
        case TableInput():
            return "CSV files"
        case TokensInput():
            return '.txt or .jsonl files, or --text "..."'
