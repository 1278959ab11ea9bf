"""Rows and lines of a proof, and the truths that stand row by row beside them."""

from __future__ import annotations

import pytest
from tests.export.proof.small_members import GENERATED, ILL, LETTERS, POINTS, TAGS, member_of

from truecopy.contract import Multilabel, Quantity, Regression
from truecopy.errors import ProofError
from truecopy_export.proof import find_proof_images, find_proof_items, truths_of
from truecopy_export.proof.truth_table import check_truth_table, read_rows

TWO = Regression(
    values=tuple(Quantity(name=name, unit=None, clip=(None, None)) for name in ("mass", "age")),
    values_source="list", undo=(),
)  # fmt: skip


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("mass,age\n60,50\n71.5,20\n")
    return path


def beside(rows, text):
    path = rows.with_name("truth.csv")
    path.write_text(text)
    return path


def test_rows_come_in_the_order_of_the_file(rows):
    found = find_proof_items(rows, member_of(POINTS))
    assert [row.cells for row in found.sources] == [{"age": 50.0, "mass": 60.0}, {"age": 20.0, "mass": 71.5}]
    assert (found.truths, found.labelled) == ((None, None), False)


@pytest.mark.parametrize(
    ("task", "text", "truths"),
    [
        (POINTS, "progression\n150.5\n-2e3\n", ((150.5,), (-2000.0,))),
        (ILL, "label,by\nill,me\nhealthy,me\n", (1, 0)),
        (ILL, "label\n1\n0\n", (1, 0)),
        (TAGS, "label\na|b\n\n", (frozenset({0, 1}), frozenset())),
        (TAGS, "label\tby\n b | a \tme\nb\tme\n", (frozenset({0, 1}), frozenset({1}))),
    ],
)
def test_truths_stand_row_by_row(rows, task, text, truths):
    assert find_proof_items(rows, member_of(task), beside(rows, text)).truths == truths


@pytest.mark.parametrize(
    ("task", "text", "message"),
    [
        (POINTS, "progression\n1\n", r"row by row beside the proof: expected 2 rows, as in rows.csv, got 1"),
        (POINTS, "label\n1\n2\n", "no column `progression`"),
        (
            POINTS,
            "progression\n1\nmany\n",
            r"the truth of 'progression' is no number: got 'many' - at .*truth.csv:3",
        ),
        (POINTS, "progression\n1\ninf\n", "is no number: got 'inf'"),
        (TAGS, "label\na|c\nb\n", r"a proof label is no label of the model: .*got 'c' - at .*truth.csv:2"),
        (ILL, "label\nill\n\n", r"got '' - at .*truth.csv:3"),
    ],
)
def test_truths_that_do_not_fit_are_refused_with_their_line(rows, task, text, message):
    with pytest.raises(ProofError, match=message):
        find_proof_items(rows, member_of(task), beside(rows, text))


def test_lines_of_text_and_their_texts(tmp_path):
    texts, truth = tmp_path / "texts.txt", tmp_path / "truth.csv"
    texts.write_text("ab\n\nba\n")
    truth.write_text('label\n"b,a"\n\na\n')
    found = find_proof_items(texts, member_of(GENERATED, LETTERS), truth)
    assert [line.content for line in found.sources] == ["ab", "", "ba"]
    assert found.truths == ("b,a", "", "a")


def test_what_is_no_such_file_is_told_with_what_to_name(tmp_path, rows):
    with pytest.raises(ProofError, match=r"the proof is no file of rows: .*--proof rows.csv"):
        find_proof_items(tmp_path, member_of(POINTS))
    with pytest.raises(ProofError, match=r"the proof is no file of lines: .*--proof texts.txt"):
        find_proof_items(tmp_path / "no.txt", member_of(GENERATED, LETTERS))
    rows.write_text("mass,age\n")
    with pytest.raises(ProofError, match="the proof holds no rows"):
        find_proof_items(rows, member_of(POINTS))
    rows.write_text("mass\n1\n")
    with pytest.raises(ProofError, match="column 'age' is missing"):
        find_proof_items(rows, member_of(POINTS))


