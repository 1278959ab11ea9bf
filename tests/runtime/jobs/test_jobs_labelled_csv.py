"""Manifests that people and tools write: whatever is wrong in one is said, and no row is lost or made up."""

from __future__ import annotations

import contextlib
import csv
import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.errors import InputError, TooLarge, UnreadableInput
from truecopy.jobs.labelled import find_labelled
from truecopy.predict import Member

tiny = pytest.importorskip("tests.tiny_models")

IDS = tiny.replace(tiny.TOKENS, text=None)
MULTICLASS = tiny.MULTICLASS


def found(path: Path, task=MULTICLASS, takes=tiny.IMAGE):
    member = Member.of(tiny.contract_of(takes, task)[1])
    return [(item.name, item.truth) for item in find_labelled(path, member.contract, member.intake).items]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    for number in range(5):
        Image.new("L", (4, 4)).save(tmp_path / f"n{number}.png")
    return tmp_path / "truth.csv"


@pytest.fixture
def refused(manifest: Path):
    def message(content: str | bytes, kind=InputError, task=MULTICLASS, takes=tiny.IMAGE) -> str:
        manifest.write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(kind) as caught:
            found(manifest, task, takes)
        return str(caught.value).replace(str(manifest), "truth.csv")

    return message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('file,label,remark\nn0.png,low,"oops\nn1.png,high,x\nn2.png,high,x\n', 2),
        ('file,label\nn0.png,low\n"n1.png,high\nn2.png,high\n', 3),
        ('label,file\nlow,n0.png\n"high,n1.png\n', 3),
    ],
)
def test_a_quote_that_is_never_closed_swallows_no_rows(refused, text, line) -> None:
    assert refused(text) == (
        f'a quote is never closed - at truth.csv:{line}. Close it, or write a quote as two: ""'
    )


def test_a_quote_over_many_rows_is_named_where_a_limit_ends_it(refused, manifest) -> None:
    rows = "n1.png,high,x\n"
    message = refused('file,label,remark\nn0.png,low,"oops\n' + rows * 20_000, TooLarge)
    assert "a cell is too long" in message
    assert "or a quote that is never closed - at truth.csv:2. Close it" in message
    message = refused('file,label,remark\nn0.png,low,"oops\n' + "n1.png,high,x," + "x" * 2_000_000, TooLarge)
    assert "or a quote that is never closed - at truth.csv:3" in message
    assert "a quote in the header is never closed" in refused('file,label,"remark\nn0.png,low,x\n')


@pytest.mark.parametrize(
    ("task", "text", "message"),
    [
        (tiny.MULTILABEL, "file,label\nn0.png\nn1.png,red\n", "the row is 1 cell short: expected 2 cells, as the header has, got 1: nothing for 'label' - at truth.csv:2"),
        (tiny.CTC, "file,label\nn0.png\n", "nothing for 'label' - at truth.csv:2"),
        (tiny.CTC, "label,by,file\nabc,me,n0.png\nabc\n", "the row is 2 cells short"),
        (MULTICLASS, "file,label\nn0.png,low,x\n", "the row is 1 cell too long: expected 2 cells, as the header has, got 3 - at truth.csv:2"),
    ],
)  # fmt: skip
def test_a_row_has_as_many_cells_as_the_header(refused, task, text, message) -> None:
    assert message in refused(text, task=task)


def test_an_empty_cell_is_no_label_and_an_empty_text(manifest) -> None:
    manifest.write_text("file,label\nn0.png,\nn1.png,red\n")
    assert found(manifest, tiny.MULTILABEL) == [("n0.png", frozenset()), ("n1.png", frozenset({0}))]
    manifest.write_text("file,label\nn0.png,\n")
    assert found(manifest, tiny.CTC) == [("n0.png", "")]


@pytest.mark.parametrize("takes", [tiny.IMAGE, tiny.TOKENS, tiny.TABLE])
def test_pipes_and_devices_are_no_manifests(tmp_path: Path, takes) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name in ("pipe.csv", "zero.csv"):
        with pytest.raises(
            UnreadableInput, match="rows are read from a regular file: got a pipe or a device"
        ):
            found(tmp_path / name, takes=takes)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("file,label\nn0.png,low\n".encode("utf-16"), "the file is no CSV file: expected text in UTF-8, got text in UTF-16 - at truth.csv. Save the file as UTF-8"),
        ("file,label\nn0.png,h\xf6h\n".encode("latin-1"), "the line is not UTF-8: got byte 0xf6 - at truth.csv:2. Save the file as UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "the file is no CSV file: expected text in UTF-8, got a PNG picture - at truth.csv. Name the CSV file itself"),
        (b"PK\x03\x04", "got a zip archive (an Excel workbook is one) - at truth.csv. Save the sheet as CSV"),
        (b"file,label\rn0.png,low\r", "carriage return"),
    ],
)  # fmt: skip
def test_other_files_say_how_to_make_a_manifest_of_them(refused, content, words) -> None:
    assert words in refused(content, UnreadableInput)


