"""A row in, a row out, with its line number; and what is no table is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import truecopy.cli.predict as predict_command

tiny = pytest.importorskip("tests.tiny_models")

HEADER = "age,city,bmi,remark\n"
ROWS = HEADER + "40,Bern,25,\n50,Basel,,x\n,Chur,35,y\n30,Genf,20,z\n12,Bern\n"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A model of tables for a task; the current folder holds it and rows.csv, of which two rows are bad."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "good.csv").write_text(HEADER + "40,Bern,25,\n50,Basel,,x\n")
    return lambda task=tiny.REGRESSION: tiny.sealed(tmp_path / "m.onnx", tiny.TABLE, task)


def cells(out: str, row: int) -> list[str]:
    """The cells of one row of the table that is no continuation of another one."""
    lines = [line.split("│")[1:-1] for line in out.splitlines() if line.startswith("│")]
    return [cell.strip() for cell in [line for line in lines if line[0].strip()][row]]


def heading(out: str) -> list[str]:
    return [cell.strip() for cell in next(line for line in out.splitlines() if "┃" in line).split("┃")[1:-1]]


def test_each_row_is_an_answer_under_its_line_number(cli, model) -> None:
    done = cli("predict", model(), "./good.csv", "--json")
    assert (done.code, done.err) == (0, "")
    assert [(row["path"], row["line"], row["status"]) for row in done.rows] == [
        ("./good.csv", 2, "ok"),
        ("./good.csv", 3, "ok"),
    ]
    assert list(done.rows[0]) == ["path", "line", "status", "values", "passes", "warnings"]
    assert done.rows[0]["values"] == [
        {"name": "price", "value": 600.0, "unit": "CHF", "clipped": None},
        {"name": "rooms", "value": 0.0, "unit": None, "clipped": None},
    ]


def test_bad_rows_are_error_rows_and_exit_1(cli, model) -> None:
    done = cli("predict", model(), "rows.csv", "--json")
    assert done.code == 1
    assert [(row["line"], row["status"]) for row in done.rows] == [
        (2, "ok"), (3, "ok"), (4, "ok"), (5, "error"), (6, "error"),
    ]  # fmt: skip
    assert "column 'city' holds a category that the model does not know" in done.rows[3]["error"]
    assert "at rows.csv:5" in done.rows[3]["error"]
    assert "2 cells short" in done.rows[4]["error"]
    assert "5 rows, 2 failed; fp32 on cpu" in done.err


def test_a_regression_has_a_column_a_quantity_with_its_unit_and_no_confidence(cli, model) -> None:
    done = cli("predict", model(), "rows.csv")
    assert heading(done.out) == ["row", "price (CHF)", "rooms", "notes"]
    assert cells(done.out, 0) == ["rows.csv:2", "600", "0", ""]
    assert cells(done.out, 2) == ["rows.csv:4", "0", "16", "price clipped to its least, 0"]
    assert cells(done.out, 3)[:3] == ["rows.csv:5", "error", ""]
    assert "confidence" not in done.out
    assert "%" not in done.out


def test_of_many_quantities_each_has_a_row_with_its_unit(cli, model) -> None:
    values = tuple(
        tiny.Quantity(name=f"q{index}", unit="kg" if index % 2 else None, clip=(None, None))
        for index in range(7)
    )
    task = tiny.replace(tiny.REGRESSION, values=values, undo=())
    done = cli("predict", model(task), "good.csv")
    assert heading(done.out) == ["row", "quantity", "value", "notes"]
    assert cells(done.out, 0)[:2] == ["good.csv:2", "q0"]
    assert sum("kg" in line for line in done.out.splitlines()) == 6


def test_a_binary_answer_has_the_probability_of_the_positive_label_and_says_so(cli, model) -> None:
    done = cli("predict", model(tiny.BINARY), "good.csv")
    assert heading(done.out) == ["row", "answer", "P(spam)", "notes"]
    assert cells(done.out, 0) == ["good.csv:2", "ham", "0.1192", ""]
    assert cells(done.out, 1) == ["good.csv:3", "spam", "0.5000", ""]


def test_multilabel_shows_what_was_found_and_with_top_what_was_not(cli, model) -> None:
    path = model(tiny.MULTILABEL)
    done = cli("predict", path, "good.csv")
    assert heading(done.out) == ["row", "labels", "probability", "notes"]
    assert cells(done.out, 1) == ["good.csv:3", "green", "0.7311", ""]
    assert "blue" not in done.out
    top = cli("predict", path, "good.csv", "--top", "3").out
    assert "blue" in top
    assert "below its threshold, 0.75" in top


def test_multilabel_without_a_label_says_none(cli, model) -> None:
    task = tiny.replace(tiny.MULTILABEL, thresholds=(1.0, 1.0, 1.0))
    assert cells(cli("predict", model(task), "good.csv").out, 0) == ["good.csv:2", "none", "", ""]


def test_classes_of_rows_look_like_classes_of_images(cli, model) -> None:
    done = cli("predict", model(tiny.MULTICLASS), "good.csv", "--top", "2")
    assert heading(done.out) == ["row", "answer", "confidence", "notes"]
    assert cells(done.out, 0) == ["good.csv:2", "low", "0.9817", ""]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("photo.png", "the model takes rows of a table, and this is a picture"),
        ("folder", "this model takes rows of a table, and this is a folder: expected a CSV file"),
        ("no.csv", "there is no such file"),
        ("short.csv", "column 'bmi' is missing"),
    ],
)
def test_what_is_no_table_is_one_error_row_and_the_next_file_is_read(
    given: str, message: str, cli, model, digit_images, tmp_path: Path
) -> None:
    (tmp_path / "photo.png").write_bytes(Path(digit_images[0]).read_bytes())
    (tmp_path / "folder").mkdir()
    (tmp_path / "short.csv").write_text("age,city,remark\n40,Bern,x\n")
    done = cli("predict", model(), given, "good.csv", "--json")
    assert done.code == 1
    assert [row["status"] for row in done.rows] == ["error", "ok", "ok"]
    assert done.rows[0]["path"] == given
    assert "line" not in done.rows[0]
    assert message in done.rows[0]["error"]


def test_a_table_given_to_a_model_of_pictures_is_called_so(cli, digits: Path, model) -> None:
    model()
    done = cli("predict", digits, "rows.csv", "--json")
    assert done.code == 1
    (row,) = done.rows
    assert row["kind"] == "Unsupported"
    assert "this model takes pictures, and by its name this is a table" in row["error"]
    assert "`truecopy inspect MODEL` shows what the model takes" in row["error"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "expected CSV files after the model"),
        (("--text", "hi"), "--text is for models of texts; this one takes CSV files"),
        (
            ("good.csv", "--json", "--probabilities"),
            "a regression has no probabilities: leave out --probabilities",
        ),
        (("good.csv", "--output", "hidden"), "--output goes with --json"),
        (
            ("good.csv", "--json", "--output", "nothing"),
            "the graph has no output 'nothing', it has answer, hidden",
        ),
    ],
)
def test_usage_errors_are_exit_2(words, message: str, cli, model) -> None:
    done = cli("predict", model(), *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_other_outputs_come_by_name(cli, model) -> None:
    done = cli("predict", model(), "good.csv", "--json", "--output", "hidden")
    assert done.rows[0]["outputs"] == {"hidden": [0.0, 0.0, 2.0, 0.0, 0.0]}
    assert done.rows[1]["outputs"] == {"hidden": [2.0, 0.0, 0.0, 2.0, 0.0]}


def test_a_long_file_is_several_tables(cli, model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict_command, "_TABLE", 2)
    done = cli("predict", model(), "rows.csv")
    assert done.out.count("price (CHF)") == 3
    assert [cells(done.out, index)[0] for index in range(5)] == [f"rows.csv:{line}" for line in range(2, 7)]
    assert "5 rows, 2 failed" in done.err


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits_the_terminal(columns: int, cli, model) -> None:
    done = cli("predict", model(), "rows.csv", columns=columns)
    assert max(map(len, done.out.splitlines())) <= columns
    assert "…" not in done.out


def test_on_a_terminal_rows_are_counted_and_json_goes_to_its_file_all_the_same(
    model, process, tmp_path: Path
) -> None:
    pty = pytest.importorskip("pty")
    import os
    import subprocess
    import sys

    path = model()
    controller, terminal = pty.openpty()
    command = [Path(sys.executable).with_name("truecopy"), "predict", path, "rows.csv", "--json"]
    with (tmp_path / "out.jsonl").open("wb") as out:
        done = subprocess.run(
            command, stdout=out, stderr=terminal, check=False, env={**os.environ, "TERM": "xterm"}
        )
    os.close(terminal)
    seen = os.read(controller, 1 << 16)
    os.close(controller)
    assert done.returncode == 1
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 5
    assert b"predicting" in seen
    assert b'"path"' not in seen


@pytest.mark.parametrize("columns", [60, 80])
def test_long_names_of_labels_and_quantities_are_folded_and_never_cut(columns: int, cli, model) -> None:
    long = "a_very_long_name_" * 5
    for task in (
        tiny.replace(tiny.BINARY, labels=("ham", long)),
        tiny.replace(
            tiny.REGRESSION,
            values=tuple(tiny.Quantity(name=f"{long}{i}", unit="kg", clip=(None, None)) for i in "ab"),
        ),
    ):
        done = cli("predict", model(task), "good.csv", columns=columns)
        assert "…" not in done.out
        assert max(map(len, done.out.splitlines())) <= columns
        headings = [line.split("┃")[1:-1] for line in done.out.splitlines() if "┃" in line]
        assert long in "".join(cells[-2].strip() for cells in headings)


def test_names_with_line_feeds_stay_one_line(cli, model) -> None:
    done = cli("predict", model(tiny.replace(tiny.BINARY, labels=("ham", "a\nb"))), "good.csv")
    assert "P(a\N{REPLACEMENT CHARACTER}b)" in done.out


def test_a_file_of_a_header_alone_has_no_answers_and_is_no_error(cli, model, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text(HEADER)
    done = cli("predict", model(), "none.csv")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("0 rows, 0 failed; ")


def test_rows_have_rules_between_them_only_where_an_item_has_several(cli, model) -> None:
    def rules(task, top):
        out = cli("predict", model(task), "good.csv", "--top", top).out
        return sum(line.startswith("├") for line in out.splitlines())

    assert rules(tiny.BINARY, "3") == 0
    assert rules(tiny.MULTICLASS, "1") == 0
    assert rules(tiny.MULTICLASS, "2") == 1