def test_pictures_have_sets_numbers_and_texts_from_a_table_and_none_from_folders(pictures, tmp_path):
    tags = Multilabel(activation="sigmoid", labels=("x", "y"), label_ids=None, labels_source="list",
                      thresholds=(0.5, 0.5))  # fmt: skip
    assert find_proof_images(pictures, truths_of(tags)).truths == (None, None, None)
    table = tmp_path / "truth.csv"
    table.write_text("file,label\ncat/0.png,x|y\nowl/2.png,\n")
    assert find_proof_images(pictures, truths_of(tags), table).truths == (
        frozenset({0, 1}),
        None,
        frozenset(),
    )
    table.write_text("file,age,mass\ndog/1.png,20,71.5\n")
    assert find_proof_images(pictures, truths_of(TWO), table).truths == (None, (71.5, 20.0), None)
    table.write_text("file,mass\ncat/0.png,1\n")
    with pytest.raises(ProofError, match="no column `age`: expected a first line file,mass,age"):
        find_proof_images(pictures, truths_of(TWO), table)


def test_a_table_of_truths_is_read_to_its_end_before_an_export_begins(rows):
    path = beside(rows, 'label,by\nill,me\nill,"me\n')
    with pytest.raises(ProofError, match=r"a quote is never closed - at .*truth.csv:3"):
        check_truth_table(path, ("label",))
    check_truth_table(beside(rows, "label,by\nill,me\nill,me\n"), ("label",))


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_truths_are_cut_by_the_delimiters_of_a_proof(rows, mark):
    text = f"by{mark}mass{mark}age\nme{mark}1.5{mark}2\nme{mark}3{mark}4\n"
    truths = truths_of(TWO)
    assert truths.read(list(read_rows(beside(rows, text), truths.columns))) == ((1.5, 2.0), (3.0, 4.0))


def test_a_header_that_two_delimiters_cut_is_refused(rows):
    path = beside(rows, "label,x;label\nill,y;ill\n")
    with pytest.raises(ProofError, match=r"can be cut in two ways: got ',' and ';' - at .*truth.csv:1"):
        list(read_rows(path, ("label",)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("labels,by\nill,me\n", r"no column `label`: expected a first line label, then the rows, got the columns 'labels', 'by'"),
        ("", "no column `label`: expected a first line label, then the rows, got an empty file"),
        ("label\n", "the proof labels have a header and no rows"),
        ("label,label\nill,ill\n", r"column 'label' stands twice in the proof labels - at .*truth.csv:1"),
        ("label\nill,\nill\n", r"the row is 1 cell too long: expected 1 cell, as the header has, got 2 - at .*:2\. Quote a cell that holds the delimiter ','"),
        ("label\nil\nill\n", r"no label of the model: .*got 'il' .*Did you mean 'ill'\? The labels are 'healthy', 'ill'"),
        ("label,by\nill,me\nill\n", r"the row is 1 cell short: expected 2 cells, as the header has, got 1: nothing for 'by' - at .*:3"),
        ('label,by\nill,"me\nill,me\n', r"a quote is never closed - at .*truth.csv:2\. Close it, or write a quote as two"),
        ("label,by\nill,me\n0,me\n", r"the proof labels have labels and indices in the column `label`.*truth.csv:3"),
        ("label,by\nill,me\n,me\n", r"the cell of `label` is empty: .*got '' - at .*truth.csv:3"),
    ],
)  # fmt: skip
def test_a_table_of_truths_that_does_not_fit_says_what_was_found(rows, text, message):
    with pytest.raises(ProofError, match=message):
        find_proof_items(rows, member_of(ILL), beside(rows, text))


def test_an_empty_number_is_told_as_empty(rows):
    with pytest.raises(ProofError, match=r"the truth of 'progression' is missing: the cell is empty.*csv:3"):
        find_proof_items(rows, member_of(POINTS), beside(rows, "progression,by\n1,me\n,me\n"))
