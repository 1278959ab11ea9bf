"""CSV files: headers, delimiters, quoting, line numbers, wrong rows, limits."""

from __future__ import annotations

import csv
import io
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract import Column, FeatureBlock, TableInput
from truecopy.errors import InputError, TooLarge, UnreadableInput, Unsupported
from truecopy.tables.missing_words import MISSING_WORDS

HEADER = "age,rooms,note,colour,size\n"


@pytest.fixture
def rows(tmp_path, intake):
    """The rows of a CSV file with this content."""

    def read(content, **limits):
        path = tmp_path / "rows.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(intake.many(path))

    return read


@pytest.fixture
def refused(rows):
    def message(content, kind=InputError):
        with pytest.raises(kind) as caught:
            rows(content)
        return str(caught.value)

    return message


def cells_of(rows):
    return [row.cells for row in rows]


ONE = {"age": 34.0, "rooms": 3, "colour": "red", "size": "L"}


def test_a_row_has_its_cells_its_name_and_its_line(rows, tmp_path):
    (row,) = rows(HEADER + "34,3,x,red,L\n")
    path = str(tmp_path / "rows.csv")
    assert (row.cells, row.name, row.path, row.line, row.problem) == (ONE, f"{path}:2", path, 2, None)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_delimiter_line_ends_and_byte_order_mark_change_nothing(rows, mark, end, start):
    lines = [line.replace(",", mark) for line in ("age,rooms,note,colour,size", "34,3,x,red,L")]
    assert cells_of(rows(start + end.join(lines))) == [ONE]


def test_columns_may_stand_in_another_order_and_those_read_by_nobody_may_lack(rows):
    assert cells_of(rows("size,colour,rooms,age\nL,red,3,34\n")) == [ONE]


def test_empty_cells_are_missing(rows):
    assert cells_of(rows(HEADER + ",,,,\n")) == [{"age": None, "rooms": None, "colour": None, "size": None}]


def test_lines_are_counted_through_quoted_cells_and_empty_lines(rows):
    content = HEADER + '34,3,"two\nlines, ""quoted""",red,L\n\n35,3,x,red,L\n36,3,x\n37,3,x,red,L\n'
    read = rows(content)
    assert [(row.line, row.problem is None) for row in read] == [(2, True), (5, True), (6, False), (7, True)]


def test_a_row_that_is_short_or_long_is_the_problem_of_that_row_alone(rows, intake, tmp_path):
    short, long, good = rows(HEADER + "34,3,x,red\n34,3,x,red,L,1,2\n34,3,x,red,L\n")
    path = tmp_path / "rows.csv"
    assert str(short.problem) == (
        f"the row is 1 cell short: expected 5 cells, as the header has, got 4: nothing for 'size' - at {path}:2. A "
        "missing value is an empty cell between two delimiters"
    )
    assert str(long.problem) == (
        f"the row is 2 cells too long: expected 5 cells, as the header has, got 7 - at {path}:3. Quote a cell that holds "
        "the delimiter ','"
    )
    assert good.cells == ONE
    with pytest.raises(InputError, match="1 cell short"):
        intake.item(short)


def test_a_mistyped_cell_is_the_problem_of_its_row(rows):
    bad, good = rows(HEADER + "old,3,x,red,L\n34,3,x,red,L\n")
    assert "column 'age' has another type: expected a number, such as 1.5 or -2e3, got 'old'" in str(
        bad.problem
    )
    assert bad.cells == {}
    assert good.cells == ONE


def test_a_wrong_quote_is_the_problem_of_its_row(rows):
    bad, good = rows(HEADER + '34,3,"x"y,red,L\n34,3,x,red,L\n')
    assert "the row is not CSV" in str(bad.problem)
    assert "Write a quote in a cell as two" in str(bad.problem)
    assert good.cells == ONE


def test_a_quote_that_is_never_closed_is_the_problem_of_the_last_row(rows):
    good, bad = rows(HEADER + '34,3,x,red,L\n34,3,"x,red,L\n34,3,x,red,L\n')
    assert good.cells == ONE
    assert (bad.line, "a quote is never closed" in str(bad.problem)) == (3, True)


def test_a_header_alone_has_no_rows(rows):
    assert rows(HEADER) == []


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_refused(refused, content):
    assert "the file is empty: expected a header with the names of the columns" in refused(
        content, UnreadableInput
    )


