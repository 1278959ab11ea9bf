"""Tables that fit the terminal: headings break between words, cells never, and no column is cut."""

from __future__ import annotations

import pytest

from truecopy.cli.fitting import Cells, fits, fitting
from truecopy.cli.output import console

ROWS: list[Cells] = [
    [("accuracy", "91.23 %"), ("right of these", "99.00 %"), ("gain, points", f"+1.00 (-{row} to +3.00)")]
    for row in (2, 3)
]


def printed(names: list[str], rows: list[Cells], columns: int, monkeypatch, capsys) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    for table in fitting("strategy", names, rows):
        console().print(table)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("columns", [40, 48, 60, 70, 80, 200])
def test_every_word_and_every_cell_stands_whole_within_the_terminal(columns, monkeypatch, capsys) -> None:
    lines = printed(["standard", "tta_ensemble"], ROWS, columns, monkeypatch, capsys)
    assert max(map(len, lines)) <= columns
    for words in ("accuracy", "right", "these", "91.23 %", "99.00 %", "+1.00 (-3 to +3.00)", "tta_ensemble"):
        assert any(words in line for line in lines), words


def test_what_has_room_stands_in_one_table_and_else_in_several(monkeypatch, capsys) -> None:
    tables = [
        sum(line.startswith("┏") for line in printed(["standard", "tta"], ROWS, columns, monkeypatch, capsys))
        for columns in (200, 60, 40)
    ]
    assert tables == [1, 1, 2]


def test_a_long_name_is_folded_before_a_number_is(monkeypatch, capsys) -> None:
    lines = printed(
        ["build/" + "x" * 90 + ".onnx", "mean"], [row[:2] for row in ROWS], 60, monkeypatch, capsys
    )
    assert max(map(len, lines)) <= 60
    assert sum(line.count("x") for line in lines) >= 90
    assert sum("91.23 %" in line for line in lines) == 2


def test_a_table_fits_where_all_of_it_can_be_read(monkeypatch) -> None:
    from rich.table import Table

    table = Table()
    for _ in range(5):
        table.add_column("twelve chars", no_wrap=True)
    for columns, said in ((76, True), (75, False)):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert fits(table) is said
