"""Rows from memory: dicts, arrays, lists, DataFrames; and what is no row."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest
from PIL import Image

from truecopy.contract import Column, FeatureBlock, TableInput
from truecopy.errors import InputError, Unsupported
from truecopy.tables import Row

TYPED = {"age": 34.0, "rooms": 3, "colour": "red", "size": "L"}


class Polars:
    """What of a polars DataFrame is used."""

    def __init__(self, columns):
        self._columns = columns
        self.columns = list(columns)
        self.shape = (len(next(iter(columns.values()))), len(columns))

    def slice(self, offset, length):
        return Polars({name: cells[offset : offset + length] for name, cells in self._columns.items()})

    def __getitem__(self, name):
        return PolarsSeries(self._columns[name])


class PolarsSeries:
    def __init__(self, cells):
        self._cells = cells

    def to_list(self):
        return list(self._cells)


@pytest.fixture
def numbers(intake_of):
    """Three columns of numbers, the second one whole."""
    spec = TableInput(
        columns=tuple(
            Column(name=n, dtype=d) for n, d in zip("abc", ("float64", "int64", "float64"), strict=True)
        ),
        features=(FeatureBlock(columns=("c", "b", "a"), dtype="float64", chain=()),),
        missing="pass",
    )
    return intake_of(spec, "float64")


def fed(item):
    return item.feeds["x"].tolist()


def test_a_dict_is_a_row_in_any_order_with_or_without_what_is_not_read(intake, row):
    wanted = [[1.0, 3.0, 0.0, 1.0, 2.0]]
    assert fed(intake.item(row)) == wanted
    assert fed(intake.item(dict(reversed(row.items())))) == wanted
    del row["note"]
    assert fed(intake.item(row)) == wanted


def test_a_missing_and_an_unknown_key_are_named(intake, row):
    row["colur"] = row.pop("colour")
    with pytest.raises(
        InputError, match=r"column 'colour' is missing: .* got a row without 'colour' and with 'colur'"
    ):
        intake.item(row)
    row["colour"] = "red"
    with pytest.raises(InputError, match=r"column 'colur' is unknown to the model: .* - at <row>"):
        intake.item(row)


def test_cells_without_names_are_in_the_order_of_the_columns(intake):
    assert fed(intake.item([34, 3, None, "red", "L"])) == [[1.0, 3.0, 0.0, 1.0, 2.0]]
    assert fed(intake.item((34, 3, None, "red", "L"))) == [[1.0, 3.0, 0.0, 1.0, 2.0]]
    assert fed(intake.item(np.array([34, 3, None, "red", "L"], object))) == [[1.0, 3.0, 0.0, 1.0, 2.0]]


def test_another_number_of_cells_is_refused(intake):
    with pytest.raises(InputError, match=r"expected 5 \('age', 'rooms', .*\), got 4 - at <row>"):
        intake.item([34, 3, None, "red"])


def test_an_array_of_two_axes_is_its_rows_with_nan_for_missing(numbers):
    rows = list(numbers.many(np.array([[1, 2, np.nan], [4, 5, 6]], np.float32)))
    assert [row.name for row in rows] == ["<row 0>", "<row 1>"]
    assert [row.cells for row in rows] == [{"a": 1.0, "b": 2, "c": None}, {"a": 4.0, "b": 5, "c": 6.0}]


def test_an_array_of_objects_keeps_its_types(intake):
    (row,) = intake.many(np.array([[34, 3, None, "red", "L"]], object))
    assert row.cells == TYPED


def test_an_array_of_dates_is_refused(numbers):
    (row,) = numbers.many(np.array([["2020-01-01"] * 3], "datetime64[ns]"))
    assert "expected numbers, bool, text or objects, got datetime64[ns] - at <row 0>" in str(row.problem)


def test_no_rows_are_no_rows(numbers):
    assert list(numbers.many(np.zeros((0, 3)))) == []
    assert list(numbers.many([])) == []


def test_dicts_lists_and_rows_may_be_mixed_and_a_wrong_one_fails_alone(intake, row):
    named = Row("mine", row, "rows.csv", 7)
    read = list(intake.many(iter([row, list(row.values()), named, {}, 5])))
    assert [one.name for one in read] == ["<row 0>", "<row 1>", "mine", "<row 3>", "<row 4>"]
    assert [one.cells for one in read] == [TYPED, TYPED, TYPED, {}, {}]
    assert (read[2].path, read[2].line) == ("rows.csv", 7)
    assert "columns 'age', 'rooms', 'colour', 'size' are missing" in str(read[3].problem)
    assert "this is no row of a table: expected a dict, {column: value}" in str(read[4].problem)
    with pytest.raises(InputError, match="are missing"):
        intake.item(read[3])


def test_a_row_with_a_problem_keeps_it(intake):
    bad = Row("bad", {}, "rows.csv", 3, InputError("as it was"))
    (kept,) = intake.many([bad])
    assert (kept.path, kept.line, str(kept.problem)) == ("rows.csv", 3, "as it was")


def test_rows_are_asked_for_one_by_one(intake, row):
    def endless():
        while True:
            yield row

    rows = iter(intake.many(endless()))
    assert next(rows).cells == next(rows).cells == TYPED


def test_a_pandas_frame_keeps_the_type_of_every_column(intake):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(
        {
            "size": pandas.Categorical(["L", None]),
            "age": np.array([34, np.nan]),
            "colour": ["red", pandas.NA],
            "rooms": pandas.array([2**53 + 1, None], "Int64"),
        },
        index=[10.5, 3.0],
    )
    first, second = intake.many(frame)
    assert first.cells == {"age": 34.0, "rooms": 2**53 + 1, "colour": "red", "size": "L"}
    assert second.cells == dict.fromkeys(TYPED)
    assert (first.name, second.name) == ("<row 0>", "<row 1>")


def test_a_row_of_a_pandas_frame_is_a_row(intake, row):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    assert intake.row(pandas.DataFrame([row]).iloc[0]).cells == TYPED


def test_a_long_pandas_frame_is_taken_in_parts(numbers):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"c": np.arange(2500.0), "a": 1.0, "b": np.arange(2500)})
    rows = list(numbers.many(frame))
    assert [row.cells["b"] for row in rows] == list(range(2500))
    assert rows[1024].name == "<row 1024>"


def test_a_date_in_a_pandas_frame_is_the_problem_of_its_row(numbers):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [1, 2], "c": pandas.to_datetime(["2020-01-01", None])})
    dated, empty = numbers.many(frame)
    assert "column 'c' has another type: expected a number, got Timestamp" in str(dated.problem)
    assert empty.cells == {"a": 2.0, "b": 2, "c": None}


def test_a_polars_frame_is_recognised(numbers):
    frame = Polars({"b": [1, None], "a": [0.5, 1.5], "c": [2.5, 3.5]})
    assert [row.cells for row in numbers.many(frame)] == [
        {"a": 0.5, "b": 1, "c": 2.5},
        {"a": 1.5, "b": None, "c": 3.5},
    ]


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"a": [1.0], "b": [2]}, "column 'c' is missing: expected the columns 'a', 'b', 'c'"),
        ({"a": [1.0], "b": [2], "c": [3.0], "d": [4]}, "column 'd' is unknown to the model"),
        ({0: [1.0], 1: [2], 2: [3.0]}, ("the columns of the DataFrame have no names of text: expected 'a', 'b', 'c', "
                                       "got 0, 1, 2. Name them, or pass frame.to_numpy()")),
    ],
)  # fmt: skip
def test_a_frame_of_other_columns_is_refused(numbers, columns, error):
    with pytest.raises(InputError, match=re.escape(error)):
        numbers.many(Polars(columns))


def test_a_frame_with_a_name_twice_is_refused(numbers):
    frame = Polars({"a": [1.0], "b": [2], "c": [3.0]})
    frame.columns.append("b")
    with pytest.raises(InputError, match="column 'b' stands twice in the DataFrame"):
        numbers.many(frame)


@pytest.mark.parametrize(
    ("sources", "got"),
    [
        ({"a": 1.0}, "one dict"),
        (np.zeros(3), "a 1-D array"),
        (5, "one int"),
        (b"a,b,c", "one bytes"),
        (Row("x", {}), "one Row"),
    ],
)
def test_one_row_is_no_list_of_rows(numbers, sources, got):
    with pytest.raises(Unsupported, match=re.escape(f"got {got}. Put one row into a list: [row]")):
        numbers.many(sources)


def test_numbers_in_a_list_are_no_rows(numbers):
    first, *_ = numbers.many([1.0, 2.0, 3.0])
    assert "this is no row of a table" in str(first.problem)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (np.zeros((2, 3)), "got an array of shape (2, 3) - at <row>. This is many rows: model.predict(...) takes them"),
        ([[1.0, 2, 3.0]], "a row holds single cells: got a list in it"),
        ([{"a": 1.0}], "a row holds single cells: got a dict in it"),
        ("rows.csv", ("a text is no row; the path of a CSV file is many: expected a dict, {column: value}, got 'rows.csv'. "
                     "For the rows of a file: model.predict('rows.csv')")),
        ("a\0b", "a text is no row"),
        (None, "got NoneType"),
        (dt.date(2020, 1, 1), "got date"),
        (Polars({"a": [1]}), "This is many rows: model.predict(...) takes them"),
    ],
)  # fmt: skip
def test_what_is_no_row_is_refused_with_the_next_step(numbers, source, error):
    with pytest.raises(Unsupported, match=re.escape(error)):
        numbers.item(source)


def test_a_photograph_is_no_row(numbers, tmp_path):
    picture = Image.new("RGB", (8, 5))
    path = tmp_path / "photo.png"
    picture.save(path)
    for source in (picture, np.asarray(picture), path, str(path), path.read_bytes()):
        with pytest.raises(Unsupported, match="the model takes rows of a table, and this is a picture"):
            numbers.item(source)
        with pytest.raises(Unsupported, match="this is a picture"):
            numbers.many(source)
    (row,) = numbers.many([path])
    assert "this is a picture: expected a row: a dict or an array" in str(row.problem)
