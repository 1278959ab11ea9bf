from __future__ import annotations

import os
from pathlib import Path

import pytest

from truecopy.jobs.globs import expand, is_pattern, only_folders
from truecopy.jobs.images import find_images


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "p/b.jpg",
        "p/a.jpg",
        "p/.hidden.jpg",
        "p/sub/c.jpg",
        "p/sub/deep/d.jpg",
        "p/x[1].jpg",
        "p/x1.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "p/folder.jpg").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_pattern_is_its_regular_files_sorted(folder: Path) -> None:
    assert list(expand(["p/[ab].jpg"])) == ["p/a.jpg", "p/b.jpg"]
    assert list(expand(["./p/?.jpg"])) == ["./p/a.jpg", "./p/b.jpg"]
    assert list(expand(["p/*.jpg"])) == ["p/a.jpg", "p/b.jpg", "p/x1.jpg", "p/x[1].jpg"]


def test_two_stars_go_into_sub_folders_and_name_each_file_once(folder: Path) -> None:
    found = list(expand(["p/**/*.jpg"]))
    assert found == ["p/a.jpg", "p/b.jpg", "p/sub/c.jpg", "p/sub/deep/d.jpg", "p/x1.jpg", "p/x[1].jpg"]
    assert list(expand(["p/**/**/c.jpg"])) == ["p/sub/c.jpg"]


def test_a_file_that_is_called_like_a_pattern_is_that_file(folder: Path) -> None:
    assert list(expand(["p/x[1].jpg"])) == ["p/x[1].jpg"]
    assert not is_pattern("p/x[1].jpg")
    (folder / "p/x[1].jpg").unlink()
    assert list(expand(["p/x[1].jpg"])) == ["p/x1.jpg"]


def test_a_folder_that_is_called_like_a_pattern_is_that_folder(folder: Path) -> None:
    (folder / "p[12]").mkdir()
    (folder / "p[12]/e.png").write_bytes(b"")
    assert find_images(["p[12]"]).paths == ("p[12]/e.png",)


@pytest.mark.parametrize(
    ("pattern", "only"), [("p/su*", True), ("*", True), ("p/*", False), ("p/a*", False), ("absent*", False)]
)
def test_it_is_known_where_only_folders_match(pattern: str, only: bool, folder: Path) -> None:
    assert only_folders(pattern) is only


def test_inputs_keep_their_order_around_a_pattern(folder: Path) -> None:
    assert list(expand(["z.png", "p/[ab].jpg", "p/sub/c.jpg"])) == [
        "z.png",
        "p/a.jpg",
        "p/b.jpg",
        "p/sub/c.jpg",
    ]


@pytest.mark.parametrize("pattern", ["p/*.png", "no/*", "p/**/*.gif", "a\0*", "[", "*" * 5000, "p/fold*.jpg"])
def test_a_pattern_that_nothing_matches_stays_for_its_error_row(folder: Path, pattern: str) -> None:
    assert list(expand([pattern])) == [pattern]
    assert find_images([pattern]).paths == (pattern,)


def test_a_file_that_is_called_minus_does_not_become_standard_input(folder: Path) -> None:
    (folder / "-").write_bytes(b"")
    assert list(expand(["[-]", "-"])) == ["./-", "-"]


def test_a_folder_that_is_called_minus_is_not_listed_for_standard_input(folder: Path) -> None:
    (folder / "-").mkdir()
    (folder / "-/a.png").write_bytes(b"")
    assert find_images(["-"]).paths == ("-",)
    assert find_images(["./-"]).paths == ("./-/a.png",)


def test_names_of_any_bytes_match(folder: Path) -> None:
    name = os.fsdecode(b"p/q\xff.jpg")
    try:
        Path(name).write_bytes(b"")
    except OSError:
        pytest.skip("this file system refuses names that are no UTF-8")
    assert list(expand(["p/q*.jpg"])) == [name]


def test_videos_of_a_folder_are_left_out_and_counted(folder: Path) -> None:
    for name in ("p/clip.MP4", "p/sub/clip.webm", "p/notes.txt", "p/moving.gif"):
        (folder / name).write_bytes(b"")
    found = find_images(["p"])
    assert "p/moving.gif" in found.paths
    assert not [path for path in found.paths if "clip" in path]
    assert (found.skipped, found.videos) == (3, 2)
    assert find_images(["p/*.MP4"]).paths == ("p/clip.MP4",)
