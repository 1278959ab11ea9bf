from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

import truecopy
from truecopy.errors import TooLarge, UnreadableInput, Unsupported
from truecopy.jobs.answers import answer_pictures
from truecopy.jobs.video import Frame, frames
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.pixels.videos import is_video
from truecopy.predict import Failure, Model

CODECS = {"avi": "MJPG", "mp4": "mp4v", "mov": "mp4v", "mkv": "mp4v"}
WIDTH, HEIGHT = 48, 32
Make = Callable[..., str]


def picture(number: int) -> np.ndarray:
    """A BGR frame (32, 48, 3) like no other: a slope of colours, and a bright square that moves."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    frame = np.stack([rows * 7, columns * 5, np.full_like(rows, 20 * number % 256)], axis=2).astype(np.uint8)
    frame[4:12, number : number + 8] = (255, 200, 10)
    return frame


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(name: str, count: int = 12, rate: float = 8.0) -> str:
        path = str(tmp_path / name)
        codec = cv2.VideoWriter_fourcc(*CODECS[name.rsplit(".", 1)[1]])
        writer = cv2.VideoWriter(path, codec, rate, (WIDTH, HEIGHT))
        if not writer.isOpened():
            pytest.skip(f"this OpenCV writes no {name}")
        for number in range(count):
            writer.write(picture(number))
        writer.release()
        return path

    return made


@pytest.fixture(scope="module")
def model(digits: Path) -> Model:
    return truecopy.load(digits, device="cpu", threads=2)


def read_plainly(path: str) -> list[np.ndarray]:
    """All frames as anybody reads them."""
    capture = cv2.VideoCapture(path)
    found = []
    while (got := capture.read())[0]:
        found.append(got[1])
    capture.release()
    return found


def half(path: str, share: float = 0.6) -> str:
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole[: int(len(whole) * share)])
    return path


@pytest.mark.parametrize("kind", CODECS)
def test_frames_are_those_of_opencv_bit_for_bit_with_their_times(make: Make, kind: str) -> None:
    path = make(f"clip.{kind}")
    wanted, found = read_plainly(path), list(frames(path, 1, DEFAULT_LIMITS))
    assert len(wanted) == len(found) == 12
    for frame, pixels in zip(found, wanted, strict=True):
        assert np.array_equal(frame.pixels, pixels)
    assert [frame.number for frame in found] == list(range(12))
    assert [frame.seconds for frame in found] == [number / 8 for number in range(12)]
    assert not any(frame.warnings for frame in found)


@pytest.mark.parametrize("every", [2, 5, 11, 12, 1000])
def test_every_n_takes_frames_0_n_2n(make: Make, every: int) -> None:
    path = make("clip.mp4")
    wanted, found = read_plainly(path)[::every], list(frames(path, every, DEFAULT_LIMITS))
    assert [frame.number for frame in found] == list(range(0, 12, every))
    assert all(np.array_equal(frame.pixels, pixels) for frame, pixels in zip(found, wanted, strict=True))


def test_seconds_are_rounded_to_milliseconds(make: Make) -> None:
    path = make("clip.avi", count=4, rate=30.0)
    assert [frame.seconds for frame in frames(path, 1, DEFAULT_LIMITS)] == [0.0, 0.033, 0.067, 0.1]


def test_frames_do_not_share_memory(make: Make) -> None:
    first, second = list(frames(make("clip.avi"), 1, DEFAULT_LIMITS))[:2]
    assert not np.shares_memory(first.pixels, second.pixels)
    assert not np.array_equal(first.pixels, second.pixels)


def test_a_video_of_a_phone_that_was_turned_stands_upright(make: Make) -> None:
    """A track's matrix (ISO 14496-12, 8.3.2) says how the film is shown; this one is a quarter to the right."""
    path = make("clip.mp4")
    stored = read_plainly(path)
    whole = bytearray(Path(path).read_bytes())
    unity, quarter = ((1, 0, 0, 0, 1, 0, 0, 0), (0, 1, 0, -1, 0, 0, 0, 0))
    matrices = [
        b"".join((65536 * number).to_bytes(4, "big", signed=True) for number in m) for m in (unity, quarter)
    ]
    at = whole.index(matrices[0], whole.index(b"tkhd"))
    whole[at : at + len(matrices[1])] = matrices[1]
    Path(path).write_bytes(whole)
    found = list(frames(path, 1, DEFAULT_LIMITS))
    for frame, pixels in zip(found, stored, strict=True):
        assert np.array_equal(frame.pixels, cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE))


