from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import truecopy
from truecopy.errors import InputError, TooLarge, UnreadableInput, Unsupported
from truecopy.jobs.answers import answer_lines, answer_pictures
from truecopy.limits import Limits
from truecopy.predict import Failure

tiny = pytest.importorskip("tests.tiny_models")

HEADER = b"age,city,bmi,remark\n"


class Trickle(io.RawIOBase):
    """A pipe that gives three bytes at a time, as a slow writer does."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        part, self.rest = self.rest[: min(3, len(buffer))], self.rest[min(3, len(buffer)) :]
        buffer[: len(part)] = part
        return len(part)


@pytest.fixture(params=["at once", "in pieces"])
def pipe(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def put(data: bytes) -> None:
        raw = io.BytesIO(data) if request.param == "at once" else Trickle(data)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(raw)))

    return put


def test_a_picture_from_standard_input_is_answered_like_its_file(
    pipe, digits: Path, digit_images: list[str]
) -> None:
    model = truecopy.load(digits, device="cpu")
    pipe(Path(digit_images[3]).read_bytes())
    file, piped = answer_pictures(model, (digit_images[3], "-"), ())
    assert (piped.path, piped.name, piped.line) == ("<stdin>", "<stdin>", None)
    assert np.array_equal(piped.outcome.probabilities, file.outcome.probabilities)


def failure(model: truecopy.Model) -> InputError:
    (one,) = answer_pictures(model, ("-",), ())
    assert isinstance(one.outcome, Failure)
    assert one.path == "<stdin>"
    return one.outcome.error


def test_what_is_no_picture_is_one_failure_that_names_standard_input(pipe, digits: Path) -> None:
    model = truecopy.load(digits, device="cpu")
    pipe(b"no picture")
    error = failure(model)
    assert isinstance(error, UnreadableInput)
    assert error.where == "<stdin>"
    pipe(b"\0\0\0\x1cftypisom")
    error = failure(model)
    assert isinstance(error, Unsupported)
    assert str(error).startswith(
        "this is a video, not one picture - at <stdin>. `truecopy predict MODEL clip"
    )


def test_a_picture_may_have_the_bytes_of_the_limit(pipe, digits: Path, digit_images: list[str]) -> None:
    data = Path(digit_images[0]).read_bytes()
    model = truecopy.load(digits, device="cpu", limits=Limits(max_bytes=len(data)))
    pipe(data)
    (one,) = answer_pictures(model, ("-",), ())
    assert not isinstance(one.outcome, Failure)
    pipe(data + b"x")
    assert isinstance(failure(model), TooLarge)


def test_rows_from_standard_input_are_those_of_the_file(pipe, tmp_path: Path) -> None:
    model = truecopy.load(tiny.sealed(tmp_path / "m.onnx"), device="cpu")
    data = HEADER + b'1,Bern,25,"two\nlines"\nx,Bern,25,\n2,Basel,25,\n'
    (tmp_path / "rows.csv").write_bytes(data)
    pipe(data)
    file = list(answer_lines(model, [str(tmp_path / "rows.csv")], ()))
    piped = list(answer_lines(model, ["-"], ()))
    assert [one.name for one in piped] == ["<stdin>:2", "<stdin>:4", "<stdin>:5"]
    assert [one.line for one in piped] == [one.line for one in file]
    assert [isinstance(one.outcome, Failure) for one in piped] == [False, True, False]
    assert piped[1].outcome.error.where.startswith("<stdin>:4")
    assert [piped[at].outcome["price"] for at in (0, 2)] == [file[at].outcome["price"] for at in (0, 2)]


def test_rows_of_any_number_are_read_as_they_go(pipe, tmp_path: Path) -> None:
    model = truecopy.load(tiny.sealed(tmp_path / "m.onnx"), device="cpu")
    pipe(HEADER + b"1,Bern,25,\n" * 3000)
    answers = answer_lines(model, ["-"], ())
    assert next(answers).line == 2
    assert sum(1 for _ in answers) == 2999
    assert not sys.stdin.buffer.closed


def test_a_picture_in_place_of_rows_is_named(pipe, tmp_path: Path, digit_images: list[str]) -> None:
    model = truecopy.load(tiny.sealed(tmp_path / "m.onnx"), device="cpu")
    pipe(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    (one,) = answer_lines(model, ["-"], ())
    assert isinstance(one.outcome, Failure)
    assert (one.name, isinstance(one.outcome.error, InputError)) == ("<stdin>", True)


def test_texts_from_standard_input_are_lines(pipe, tmp_path: Path) -> None:
    model = truecopy.load(tiny.sealed(tmp_path / "w.onnx", tiny.TOKENS, tiny.WRITER), device="cpu")
    pipe(b"abc\n\nBA\n")
    texts = tmp_path / "texts.txt"
    texts.write_bytes(b"abc\n\nBA\n")
    piped, file = list(answer_lines(model, ["-"], ())), list(answer_lines(model, [str(texts)], ()))
    assert [one.name for one in piped] == ["<stdin>:1", "<stdin>:2", "<stdin>:3"]
    told = [[getattr(one.outcome, "text", type(one.outcome)) for one in many] for many in (piped, file)]
    assert told[0] == told[1]


@pytest.mark.parametrize("kind", ["picture", "table", "texts"])
def test_nothing_in_standard_input_is_one_failure(pipe, digits: Path, tmp_path: Path, kind: str) -> None:
    pipe(b"")
    if kind == "picture":
        answers = answer_pictures(truecopy.load(digits, device="cpu"), ("-",), ())
    else:
        task = () if kind == "table" else (tiny.TOKENS, tiny.WRITER)
        answers = answer_lines(
            truecopy.load(tiny.sealed(tmp_path / "m.onnx", *task), device="cpu"), ["-"], ()
        )
    (one,) = answers
    assert isinstance(one.outcome, Failure)
    assert isinstance(one.outcome.error, UnreadableInput)
    assert str(one.outcome.error).startswith("standard input is empty - at <stdin>. Pipe something in")
