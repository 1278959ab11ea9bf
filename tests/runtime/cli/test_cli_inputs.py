"""Inputs as people have them: patterns, standard input, videos, in one line of command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

tiny = pytest.importorskip("tests.tiny_models")

HEADER = "age,city,bmi,remark\n"


def clip(path: Path, count: int = 9) -> Path:
    """A Motion-JPEG film of 4 frames a second, 40 x 24 (width x height)."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 4.0, (40, 24))
    noise = np.random.default_rng(0)
    for _ in range(count):
        writer.write(noise.integers(0, 256, (24, 40, 3), np.uint8))
    writer.release()
    return path


def test_a_quoted_pattern_is_expanded_in_place(cli, digits: Path, photos: Path) -> None:
    done = cli("predict", digits, "photos/[on]*.png", "photos/broken.jpg", "--json")
    assert [row["path"] for row in done.rows] == [
        "photos/new\nline.png",
        "photos/one.png",
        "photos/broken.jpg",
    ]
    assert cli("predict", digits, "**/*.png", "--json").rows[0]["path"] == "photos/[red]x.png"


def test_a_real_name_with_brackets_is_no_pattern(cli, digits: Path, photos: Path) -> None:
    assert [row["label"] for row in cli("predict", digits, "photos/[red]x.png", "--json").rows] == ["two"]


def test_a_pattern_that_nothing_matches_is_one_error_row(cli, digits: Path, photos: Path) -> None:
    done = cli("predict", digits, "photos/one.png", "photos/*.jgp", "--json")
    assert done.code == 1
    assert [row["status"] for row in done.rows] == ["ok", "error"]
    assert done.rows[1]["error"].startswith("no file matches the pattern - at photos/*.jgp. In sub-folders")


def test_patterns_of_tables_and_texts_are_expanded(
    cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = tiny.sealed(tmp_path / "m.onnx")
    for name in "ba":
        (tmp_path / f"{name}.csv").write_text(HEADER + "40,Bern,25,\n")
    done = cli("predict", model, "[ab].csv", "*.tsv", "--json")
    assert [(row["path"], row.get("line")) for row in done.rows] == [
        ("a.csv", 2),
        ("b.csv", 2),
        ("*.tsv", None),
    ]
    assert done.rows[2]["error"].startswith("no file matches the pattern")


def test_a_picture_is_piped_in(process, digits: Path, digit_images: list[str]) -> None:
    with Path(digit_images[3]).open("rb") as stream:
        done = process("predict", digits, "-", "--json", stdin=stream)
    row = json.loads(done.stdout)
    assert (done.returncode, row["path"], row["label"]) == (0, "<stdin>", Path(digit_images[3]).stem)
    done = process("predict", digits, "-", input=Path(digit_images[4]).read_bytes())
    assert "<stdin>" in done.stdout.decode()
    assert Path(digit_images[4]).stem in done.stdout.decode()


def test_rows_are_piped_in(process, tmp_path: Path) -> None:
    model = tiny.sealed(tmp_path / "m.onnx")
    done = process("predict", model, "-", "--json", input=(HEADER + "40,Bern,25,\n1,Bern\n").encode())
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["path"], row["line"], row["status"]) for row in rows] == [
        ("<stdin>", 2, "ok"),
        ("<stdin>", 3, "error"),
    ]
    assert done.returncode == 1


def test_an_empty_pipe_is_one_error_row(process, digits: Path) -> None:
    done = process("predict", digits, "-", "--json", input=b"")
    row = json.loads(done.stdout)
    assert (done.returncode, row["path"], row["kind"]) == (1, "<stdin>", "UnreadableInput")
    assert row["error"].startswith("standard input is empty")


def test_standard_input_twice_is_a_usage_error(process, digits: Path) -> None:
    done = process("predict", digits, "-", "-", input=b"x")
    assert done.returncode == 2
    assert "standard input (-) can be read once: give one -" in done.stderr.decode()