def test_a_missing_column_is_named(refused):
    message = refused("age,rooms,colour\n1,2,red\n")
    assert message.startswith(
        "column 'size' is missing: expected the columns 'age', 'rooms', 'note', 'colour', 'size', got a row without 'size'"
    )
    assert message.endswith("a missing value is an empty cell (None), not an absent column")


def test_an_unknown_column_is_named_with_the_line_of_the_header(refused, tmp_path):
    message = refused(HEADER.replace("\n", ",target\n"))
    assert message.startswith("column 'target' is unknown to the model")
    assert f"at {tmp_path / 'rows.csv'}:1. Leave out what the model was not trained on" in message


def test_a_name_that_stands_twice_is_refused(refused):
    assert "column 'age' stands twice in the header" in refused("age,age,rooms,colour,size\n")


def test_a_file_without_a_header_is_told_so(refused):
    message = refused("34,3,x,red,L\n")
    assert message.startswith(
        "the first line names no column of the model: expected a header with 'age', 'rooms'"
    )
    assert message.endswith("Write the names of the columns as the first line")


@pytest.fixture
def number_columns():
    """A table input of these columns, of which one is used."""

    def made(*names, used):
        return TableInput(
            columns=tuple(Column(name=name, dtype="float64") for name in names),
            features=(FeatureBlock(columns=(used,), dtype="float64", chain=()),),
            missing="pass",
        )

    return made


@pytest.mark.parametrize("mark", [",", ";"])
def test_names_where_the_model_was_fitted_without_are_told_so(tmp_path, intake_of, number_columns, mark):
    intake = intake_of(number_columns("x0", "x1", used="x0"))
    path = tmp_path / "named.csv"
    path.write_text(f"age{mark}rooms\n1{mark}2\n")
    with pytest.raises(InputError) as caught:
        intake.many(path)
    assert str(caught.value) == (
        "the first line names no column of the model: expected a header with 'x0', 'x1', got 'age', 'rooms' - at "
        f"{path}:1. The model was fitted without names: rename the columns to 'x0', 'x1', in the order of training, or "
        "fit on the DataFrame and export again"
    )


def test_another_number_of_names_is_not_renamed(tmp_path, intake_of, number_columns):
    intake = intake_of(number_columns("x0", "x1", used="x0"))
    path = tmp_path / "named.csv"
    path.write_text("age,rooms,size\n")
    with pytest.raises(InputError, match=r"Write the names of the columns as the first line$"):
        intake.many(path)


def test_a_header_that_two_delimiters_cut_into_the_columns_is_refused(tmp_path, intake_of, number_columns):
    intake = intake_of(number_columns("a", "a;x", "y", "x,y,a", used="a"))
    path = tmp_path / "two.csv"
    path.write_text("a;x,y,a\n")
    with pytest.raises(
        InputError, match="the header can be cut in two ways: got comma and semicolon both give"
    ):
        intake.many(path)


def test_names_that_hold_a_delimiter_are_quoted(tmp_path, intake_of, number_columns):
    path = tmp_path / "quoted.csv"
    path.write_text('"a,b";"c\nd"\n1;2\n')
    (row,) = intake_of(number_columns("a,b", "c\nd", used="c\nd")).many(path)
    assert (row.cells, row.line) == ({"c\nd": 2.0}, 3)


def test_one_column_needs_no_delimiter(tmp_path, intake_of, number_columns):
    path = tmp_path / "one.csv"
    path.write_text('a\n1.5\n""\n')
    assert cells_of(intake_of(number_columns("a", used="a")).many(path)) == [{"a": 1.5}, {"a": None}]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_photograph_is_no_table(refused, kind):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 5)).save(buffer, kind)
    message = refused(buffer.getvalue(), Unsupported)
    assert message.startswith(
        "the model takes rows of a table, and this is a picture: expected a row: a dict or an array"
    )
    assert "`truecopy inspect` says what the model takes" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "got a zip archive (an Excel workbook is one)"),
        (b"PAR1rest", "Read it with pandas or polars, and pass the DataFrame"),
        ("age,rooms\n".encode("utf-16"), "got text in UTF-16"),
        ("age,rooms\n".encode("utf-16"), "Save the file as UTF-8 with line feeds"),
        ("age,rooms\n".encode("utf-16-le"), "got text in UTF-16"),
        ("age,rooms\n".encode("utf-16-be"), "Save the file as UTF-8 with line feeds"),
        (b"age\0rooms\n", "got binary data"),
    ],
)
def test_other_files_are_told_apart(refused, content, words):
    message = refused(content, UnreadableInput)
    assert message.startswith("the file is no CSV file")
    assert words in message