def test_lines_of_nothing_may_stand_before_the_header_and_between_rows(manifest) -> None:
    manifest.write_text("\n\nfile,label\n\nn0.png,low\n\n")
    assert found(manifest) == [("n0.png", 0)]


def test_rows_are_named_by_the_line_where_they_begin(refused) -> None:
    assert "at truth.csv:2" in refused('file,label,remark\nn0.png,lo,"two\nlines"\n')


def test_a_path_is_absolute_or_from_the_manifest_and_may_lead_anywhere(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.png", "b.png"):
        Image.new("L", (4, 4)).save(tmp_path / name)
    path = tmp_path / "sub" / "truth.csv"
    path.write_text(f"file,label\n../a.png,low\n{tmp_path / 'b.png'},high\n")
    assert [truth for _, truth in found(path)] == [0, 2]
    path.write_text("file,label\na.png,low\n")
    with pytest.raises(InputError, match=f"expected a picture's path, absolute or from {path.parent}, got"):
        found(path)


def test_a_path_over_a_link_is_where_the_system_says(tmp_path: Path) -> None:
    (tmp_path / "far" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "far" / "deep")
    Image.new("L", (4, 4)).save(tmp_path / "far" / "x.png")
    path = tmp_path / "truth.csv"
    path.write_text("file,label\nlink/../x.png,low\n")
    member = Member.of(tiny.contract_of(tiny.IMAGE, MULTICLASS)[1])
    (item,) = find_labelled(path, member.contract, member.intake).items
    assert (tmp_path / "far" / "x.png").samefile(item.source)


@pytest.mark.parametrize("label", ["high", "low"])
def test_a_file_stands_once_by_whatever_links(refused, tmp_path: Path, label) -> None:
    (tmp_path / "ln.png").symlink_to("n0.png")
    (tmp_path / "folder").symlink_to(".")
    for name in ("ln.png", "folder/n0.png", "folder/ln.png", "./n0.png"):
        assert (
            f"a file stands twice in the manifest: got {name!r}, the file of 'n0.png', first at truth.csv:2 - at truth.csv:3"
            in refused(f"file,label\nn0.png,low\n{name},{label}\n")
        )


def test_a_hard_link_is_the_same_file_and_a_copy_is_another(refused, manifest, tmp_path: Path) -> None:
    (tmp_path / "hard.png").hardlink_to(tmp_path / "n0.png")
    assert "a file stands twice in the manifest: got 'hard.png', the file of 'n0.png'" in refused(
        "file,label\nn0.png,low\nhard.png,low\n"
    )
    (tmp_path / "copy.png").write_bytes((tmp_path / "n0.png").read_bytes())
    manifest.write_text("file,label\nn0.png,low\ncopy.png,low\n")
    assert len(found(manifest)) == 2


def test_links_to_nothing_are_one_file_where_they_lead_to_one_place(
    refused, manifest, tmp_path: Path
) -> None:
    for name, place in (("a.png", "nowhere"), ("b.png", "nowhere"), ("c.png", "elsewhere")):
        (tmp_path / name).symlink_to(place)
    assert "got 'b.png', the file of 'a.png'" in refused("file,label\na.png,low\nb.png,low\n")
    manifest.write_text("file,label\na.png,low\nc.png,low\n")
    assert len(found(manifest)) == 2


def test_the_nearest_label_is_found_in_any_case_and_among_label_ids(refused) -> None:
    assert "Did you mean 'middle'? The labels are" in refused("file,label\nn0.png,MIDDLE\n")
    assert "Did you mean" not in refused("file,label\nn0.png,12\n")
    assert "Did you mean 'Straße'?" in refused(
        "file,label\nn0.png,STRASSE\n", task=digits("Straße", "b", "c")
    )
    assert "Did you mean 'n01440764'?" in refused(
        "file,label\nn0.png,n0144076\n", task=digits("a", "b", "c", ids=("n01440764", "y", "z"))
    )


@pytest.mark.parametrize(
    ("cell", "fix"), [("red|", "Write red"), ("red||blue", "Write red|blue"), (" | ", "Empty the cell")]
)
def test_a_name_between_two_marks_is_never_empty(refused, cell: str, fix: str) -> None:
    assert refused(f"file,label\nn0.png,{cell}\n", task=tiny.MULTILABEL) == (
        "a name between `|` is empty: expected names with one `|` between them, or an empty cell where none holds, got "
        f"{cell!r} - at truth.csv:2. {fix}"
    )


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("file,class", "column `label`: expected a first line file,label, then the rows, got the columns 'file', 'class'"),
        ("class;file;by", "column `label`: expected a first line file,label, then the rows, got the columns 'class', 'file', 'by'"),
        ("path,label", "column `file`:"),
        ("path,class", "columns `file` and `label`:"),
    ],
)  # fmt: skip
def test_the_column_that_is_not_there_is_named_alone(refused, header: str, missing: str) -> None:
    assert f"the manifest has no {missing}" in refused(f"{header}\n")


