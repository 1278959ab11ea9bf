"""`-o FILE`: whether it can be written is asked first, by trying; nothing is left behind, and no folder is made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# None of the models is there: whoever complains about the output has read nothing yet.
VERBS = {
    "calibrate": ("calibrate", "m.onnx", "fit", "report", "-o", "{}.onnx"),
    "evaluate": ("evaluate", "m.onnx", "photos", "--html", "{}.html"),
    "explain": ("explain", "m.onnx", "photo.png", "-o", "{}.png"),
    "seal": ("seal", "m.onnx", "-o", "{}.onnx"),
    "selftest": ("selftest", "m.onnx", "--seal", "-o", "{}.onnx"),
    "tune": ("tune", "m.onnx", "photos", "--tta", "horizontal_flip", "-o", "{}.yaml"),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a file").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(verb: str, place: str) -> list[str]:
    return [word.format(place) for word in VERBS[verb]]


@pytest.mark.parametrize("verb", VERBS)
def test_a_folder_that_is_not_there_is_refused_and_not_made(verb: str, here: Path, cli) -> None:
    words = typed(verb, "not there/new")
    done = cli(*words)
    assert done.code == 2
    assert (
        f"cannot write {words[-1]}: there is no folder not there; make it first: mkdir -p 'not there'"
        in done.err
    )
    assert [path.name for path in here.iterdir()] == ["a file"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_place_where_nothing_can_be_made_is_refused_by_the_name_that_was_typed(
    verb: str, here: Path, cli
) -> None:
    words = typed(verb, "a file/new")
    done = cli(*words)
    assert done.code == 2
    assert (
        f"cannot write {words[-1]}: no such file can be made in a file (Not a directory); name another place"
        in done.err
    )
    assert ".part" not in done.err
    assert [path.name for path in here.iterdir()] == ["a file"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, also from root")
def test_a_folder_that_takes_no_files_is_refused(cli) -> None:
    done = cli(*typed("evaluate", "/proc/new"))
    assert done.code == 2
    assert "cannot write /proc/new.html: no such file can be made in /proc" in done.err


@pytest.mark.parametrize("verb", ["calibrate", "seal", "selftest"])
def test_a_model_is_named_as_one(verb: str, here: Path, cli) -> None:
    """Under another name no command would take it for a model."""
    done = cli(*typed(verb, "new")[:-1], "new.txt")
    assert done.code == 2
    assert "the new file is a model: expected a name that ends in .onnx, got new.txt" in done.err


@pytest.mark.parametrize("verb", VERBS)
def test_a_place_that_can_be_written_is_left_as_it_was(verb: str, here: Path, cli) -> None:
    done = cli(*typed(verb, "new"))
    assert done.code != 0
    assert "cannot write" not in done.err
    assert [path.name for path in here.iterdir()] == ["a file"]