@pytest.mark.parametrize("closed", [True, False])
def test_a_terminal_or_nothing_at_standard_input_is_a_usage_error(
    cli, digits: Path, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", None if closed else Terminal())
    done = cli("predict", digits, "-")
    assert done.code == 2
    assert "nothing is piped into standard input (-)" in done.err


def test_a_video_is_a_row_a_frame_with_its_time(cli, digits: Path, photos: Path) -> None:
    clip(Path("clip.avi"))
    done = cli("predict", digits, "clip.avi", "photos/one.png", "--every", "3", "--json")
    assert (done.code, done.err) == (0, "")
    places = [{key: row.get(key) for key in ("path", "frame", "seconds")} for row in done.rows]
    assert places == [
        {"path": "clip.avi", "frame": 0, "seconds": 0.0},
        {"path": "clip.avi", "frame": 3, "seconds": 0.75},
        {"path": "clip.avi", "frame": 6, "seconds": 1.5},
        {"path": "photos/one.png", "frame": None, "seconds": None},
    ]
    assert list(done.rows[0])[:4] == ["path", "frame", "seconds", "status"]
    assert "frame" not in done.rows[3]


def test_all_frames_are_taken_by_default_and_named_in_tables(cli, digits: Path, photos: Path) -> None:
    clip(Path("clip.avi"))
    done = cli("predict", digits, "clip.avi")
    assert done.code == 0
    assert "│ clip.avi:7 (1.75 s) │" in done.out
    assert "9 images, 0 failed" in done.err


def test_a_damaged_video_is_an_error_row_without_words_of_its_decoder(
    process, digits: Path, tmp_path: Path
) -> None:
    whole = clip(tmp_path / "clip.avi").read_bytes()
    (tmp_path / "cut.avi").write_bytes(whole[: len(whole) * 3 // 4])
    (tmp_path / "bad.mp4").write_bytes(b"\0\0\0\x1cftypisom" + b"\0" * 100)
    done = process("predict", digits, "bad.mp4", "cut.avi", "--json", cwd=tmp_path)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [row["status"] for row in rows] == ["error", *["ok"] * (len(rows) - 1)]
    assert rows[0]["error"].startswith("the video cannot be opened")
    assert rows[-1]["warnings"][0].startswith(
        f"decoding ended after frame {len(rows) - 2}, and the file's header"
    )
    assert done.stderr.decode().startswith(f"{len(rows)} images, 1 failed")


def test_videos_in_folders_are_counted_among_what_is_left_out(cli, digits: Path, photos: Path) -> None:
    clip(photos / "a.avi")
    clip(photos / "b.mkv")
    done = cli("predict", digits, "photos", "--json")
    assert not [row for row in done.rows if "frame" in row]
    assert (
        "left out of folders, no images by their names: 3 files, 2 videos of them: name them one by one\n"
        in done.err
    )


def test_every_without_a_video_is_a_usage_error(cli, digits: Path, photos: Path, tmp_path: Path) -> None:
    done = cli("predict", digits, "photos/one.png", "--every", "2")
    assert (done.code, "--every goes with videos, and none is among the inputs" in done.err) == (2, True)
    done = cli("predict", tiny.sealed(tmp_path / "t.onnx"), "rows.csv", "--every", "2")
    assert (done.code, "--every goes with videos; this model takes CSV files" in done.err) == (2, True)
    assert cli("predict", digits, "photos/one.png", "--every", "0").code == 2


def test_every_says_where_the_videos_are(cli, digits: Path, photos: Path) -> None:
    clip(photos / "a.avi")
    done = cli("predict", digits, "photos", "--every", "2")
    assert done.code == 2
    assert (
        "none is among the inputs: the folders hold 1 video; name them one by one, or by a pattern"
        in done.err
    )


def test_every_with_a_piped_video_says_that_it_is_not_read(
    cli, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Pipe:
        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Pipe())
    done = cli("predict", digits, "-", "--every", "2")
    assert (done.code, "a piped video is not read" in done.err) == (2, True)


def test_a_pattern_that_only_folders_match_says_what_to_type(cli, digits: Path, photos: Path) -> None:
    (done,) = cli("predict", digits, "phot*", "--json").rows
    assert done["error"].startswith(
        "only folders match the pattern - at phot*. For the files in them: phot*/*.jpg"
    )
    assert cli("predict", digits, "phot*/one.*", "--json").rows[0]["status"] == "ok"


def test_a_model_behind_an_input_is_a_usage_error_with_the_line_to_type(
    cli, digits: Path, photos: Path
) -> None:
    done = cli("predict", digits, "photos", "other.onnx")
    assert done.code == 2
    assert (
        f"models come first, and 'other.onnx' stands behind an input: {digits} other.onnx photos" in done.err
    )
    (photos / "odd.onnx").mkdir()
    (photos / "odd.onnx/one.png").write_bytes((photos / "one.png").read_bytes())
    assert cli("predict", digits, "photos/odd.onnx", "photos/one.png", "--json").code != 2


def test_a_video_for_a_model_of_tables_is_an_error_row(cli, tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.avi")
    for task in ((), (tiny.TOKENS, tiny.WRITER)):
        done = cli("predict", tiny.sealed(tmp_path / "m.onnx", *task), path, "--json")
        (row,) = done.rows
        assert (done.code, row["kind"]) == (1, "Unsupported")
        assert "by its name this is a video" in row["error"]