def test_class_folders_hold_a_file_once_too(tmp_path: Path) -> None:
    (tmp_path / "low").mkdir()
    (tmp_path / "high").symlink_to("low")
    Image.new("L", (4, 4)).save(tmp_path / "low" / "1.png")
    with pytest.raises(
        InputError,
        match=r"a file stands twice in the class folders: got 'low/1.png', the file of 'high/1.png'",
    ):
        found(tmp_path)
    (tmp_path / "high").unlink()
    (tmp_path / "high").mkdir()
    (tmp_path / "high" / "2.png").symlink_to("../low/1.png")
    with pytest.raises(InputError, match=r"got 'low/1.png', the file of 'high/2.png'"):
        found(tmp_path)


@pytest.mark.parametrize(
    "cell", ["1_000", "\u0661\u0662", "nan", "inf", "-Infinity", "True", "0x10", "1,5", "1e999"]
)
def test_numbers_are_written_as_those_of_a_table(refused, cell) -> None:
    assert refused(f'file,price,rooms\nn0.png,"{cell}",3\n', task=tiny.REGRESSION) == (
        f"the truth of 'price' is no number: got {cell!r} - at truth.csv:2. Write a finite number such as 1.5 or -2e3, or "
        "remove the row"
    )


def digits(*labels: str, ids: tuple[str, ...] | None = None):
    return tiny.replace(MULTICLASS, labels=labels, label_ids=ids)


def test_a_number_is_no_index_where_labels_are_numbers(refused, manifest) -> None:
    task = digits("1", "2", "3")
    message = refused("file,label\nn0.png,0\nn1.png,1\n", task=task)
    assert message == (
        "the true label is no label of the model: expected a label, got '0' - at truth.csv:2. The labels are '1', '2', "
        "'3'. Numbers stand among the model's names, so a number is no index"
    )
    manifest.write_text("file,label\nn0.png,3\nn1.png,1\n")
    assert [truth for _, truth in found(manifest, task)] == [2, 0]
    assert "got '0'" in refused("file,label\nn0.png,0\n", task=digits("a", "b", "c", ids=("10", "11", "12")))


@pytest.mark.parametrize(
    ("ids", "text", "message"),
    [
        (None, "high\n1", "the manifest has labels and indices in the column `label`: expected all labels, or all indices, got 'high', a label, at truth.csv:2, and '1', an index - at truth.csv:3. Name all one way: '1' has the label 'middle'"),
        (("x", "y", "z"), "x\nhigh", "label ids and labels in the column `label`: expected all labels, or all label ids, or all indices, got 'x', a label id, at truth.csv:2, and 'high', a label - at truth.csv:3. Name all one way: 'high' has the label id 'z'"),
        (("x", "y", "z"), "0\n0\nx", "indices and label ids"),
    ],
)  # fmt: skip
def test_a_column_is_of_one_kind(refused, ids, text, message) -> None:
    names = text.split("\n")
    rows = "".join(f"n{place}.png,{name}\n" for place, name in enumerate(names))
    assert message in refused("file,label\n" + rows, task=tiny.replace(MULTICLASS, label_ids=ids))


def test_sets_of_labels_are_of_one_kind_too(refused, manifest) -> None:
    assert "labels and indices" in refused(
        "file,label\nn0.png,red|blue\nn1.png,\nn2.png,0|1\n", task=tiny.MULTILABEL
    )
    assert "labels and indices" in refused("file,label\nn0.png,red|1\n", task=tiny.MULTILABEL)
    manifest.write_text("file,label\nn0.png,0|2\nn1.png,\nn2.png, 1 \n")
    assert [truth for _, truth in found(manifest, tiny.MULTILABEL)] == [{0, 2}, set(), {1}]


