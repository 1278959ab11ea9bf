"""A refused model: a row for programs, a sentence for people, and the other models still get their turn."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def truncated(digits: Path, tmp_path: Path) -> Path:
    path = tmp_path / "cut.onnx"
    path.write_bytes(digits.read_bytes()[:-1000])
    return path


@pytest.mark.parametrize("verb", ["selftest", "inspect"])
def test_a_refused_model_does_not_stop_the_next_one(verb: str, cli, digits: Path, truncated: Path) -> None:
    done = cli(verb, truncated, digits, "--json")
    assert done.code == 3
    refused, answered = done.rows
    assert (refused["path"], refused["status"]) == (str(truncated), "error")
    assert "cut short" in refused["error"]
    assert (answered["path"], answered["status"]) == (str(digits), "ok")


def test_predict_of_a_refused_model_is_a_row_too(cli, truncated: Path, digit_images: list[str]) -> None:
    done = cli("predict", "--json", truncated, digit_images[0])
    assert done.code == 3
    (row,) = done.rows
    assert (row["path"], row["status"], row["kind"]) == (str(truncated), "error", "UnreadableArtifact")
    assert "Copy the file again from where it was exported" in done.err


@pytest.mark.parametrize(
    ("content", "what", "fix"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "it is a Git-LFS pointer",
            "git lfs pull",
        ),
        (b"<!DOCTYPE html>\n<html></html>\n", "it is a web page", "Download the file itself"),
        (b"PK\x03\x04" + bytes(60), "it is a zip archive", "truecopy export"),
        (b"\x89HDF\r\n\x1a\n" + bytes(60), "it is an HDF5 file", "truecopy attach"),
        (b"", "it is empty", "Copy the file again"),
    ],
)
def test_what_is_taken_for_a_model_is_named(content: bytes, what: str, fix: str, cli, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(content)
    done = cli("inspect", tmp_path / "model.onnx")
    assert done.code == 3
    assert what in done.err
    assert fix in done.err