def test_a_damaged_frame_ends_the_video_as_for_everybody_who_reads_it_with_opencv(make: Make) -> None:
    path = make("clip.avi")
    whole = bytearray(Path(path).read_bytes())
    starts = [at for at in range(len(whole)) if whole[at : at + 3] == b"\xff\xd8\xff"]
    assert len(starts) == 12
    whole[starts[4] : starts[5] - 8] = bytes(starts[5] - 8 - starts[4])
    Path(path).write_bytes(whole)
    found = list(frames(path, 1, DEFAULT_LIMITS))
    assert len(found) == len(read_plainly(path)) < 12
    assert found[-1].warnings[0].startswith(f"decoding ended after frame {len(found) - 1}, and")


def test_a_video_that_ends_early_gives_its_frames_and_says_so_at_the_last(make: Make) -> None:
    path = half(make("clip.avi"))
    found = list(frames(path, 2, DEFAULT_LIMITS))
    decoded = len(read_plainly(path))
    assert 2 < decoded < 12
    assert [frame.number for frame in found] == list(range(0, decoded, 2))
    assert not any(frame.warnings for frame in found[:-1])
    (warning,) = found[-1].warnings
    assert warning.startswith(
        f"decoding ended after frame {decoded - 1}, and the file's header promises 12 frames"
    )


def test_a_video_without_a_begin_is_unreadable(make: Make) -> None:
    path = half(make("clip.mp4"))
    with pytest.raises(UnreadableInput, match="the video cannot be opened"):
        next(frames(path, 1, DEFAULT_LIMITS))


def test_a_video_without_frames_is_unreadable(make: Make) -> None:
    path = make("clip.avi")
    whole = Path(path).read_bytes()
    Path(path).write_bytes(whole[: whole.index(b"movi") + 4])
    with pytest.raises(
        UnreadableInput, match=r"the video cannot be opened|no frame of the video can be decoded"
    ):
        next(frames(path, 1, DEFAULT_LIMITS))


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "an empty file"),
        (b"hello", "a file starting with b'hello'"),
        (b"ffconcat version 1.0\nfile clip.avi\n", "a file starting with b'ffconcat ver'"),
        (b"#EXTM3U\n#EXTINF:1,\nclip.avi\n", "a file starting with"),
    ],
)
def test_what_only_is_called_a_video_is_never_given_to_ffmpeg(
    make: Make, tmp_path: Path, content: bytes, got: str
) -> None:
    """FFmpeg would open the other files that a list names."""
    make("clip.avi")
    path = tmp_path / "list.mp4"
    path.write_bytes(content)
    with pytest.raises(Unsupported, match="by its first bytes it is none") as caught:
        next(frames(str(path), 1, DEFAULT_LIMITS))
    assert got in str(caught.value)


@pytest.mark.parametrize(
    "name", ["no.mp4", "folder.mp4", "a\0.mp4", "x" * 5000 + ".mp4", "http://127.0.0.1:9/a.mp4"]
)
def test_what_is_no_file_is_an_input_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(UnreadableInput):
        next(frames(name, 1, DEFAULT_LIMITS))


