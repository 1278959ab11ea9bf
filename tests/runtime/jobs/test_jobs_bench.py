from __future__ import annotations

from pathlib import Path

import pytest

from truecopy.errors import UnreadableInput
from truecopy.jobs.bench import bench


def test_every_stage_is_timed_as_a_ratio_to_the_bare_run(digits: Path, digit_images: list[str]) -> None:
    timings = bench(digits, digit_images[:2], device="cpu", repeats=1).timings
    assert [row.stage for row in timings] == [
        "decode",
        "resize and crop",
        "values",
        "session.run",
        "model(image)",
        "model.stream",
    ]
    bare = timings[3]
    assert bare.ratio == 1.0
    assert all(row.milliseconds > 0 for row in timings)
    assert all(row.ratio == pytest.approx(row.milliseconds / bare.milliseconds) for row in timings)


def test_a_picture_that_cannot_be_read_ends_the_measurement(digits: Path, digit_images: list[str]) -> None:
    with pytest.raises(UnreadableInput, match="there is no such file"):
        bench(digits, [digit_images[0], "no.png"], device="cpu", repeats=1)
