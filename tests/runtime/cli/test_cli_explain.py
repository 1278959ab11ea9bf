from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from truecopy.artifact.seal import SEAL_BYTES


@pytest.fixture
def two(digit_images: list[str], tmp_path: Path) -> Path:
    return Path(
        shutil.copy(next(name for name in digit_images if name.endswith("two.png")), tmp_path / "two.png")
    )


def test_a_sheet_is_written_and_the_numbers_are_tables(cli, digits: Path, two: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    done = cli("explain", digits, two, "-o", tmp_path / "new" / "sheet.png")
    assert done.code == 0
    with Image.open(tmp_path / "new" / "sheet.png") as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB")
        assert picture.width > 1000
    for words in (
        "decoded",
        "8 x 8 uint8",
        "26 x 26 float32",
        "-1 to 1",
        "two",
        "squash instead of crop",
        "CHANGES",
    ):
        assert words in done.out
    assert "not shown: EXIF turn applied instead of ignored: no EXIF turn in this file" in done.err
    assert f"wrote {tmp_path}" in done.err


def test_json_is_one_document(cli, digits: Path, two: Path, tmp_path: Path) -> None:
    done = cli("explain", digits, two, "-o", tmp_path / "sheet.PNG", "--json")
    assert (done.code, done.err) == (0, "")
    (row,) = done.rows
    assert (row["path"], row["status"], row["sheet"]) == (str(two), "ok", str(tmp_path / "sheet.PNG"))
    assert row["model"] == str(digits)
    assert [stage["stage"] for stage in row["stages"]] == ["decoded", "step 0", "step 1", "tensor"]
    assert row["answer"]["label"] == "two"
    assert len(row["answer"]["top"]) == 3
    by_name = {mistake["mistake"]: mistake for mistake in row["mistakes"]}
    scale = by_name["0..255 instead of -1..1"]
    assert scale["moved_share_of_range"] > 10
    assert scale["label_changes"] is (scale["answer"]["label"] != "two")
    assert row["left_out"][0]["reason"] == "no EXIF turn in this file"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("two.png",), "Missing option '-o'"),
        (("two.png", "-o", "sheet.jpg"), "a name that ends in .png"),
        (("-o", "sheet.png"), "expected one after the model, got 0"),
        (("two.png", "two.png", "-o", "sheet.png"), "expected one after the model, got 2"),
        (("folder", "-o", "sheet.png"), "folder is a folder"),
        (("two.png", "-o", "folder.png"), "folder.png is a folder"),
        (("two.png", "-o", "there.png"), "there.png exists; type --overwrite"),
        (("two.png", "-o", "two.png", "--overwrite"), "two.png is what is to be explained"),
        (("two.png", "-o", "link.png", "--overwrite"), "link.png is what is to be explained"),
    ],
)
def test_usage_is_checked_before_anything_is_read(
    words, message: str, cli, digits, two, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "there.png").write_bytes(b"mine")
    (tmp_path / "link.png").symlink_to("two.png")
    before = two.read_bytes()
    done = cli("explain", digits, *words)
    assert done.code == 2
    assert message in done.err
    assert (tmp_path / "there.png").read_bytes() == b"mine"
    assert two.read_bytes() == before


def test_overwrite_replaces_a_sheet(cli, digits, two, tmp_path) -> None:
    (tmp_path / "sheet.png").write_bytes(b"old")
    assert cli("explain", digits, two, "-o", tmp_path / "sheet.png", "--overwrite").code == 0
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize("content", [b"no picture", b""])
def test_a_photo_that_cannot_be_read_is_exit_1_and_no_sheet(content: bytes, cli, digits, tmp_path) -> None:
    (tmp_path / "x.jpg").write_bytes(content)
    done = cli("explain", digits, tmp_path / "x.jpg", "-o", tmp_path / "sheet.png", "--json")
    assert done.code == 1
    (row,) = done.rows
    assert (row["path"], row["status"], row["kind"]) == (str(tmp_path / "x.jpg"), "error", "UnreadableInput")
    assert [path.name for path in tmp_path.iterdir()] == ["x.jpg"]


def test_a_refused_model_is_exit_3(cli, digits, two, tmp_path) -> None:
    (tmp_path / "m.onnx").write_bytes(digits.read_bytes()[:-SEAL_BYTES])
    done = cli("explain", tmp_path / "m.onnx", two, "-o", tmp_path / "sheet.png")
    assert done.code == 3
    assert not (tmp_path / "sheet.png").exists()


def test_a_missing_device_is_exit_5(cli, digits, two, tmp_path) -> None:
    done = cli("explain", digits, two, "-o", tmp_path / "sheet.png", "--device", "provider:NoSuchProvider")
    assert done.code == 5


@pytest.mark.parametrize("columns", [80, 120])
def test_the_tables_fit_the_terminal(columns: int, cli, digits, two, tmp_path) -> None:
    done = cli("explain", digits, two, "-o", tmp_path / "sheet.png", columns=columns)
    assert max(map(len, done.out.splitlines())) <= columns
    assert "…" not in done.out


def test_a_name_of_any_bytes_is_no_obstacle(cli, digits, two, tmp_path) -> None:
    name = tmp_path / "京\nlove\udcff.png"
    try:
        two.rename(name)
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    done = cli("explain", digits, name, "-o", tmp_path / "sheet.png", "--json")
    assert done.code == 0
    assert done.out.isascii()
    assert cli("explain", digits, name, "-o", tmp_path / "sheet.png", "--overwrite").code == 0


def test_help_imports_no_array_library(process) -> None:
    done = process("explain", "--help")
    assert done.returncode == 0
    assert b"how far the tensor moves" in b" ".join(done.stdout.split())
