from __future__ import annotations

from pathlib import Path

import pytest

tiny = pytest.importorskip("tests.tiny_models")


def test_rows_are_timed_by_their_own_stages(cli, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("age,city,bmi,remark\n40,Bern,25,\n50,Basel,,x\n")
    path = tiny.sealed(tmp_path / "m.onnx")
    done = cli("bench", path, tmp_path / "rows.csv", "--repeats", "1")
    assert done.code == 0
    assert "ms per row" in done.out
    for stage in ("read", "features", "session.run", "model(row)", "model.stream"):
        assert f" {stage} " in done.out
    assert done.err == "2 rows, 1 round\n"
    (row,) = cli("bench", path, tmp_path / "rows.csv", "--repeats", "1", "--json").rows
    assert (row["rows"], row["stages"]["session.run"]["ratio"]) == (2, 1.0)


def test_sequences_are_timed_by_their_own_stages(cli, tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("a\nba\n")
    path = tiny.sealed(tmp_path / "m.onnx", tiny.TOKENS, tiny.WRITER)
    (row,) = cli("bench", path, tmp_path / "texts.txt", "--repeats", "1", "--json").rows
    assert row["sequences"] == 2
    assert list(row["stages"]) == ["read", "ids", "session.run", "model(sequence)", "model.stream"]


def test_a_file_without_lines_is_exit_1(cli, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("age,city,bmi,remark\n")
    done = cli("bench", tiny.sealed(tmp_path / "m.onnx"), tmp_path / "rows.csv")
    assert done.code == 1
    assert "the files have nothing to measure: expected at least one line" in done.err


def test_a_row_that_cannot_be_read_is_exit_1(cli, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("age,city,bmi,remark\n40,Genf,25,\n")
    done = cli("bench", tiny.sealed(tmp_path / "m.onnx"), tmp_path / "rows.csv")
    assert done.code == 1
    assert "at " + str(tmp_path / "rows.csv") + ":2" in done.err
