"""Words that other tools write for a missing cell, in a text column of a CSV file."""

from __future__ import annotations

import io

import pytest

from truecopy.contract import Column, FeatureBlock, Impute, OneHot, Ordinal, TableInput
from truecopy.errors import InputError
from truecopy.tables.missing_words import MISSING_WORDS


def cities(*known, imputes=(), unknown="zeros"):
    """A column of categories, and one of numbers."""
    one_hot = OneHot(categories=(known,), drop=(None,), unknown=unknown)
    return TableInput(
        columns=(Column(name="city", dtype="text"), Column(name="age", dtype="float64")),
        features=(
            FeatureBlock(columns=("city",), dtype="float64", chain=(*imputes, one_hot)),
            FeatureBlock(columns=("age",), dtype="float64", chain=()),
        ),
        missing="pass",
    )


@pytest.fixture
def read(tmp_path, intake_of):
    """The rows of a CSV file with these cells in the column `city`."""

    def made(spec, *cells):
        path = tmp_path / "rows.csv"
        path.write_text("city,age\n" + "".join(f"{cell},1\n" for cell in cells))
        return list(intake_of(spec).many(path))

    return made


@pytest.mark.parametrize("word", sorted(MISSING_WORDS))
def test_a_word_that_is_no_category_is_the_error_of_its_row(read, tmp_path, word):
    good, bad, quoted = read(cities("Bonn", "Ulm"), "Bonn", word, f'"{word}"')
    assert good.cells == {"city": "Bonn", "age": 1.0}
    assert str(bad.problem) == (
        "column 'city' holds a word for a missing cell: expected a category, or an empty cell for a missing one, got "
        f"{word!r} - at {tmp_path / 'rows.csv'}:3. Leave the cell empty if it is missing; where it is a category, pass "
        "the row as a dict"
    )
    assert str(quoted.problem) == str(bad.problem).replace(":3.", ":4.")


def test_the_words_are_those_that_pandas_reads_as_missing():
    pandas = pytest.importorskip("pandas")
    words = sorted(MISSING_WORDS)
    frame = pandas.read_csv(io.StringIO("a,b\n" + "".join(f"{word},1\n" for word in words)))
    assert frame["a"].isna().all()
    from pandas._libs.parsers import STR_NA_VALUES

    assert frozenset(STR_NA_VALUES) - {""} == MISSING_WORDS


def test_a_listed_category_is_that_category(read):
    bad, good = read(cities("NA", "DE", unknown="error"), "None", "NA")
    assert bad.problem is not None
    assert good.cells["city"] == "NA"


def test_a_category_of_any_block_counts(read):
    spec = cities("Bonn")
    ordinal = Ordinal(categories=(("None", "Bonn"),), unknown="value", unknown_value=-1.0, missing_value=None)
    more = FeatureBlock(columns=("city",), dtype="float64", chain=(ordinal,))
    spec = TableInput(columns=spec.columns, features=(*spec.features, more), missing="pass")
    assert read(spec, "None")[0].cells["city"] == "None"


def test_the_text_that_stands_for_a_missing_cell_is_taken(read):
    impute = Impute(strategy="most_frequent", missing="NA", fill=("Bonn",))
    taken, refused = read(cities("Bonn", imputes=(impute,)), "NA", "nan")
    assert taken.cells["city"] == "NA"
    assert "holds a word for a missing cell" in str(refused.problem)


def test_other_texts_and_empty_cells_stand(read):
    rows = read(cities("Bonn"), "", "na", " NA", "NULL ", "Nancy")
    assert [row.cells["city"] for row in rows] == [None, "na", " NA", "NULL ", "Nancy"]


def test_a_cell_that_is_no_text_of_a_file_is_what_it_is(intake_of):
    intake = intake_of(cities("Bonn"))
    assert intake.row({"city": "NA", "age": 1.0}).cells["city"] == "NA"


def test_a_column_that_nobody_reads_may_hold_them(tmp_path, intake, row):
    path = tmp_path / "rows.csv"
    path.write_text("age,rooms,note,colour,size\n34,3,NA,red,L\n34,3,x,red,NA\n")
    good, bad = intake.many(path)
    assert good.problem is None
    with pytest.raises(InputError, match="column 'size' holds a word for a missing cell"):
        intake.item(bad)