def test_a_colon_in_a_name_is_no_protocol(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make("http:clip.avi")
    monkeypatch.chdir(tmp_path)
    assert len(list(frames("http:clip.avi", 6, DEFAULT_LIMITS))) == 2


def test_a_name_that_is_no_utf_8_is_refused_because_opencv_would_end_the_process(
    make: Make, tmp_path: Path
) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.avi")
    try:
        Path(make("clip.avi")).rename(name)
    except OSError:
        pytest.skip("this file system refuses names that are no UTF-8")
    with pytest.raises(UnreadableInput, match=r"the name of the video is no UTF-8.*Rename the file"):
        next(frames(name, 1, DEFAULT_LIMITS))


def test_a_frame_may_have_as_many_pixels_as_a_picture(make: Make) -> None:
    path = make("clip.avi")
    assert next(frames(path, 1, Limits(max_pixels=WIDTH * HEIGHT))).number == 0
    with pytest.raises(TooLarge, match="a frame of the video is too large"):
        next(frames(path, 1, Limits(max_pixels=WIDTH * HEIGHT - 1)))


def test_the_model_answers_a_frame_like_the_same_pixels_in_an_array(make: Make, model: Model) -> None:
    path = make("clip.mp4")
    answered = list(answer_pictures(model, (path,), (), 5))
    assert [(one.path, one.frame, one.seconds) for one in answered] == [
        (path, 0, 0.0),
        (path, 5, 0.625),
        (path, 10, 1.25),
    ]
    assert answered[1].name == f"{path}:5 (0.62 s)"
    for one, pixels in zip(answered, read_plainly(path)[::5], strict=True):
        assert np.array_equal(one.outcome.probabilities, model(pixels, color="BGR").probabilities)


def test_pictures_and_videos_keep_their_order_and_a_bad_one_stops_no_other(
    make: Make, model: Model, digit_images: list[str], tmp_path: Path
) -> None:
    clip, cut = make("clip.avi"), half(make("cut.avi"))
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    inputs = (digit_images[0], clip, str(bad), cut, digit_images[1], digit_images[2])
    answered = list(answer_pictures(model, inputs, (), 6))
    decoded = len(read_plainly(cut))
    assert [(one.path, one.frame) for one in answered] == [
        (digit_images[0], None),
        *((clip, number) for number in range(0, 12, 6)),
        (str(bad), None),
        *((cut, number) for number in range(0, decoded, 6)),
        (digit_images[1], None),
        (digit_images[2], None),
    ]
    assert [isinstance(one.outcome, Failure) for one in answered].count(True) == 1
    assert [
        one.path for one in answered if not isinstance(one.outcome, Failure) and one.outcome.warnings
    ] == [cut]


def test_frames_are_decoded_as_they_are_asked_for(
    make: Make, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def counted(path: str, every: int, limits: Limits) -> Iterator[Frame]:
        for frame in frames(path, every, limits):
            taken.append(frame.number)
            yield frame

    monkeypatch.setattr("truecopy.jobs.answers.frames", counted)
    answers = answer_pictures(model, (make("clip.avi", count=200),), ())
    assert next(answers).frame == 0
    assert len(taken) < 50
    answers.close()


def test_a_frame_that_the_graph_cannot_answer_is_named(make: Make, fake_model: Callable[..., Model]) -> None:
    broken = fake_model(lambda batch: np.full((len(batch), 2), np.nan, np.float32))
    first, *_ = answer_pictures(broken, (make("clip.avi", count=3),), ())
    assert isinstance(first.outcome, Failure)
    assert first.outcome.error.where.endswith("clip.avi:0")


@pytest.mark.parametrize("kind", CODECS)
def test_a_video_given_to_the_model_itself_says_how_its_frames_are_answered(
    make: Make, model: Model, kind: str
) -> None:
    path = Path(make(f"clip.{kind}"))
    for source in (path, str(path), path.read_bytes()):
        with pytest.raises(Unsupported, match="this is a video, not one picture") as caught:
            model(source)
        assert 'model(frame, color="BGR")' in str(caught.value)
        assert "truecopy predict MODEL clip.mp4 --every 10" in str(caught.value)


def test_a_video_above_the_size_of_pictures_is_called_a_video(make: Make, digits: Path) -> None:
    small = truecopy.load(digits, device="cpu", limits=Limits(max_bytes=100))
    with pytest.raises(Unsupported, match="this is a video"):
        small(make("clip.avi"))


@pytest.mark.parametrize(
    ("head", "video"),
    [
        (b"\0\0\0\x1cftypisom", True),
        (b"\0\0\0\x14ftypqt  ", True),
        (b"\0\0\0\x1cftypheic", False),
        (b"\0\0\0\x1cftypavif", False),
        (b"\0\0\0\x08wide\0\0", True),
        (b"RIFF\0\0\0\0AVI LIST", True),
        (b"RIFF\0\0\0\0WEBPVP8 ", False),
        (b"RIFF\0\0\0\0WAVEfmt ", False),
        (b"\x1aE\xdf\xa3", True),
        (b"\x00\x00\x01\xba", True),
        ((b"G" + b"\xff" * 187) * 2, True),
        (b"GIF89a" + b"\0" * 300, False),
        (b"\xff\xd8\xff\xe0", False),
        (b"\x89PNG\r\n\x1a\n", False),
        (b"", False),
    ],
)  # fmt: skip
def test_videos_are_told_by_their_first_bytes(head: bytes, video: bool) -> None:
    assert is_video(head) is video
