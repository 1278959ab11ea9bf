from __future__ import annotations

import os
from pathlib import Path

import pytest

from truecopy.jobs.images import find_images


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "photos/b.JPG",
        "photos/a.png",
        "photos/notes.txt",
        "photos/sub/c.webp",
        "photos/sub/.DS_Store",
        "z.bin",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_its_images_sorted_and_counts_the_rest(folder: Path) -> None:
    found = find_images(["photos"])
    assert found.paths == ("photos/a.png", "photos/b.JPG", "photos/sub/c.webp")
    assert (found.skipped, found.unreadable) == (2, ())


def test_names_stay_as_they_were_typed_and_in_their_order(folder: Path) -> None:
    typed = ["z.bin", "./photos/b.JPG", "photos/../photos/a.png", "not there.png"]
    assert find_images(typed).paths == tuple(typed)
    assert find_images(["./photos/", "z.bin"]).paths[0] == "./photos/a.png"


def test_a_name_of_any_length_is_kept_for_its_error_row(folder: Path) -> None:
    name = "x" * 5000
    assert find_images([name, ""]).paths == (name, "")


def test_names_of_any_bytes_are_found(folder: Path) -> None:
    name = os.fsdecode(b"photos/\xff.png")
    try:
        Path(name).write_bytes(b"")
    except OSError:
        pytest.skip("this file system refuses names that are no UTF-8")
    assert name in find_images(["photos"]).paths


def test_a_folder_that_cannot_be_listed_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def denied(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", denied)
    found = find_images(["photos"])
    assert found.paths == ("photos/a.png", "photos/b.JPG")
    assert found.unreadable == ("photos/sub: Permission denied",)


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert find_images([str(tmp_path)]).paths == ()