def test_a_file_of_carriage_returns_is_told_what_to_do(refused, tmp_path, intake_of, table):
    content = HEADER.replace("\n", "\r") + "34,3,x,red,L\r" * 20
    message = refused(content, UnreadableInput)
    assert message.startswith("lines end with a lone carriage return, as on old Macs: expected line feeds")
    assert message.endswith("Save the file as UTF-8 with line feeds")
    with pytest.raises(UnreadableInput, match="the first line is too long, and carriage returns stand in it"):
        intake_of(table, max_row_bytes=100).many(tmp_path / "rows.csv")


def test_a_line_in_another_encoding_is_refused_with_its_number(tmp_path, intake):
    path = tmp_path / "rows.csv"
    path.write_bytes(HEADER.encode() + b"34,3,x,red,L\n34,3,\xe4,red,L\n")
    rows = intake.many(path)
    assert next(rows).cells == ONE
    with pytest.raises(
        UnreadableInput, match=r"the line is not UTF-8: got byte 0xe4 - at .*rows\.csv:3\. Save"
    ):
        next(rows)


def test_a_file_is_read_row_by_row(tmp_path, intake):
    path = tmp_path / "rows.csv"
    path.write_bytes(HEADER.encode() + b"34,3,x,red,L\n" * 20_000 + b"\xff")
    rows = intake.many(path)
    assert [row.line for row in itertools.islice(rows, 3)] == [2, 3, 4]
    rows.close()


def test_a_row_longer_than_the_limit_ends_the_file(tmp_path, intake_of, table):
    intake = intake_of(table, max_row_bytes=100)
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + f'34,3,{"x" * 80},red,L\n34,3,"{"x" * 50}\n{"x" * 50}",red,L\n')
    rows = intake.many(path)
    assert next(rows).cells == ONE
    with pytest.raises(
        TooLarge, match=r"one row of the file is too long: expected at most 100 bytes.*:4\. If the file"
    ):
        next(rows)


def test_a_cell_longer_than_python_reads_is_refused(tmp_path, intake):
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + f"34,3,{'x' * (csv.field_size_limit() + 1)},red,L\n")
    with pytest.raises(TooLarge, match="a cell is too long: expected at most 131072 characters"):
        list(intake.many(path))


def test_no_such_file_and_a_folder_are_refused(tmp_path, intake):
    with pytest.raises(UnreadableInput, match=r"there is no such file.*A single row is passed as a dict"):
        intake.many(tmp_path / "none.csv")
    with pytest.raises(UnreadableInput, match="rows are read from a regular file: got a folder"):
        intake.many(tmp_path)


CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8).filter(
    lambda cell: cell not in MISSING_WORDS
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(CELL, CELL), max_size=6), mark=st.sampled_from(",;\t"))
def test_what_a_csv_writer_writes_is_read_back(tmp_path, intake, cells, mark):
    path = tmp_path / "written.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=mark, quoting=csv.QUOTE_ALL)
        writer.writerow(["age", "rooms", "note", "colour", "size"])
        writer.writerows([1, 2, "", colour, size] for colour, size in cells)
    read = [(row.cells["colour"], row.cells["size"]) for row in intake.many(path)]
    assert read == [(colour or None, size or None) for colour, size in cells]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text(',;\t"\r\n \0é1aredL', max_size=60).map(str.encode), st.booleans())
def test_any_bytes_are_rows_or_a_typed_error(tmp_path, intake, content, headed):
    path = tmp_path / "any.csv"
    path.write_bytes((HEADER.encode() if headed else b"") + content)
    lines = content.count(b"\n") + 2
    refused, read = str(path), []
    try:
        read = list(intake.many(path))
    except InputError as error:
        refused = str(error)
    assert str(path) in refused
    assert all(1 < row.line <= lines and (row.problem is None) == bool(row.cells) for row in read)