def test_a_name_that_means_two_classes_is_told_apart_by_the_column_or_refused(refused, manifest) -> None:
    task = digits("a", "b", "c", ids=("x", "y", "a"))
    assert refused("file,label\nn0.png,a\nn1.png,a\n", task=task) == (
        "'a' means two classes, and nothing else in the column `label` tells which: expected names that are all "
        "labels, or all label ids, got 'a', the label of class 0 and the label id of class 2 - at truth.csv:2. Give every item by its "
        "index: 'a' is 0 by its label, 2 by its label id"
    )
    manifest.write_text("file,label\nn0.png,a\nn1.png,b\n")
    assert [truth for _, truth in found(manifest, task)] == [0, 1]
    manifest.write_text("file,label\nn0.png,a\nn1.png,y\n")
    assert [truth for _, truth in found(manifest, task)] == [2, 1]
    assert "Export the model with label ids that are no labels of other classes" in refused(
        "file,label\nn0.png,1\n", task=digits("1", "2", "3", ids=("4", "1", "5"))
    )


def test_a_label_that_repeats_is_given_by_its_id_or_its_index(refused) -> None:
    assert refused("file,label\nn0.png,a\n", task=digits("a", "a", "c", ids=("x", "y", "z"))) == (
        "the label 'a' stands for several classes: expected a label that stands once, a label id or an index (0 to 2), got "
        "'a' - at truth.csv:2. Give every item by its label id: 'a' is 'x' or 'y'"
    )
    assert "Give every item by its index: 'a' is 0 or 1" in refused(
        "file,label\nn0.png,a\n", task=digits("a", "a", "c")
    )
    assert "Export the model with labels that stand once" in refused(
        "file,label\nn0.png,1\n", task=digits("1", "1", "3")
    )


NAMES = st.sampled_from(["a", "b", "c", "x", "0", "1", "2", "z"])


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    labels=st.lists(NAMES, min_size=3, max_size=3),
    ids=st.none() | st.lists(NAMES, min_size=3, max_size=3, unique=True),
    column=st.lists(NAMES, min_size=1, max_size=4),
)
def test_a_column_is_answered_only_where_one_reading_is_left(manifest, labels, ids, column) -> None:
    rows = "".join(f"n{place}.png,{name}\n" for place, name in enumerate(column))
    manifest.write_text("file,label\n" + rows)
    numbers = any(name.isdigit() for name in (*labels, *(ids or ())))
    kinds = [labels, *([ids] if ids else []), *([] if numbers else [["0", "1", "2"]])]
    readings = {
        tuple(kind.index(name) for name in column)
        for kind in kinds
        if all(kind.count(name) == 1 for name in column)
    }
    try:
        read = tuple(
            truth for _, truth in found(manifest, digits(*labels, ids=None if ids is None else tuple(ids)))
        )
    except InputError:
        assert len(readings) != 1
    else:
        assert {read} == readings


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)), min_size=1, max_size=5),
    mark=st.sampled_from(",;\t"),
)  # fmt: skip
def test_what_a_csv_writer_writes_is_read_back(manifest, rows, mark) -> None:
    with manifest.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=mark, quoting=csv.QUOTE_ALL)
        writer.writerow(["file", "remark", "label"])
        writer.writerows([f"n{n}.png", remark, MULTICLASS.labels[c]] for n, (c, remark) in enumerate(rows))
    assert found(manifest) == [(f"n{n}.png", c) for n, (c, _) in enumerate(rows)]


GOOD = {
    MULTICLASS: (b'file,label,remark\r\nn0.png,low,"a, ""b""\nc"\r\nn1.png,high,\r\n', tiny.IMAGE),
    tiny.MULTILABEL: (b"file;label\nn0.png;red|blue\nn1.png;\n", tiny.IMAGE),
    tiny.REGRESSION: (b"\xef\xbb\xbffile\tprice\trooms\nn0.png\t1.5\t-2e3\n", tiny.IMAGE),
    tiny.BINARY: (b'label,ids\nspam,"[1, 2]"\nham,"[3]"\n', IDS),
}  # fmt: skip


@pytest.mark.parametrize("task", GOOD)
def test_a_mutated_manifest_is_read_or_refused_by_a_typed_error(manifest, task) -> None:
    good, takes = GOOD[task]
    member = Member.of(tiny.contract_of(takes, task)[1])
    chance = random.Random(9)  # noqa: S311 - no secret
    pieces = [
        b'"',
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"|",
        b"..",
        b"/",
        b"[",
        b"1_0",
        "é".encode(),
        b"n0.png",
    ]
    for _ in range(400):
        content = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            at, until = sorted(chance.choices(range(len(content) + 1), k=2))
            content[at : chance.choice((at, at + 1, until))] = chance.choice([*pieces, b""])
        manifest.write_bytes(bytes(content))
        with contextlib.suppress(InputError):
            read = find_labelled(manifest, member.contract, member.intake)
            assert 0 < len(read.items) <= content.count(b"\n") + 1
