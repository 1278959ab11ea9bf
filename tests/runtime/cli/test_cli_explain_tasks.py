from __future__ import annotations

from pathlib import Path

import pytest

tiny = pytest.importorskip("tests.tiny_models")


@pytest.fixture
def one(digit_images: list[str]) -> str:
    return next(name for name in digit_images if name.endswith("one.png"))


def test_a_text_that_changes_is_marked(cli, one: str, tmp_path: Path) -> None:
    path = tiny.sealed(tmp_path / "m.onnx", tiny.IMAGE, tiny.CTC)
    done = cli("explain", path, one, "-o", tmp_path / "sheet.png")
    assert done.code == 0
    assert "answer: 0.9633 'ac'" in done.out
    assert "CHANGES" in done.out


def test_a_number_is_shown_with_its_unit_and_never_marked(cli, one: str, tmp_path: Path) -> None:
    path = tiny.sealed(tmp_path / "m.onnx", tiny.IMAGE, tiny.REGRESSION)
    done = cli("explain", path, one, "-o", tmp_path / "sheet.png")
    assert done.code == 0
    assert "answer: price 530.882 CHF, rooms 1.63235" in done.out
    assert "CHANGES" not in done.out


def test_a_model_of_tables_is_exit_3_and_no_sheet(cli, one: str, tmp_path: Path) -> None:
    path = tiny.sealed(tmp_path / "m.onnx")
    done = cli("explain", path, one, "-o", tmp_path / "sheet.png", "--json")
    assert done.code == 3
    (row,) = done.rows
    assert (row["path"], row["kind"]) == (str(path), "ContractError")
    assert f"truecopy inspect {path}" in row["error"]
    assert not (tmp_path / "sheet.png").exists()
