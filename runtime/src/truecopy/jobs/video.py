"""Frames of video files, decoded one by one by OpenCV's FFmpeg.

A frame is what `cv2.VideoCapture(path).read()` gives: BGR, and turned upright where the file says how the phone was
held (OpenCV's CAP_PROP_ORIENTATION_AUTO, on by default). Decoded in software, so that pixels do not depend on a GPU's
decoder.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from truecopy.errors import UnreadableInput, Unsupported
from truecopy.limits import Limits
from truecopy.pixels.budget import check_pixels
from truecopy.pixels.videos import HEAD, is_video

if TYPE_CHECKING:
    import numpy.typing as npt

# Of the frames that a header promises. Many headers give no count, only a length times a rate, and files whose begin
# was trimmed count what is never shown.
_MISSING_SHARE, _MISSING_COUNT = 0.01, 1


@dataclass(frozen=True, slots=True)
class Frame:
    """number: from 0, of the frames that decode. pixels: uint8 (h, w, 3), BGR, its own memory.

    seconds: when it is shown, counted from the begin of the file, as the file itself says (CAP_PROP_POS_MSEC: the frame's
    time stamp, so a phone's varying rate is right), rounded to milliseconds.
    warnings: of the last frame, that the file ends early.
    """

    number: int
    seconds: float
    pixels: npt.NDArray[np.uint8]
    warnings: tuple[str, ...] = ()


def frames(path: str, every: int, limits: Limits) -> Generator[Frame, None, None]:
    """Frames 0, `every`, 2 `every`, ... of a file, decoded when they are asked for; two are held at a time.

    What lies between is decoded too, since a frame is stored as the change from the one before, but is not converted or
    copied. The frames end where OpenCV's reading ends, at damage, too; the last one carries a warning then.

    Raises:
        UnreadableInput: no such file, or no frame of it can be decoded. Unsupported: this is no video.
        TooLarge: a frame has more pixels than `limits.max_pixels`.
    """
    _check_file(path)
    capture = _opened(path)
    try:
        height, width = (int(capture.get(it)) for it in (cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_WIDTH))
        check_pixels(height, width, limits, what="a frame of the video", where=path)
        promised = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        yield from _taken(capture, path, every, promised)
    finally:
        capture.release()


def _taken(capture: cv2.VideoCapture, path: str, every: int, promised: float) -> Generator[Frame, None, None]:
    """A frame is given when the next one is there, or there is none: the last one carries the warning."""
    number = 0
    held: Frame | None = None
    while capture.grab():
        if number % every == 0:
            seconds = round(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, 3)
            pixels = _retrieved(capture)
            if pixels is None:
                break
            if held is not None:
                yield held
            held = Frame(number, seconds, pixels)
        number += 1
    if held is None:
        raise UnreadableInput(
            "no frame of the video can be decoded", where=path, fix="Replace the file; play it to see whether it is whole"
        )  # fmt: skip
    yield Frame(held.number, held.seconds, held.pixels, _ends_early(number, promised))


def _retrieved(capture: cv2.VideoCapture) -> npt.NDArray[np.uint8] | None:
    try:
        read, pixels = capture.retrieve()
    except cv2.error:
        return None
    return pixels if read else None


def _ends_early(decoded: int, promised: float) -> tuple[str, ...]:
    """A warning, no error: what headers say of their frames is often wrong, and what was decoded is right."""
    if not math.isfinite(promised) or promised - decoded <= _MISSING_COUNT + _MISSING_SHARE * promised:
        return ()
    told = f"decoding ended after frame {decoded - 1}, and the file's header promises {promised:.0f} frames"
    return (f"{told}: it is cut off or damaged, or its header is wrong",)


def _check_file(path: str) -> None:
    """What FFmpeg may be given: by a name it would open addresses of networks, and lists of other files by their content.

    Raises:
        UnreadableInput: no such file, no regular file, or a name that OpenCV does not take. Unsupported: this is no video.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - names may hold any bytes
            raise UnreadableInput(
                "the video is not a regular file", where=path, fix="Save it to a file, and name that"
            )
        with Path(path).open("rb") as stream:
            head = stream.read(HEAD)
    except FileNotFoundError as error:
        raise UnreadableInput("there is no such file", where=path) from error
    except UnreadableInput:  # an OSError, too
        raise
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise UnreadableInput(
            "the file cannot be read", got=f"{type(error).__name__}: {error}", where=path
        ) from error
    if not is_video(head):
        raise Unsupported(
            "by its name this is a video, and by its first bytes it is none that is opened",
            expected="MP4, QuickTime, AVI, Matroska, WebM or MPEG",
            got="an empty file" if not head else f"a file starting with {head[:12]!r}",
            where=path,
            fix="Give it its right suffix, or convert it: ffmpeg -i FILE clip.mp4",
        )
    if not _is_utf8(path):
        # OpenCV would end the whole process.
        raise UnreadableInput("the name of the video is no UTF-8", where=path, fix="Rename the file")


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _opened(path: str) -> cv2.VideoCapture:
    """Raises:
    UnreadableInput: FFmpeg finds no video in it.
    """
    # Absolute: FFmpeg takes what stands before a colon for a protocol.
    settings = [cv2.CAP_PROP_HW_ACCELERATION, cv2.VIDEO_ACCELERATION_NONE]
    capture = cv2.VideoCapture(os.path.abspath(path), cv2.CAP_FFMPEG, settings)  # noqa: PTH100
    if not capture.isOpened():
        raise UnreadableInput(
            "the video cannot be opened",
            got="a file that is cut off or damaged, or a codec that this OpenCV does not have",
            where=path,
            fix="Convert it: ffmpeg -i FILE -c:v libx264 clip.mp4",
        )
    return capture


def quiet_ffmpeg() -> None:
    """No words of FFmpeg and OpenCV on stderr: what matters is in the errors. Of the whole process, so for a command only."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    # OpenCV 4 has the first, 5 the second.
    set_level = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
    set_level(0)  # silent
