"""Manifests of pictures, rows with their answers, texts with theirs: and their halves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.errors import InputError
from truecopy.jobs.labelled import LabelledItem, find_labelled, halves
from truecopy.predict import Member

tiny = pytest.importorskip("tests.tiny_models")

HEADER = "age,city,bmi,remark"
IDS = tiny.replace(tiny.TOKENS, text=None)


def read(path: Path, text: str, task, takes=tiny.IMAGE) -> list[tuple[str, object]]:
    member = Member.of(tiny.contract_of(takes, task)[1])
    path.write_text(text, encoding="utf-8")
    items = find_labelled(path, member.contract, member.intake).items
    return [(item.name, item.truth) for item in items]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("a.png", "sub/b.png"):
        Image.new("L", (4, 4)).save(tmp_path / name)
    return tmp_path / "truth.csv"


@pytest.mark.parametrize(
    ("task", "text", "truths"),
    [
        (tiny.MULTICLASS, "file,label\nsub/b.png,high\na.png,middle\n", [("sub/b.png", 2), ("a.png", 1)]),
        (tiny.MULTICLASS, "file,label\nsub/b.png,2\na.png,1\n", [("sub/b.png", 2), ("a.png", 1)]),
        (tiny.BINARY, "by;label;file\nme;spam;./a.png\n", [("./a.png", 1)]),
        (
            tiny.MULTILABEL,
            "file,label\na.png,blue|red\nsub/b.png,\n",
            [("a.png", frozenset({0, 2})), ("sub/b.png", frozenset())],
        ),
        (tiny.REGRESSION, "file,rooms,price\na.png,3,-1.5\n", [("a.png", (-1.5, 3.0))]),
        (tiny.CTC, 'file\tlabel\na.png\t"a,b"\n', [("a.png", "a,b")]),
    ],
)
def test_a_manifest_names_pictures_and_their_truths(manifest: Path, task, text, truths) -> None:
    assert read(manifest, text, task) == truths


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\na.png,hgh\n", r"the true label is no label of the model: .*got 'hgh' - at .*truth.csv:2\. Did you mean 'high'"),
        ("file,label\na.png,low\nno.png,low\n", r"names a file that is not there: .*got 'no.png' - at .*truth.csv:3"),
        ("file,label\n,low\n", r"the cell of `file` is empty: .*truth.csv:2"),
        ("file,label\na.png,low\n./a.png,low\n", r"a file stands twice in the manifest: .*first at .*:2 - at .*:3"),
        ("path,label\na.png,low\n", r"the manifest has no column `file`: .*got the columns 'path', 'label'"),
        ("file,label\n", "the manifest has a header and no rows"),
    ],
)  # fmt: skip
def test_a_manifest_that_does_not_fit_is_refused_with_its_line(manifest: Path, text, message) -> None:
    with pytest.raises(InputError, match=message):
        read(manifest, text, tiny.MULTICLASS)


def test_rows_have_their_truth_beside_the_features(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    text = f"{HEADER},label\n40,Bern,,x,high\n1,Chur,25,,low\n"
    assert read(path, text, tiny.MULTICLASS, tiny.TABLE) == [("rows.csv:2", 2), ("rows.csv:3", 0)]
    text = f"price,{HEADER},rooms\n700,40,Bern,,x,3\n"
    assert read(path, text, tiny.REGRESSION, tiny.TABLE) == [("rows.csv:2", (700.0, 3.0))]
    text = f"{HEADER},label\n40,Bern,,,red|blue\n40,Bern,,,\n"
    sets = read(path, text, tiny.MULTILABEL, tiny.TABLE)
    assert [truth for _, truth in sets] == [frozenset({0, 2}), frozenset()]


def test_a_row_is_the_one_that_predict_takes(tmp_path: Path) -> None:
    member = Member.of(tiny.contract_of(tiny.TABLE, tiny.MULTICLASS)[1])
    path = tmp_path / "rows.csv"
    path.write_text(f"{HEADER},label\n40,Bern,,x,high\n")
    (item,) = find_labelled(path, member.contract, member.intake).items
    (plain,) = member.intake.many([{"age": 40.0, "city": "Bern", "bmi": None, "remark": "x"}])
    assert (item.source.cells, item.source.line) == (plain.cells, 2)
    assert member.intake.item(item.source).feeds.keys() == {"features"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}\n40,Bern,,x\n", r"column 'label' is missing: .*rows.csv:1"),
        (f"{HEADER},label,by\n40,Bern,,x,low,me\n", r"column 'by' is unknown"),
        (f"{HEADER},label\n40,Bern,,x,low\nold,Bern,,x,low\n", r"'age'.*rows.csv:3"),
        (
            f"{HEADER},label\n40,Bern,,x,midle\n",
            r"no label of the model: .*rows.csv:2\. Did you mean 'middle'",
        ),
        (f"{HEADER},label\n40,Bern,,x\n", r"1 cell short.*rows.csv:2"),
        (f"{HEADER},label\n", "a header and no rows"),
    ],
)
def test_rows_that_do_not_fit_are_refused_with_their_line(tmp_path: Path, text, message) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path / "rows.csv", text, tiny.MULTICLASS, tiny.TABLE)


def test_a_feature_of_the_name_of_the_truth_is_refused(tmp_path: Path) -> None:
    task = tiny.replace(
        tiny.REGRESSION, values=(tiny.replace(tiny.REGRESSION.values[0], name="age"),), undo=()
    )
    with pytest.raises(
        InputError, match="the column 'age' is a feature of the model and the true answer too"
    ):
        read(tmp_path / "rows.csv", f"{HEADER}\n40,Bern,,x\n", task, tiny.TABLE)


def test_texts_and_ids_have_their_truth_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    text = "label,text\nhigh,abc\nlow,\n"
    assert read(path, text, tiny.MULTICLASS, tiny.TOKENS) == [("texts.csv:2", 2), ("texts.csv:3", 0)]
    member = Member.of(tiny.contract_of(tiny.TOKENS, tiny.MULTICLASS)[1])
    first = find_labelled(path, member.contract, member.intake).items[0]
    assert (first.source.content, first.source.name) == ("abc", f"{path}:2")
    assert read(path, 'ids,label\n"[1, 2]",low\n', tiny.MULTICLASS, IDS) == [("texts.csv:2", 0)]
    with pytest.raises(InputError, match=r"the cell of `ids` is no list: .*texts.csv:2"):
        read(path, "ids,label\n7,low\n", tiny.MULTICLASS, IDS)
    with pytest.raises(InputError, match=r"texts.csv:2"):
        read(path, "ids,label\n[1,low\n", tiny.MULTICLASS, IDS)


def items_of(truths) -> list[LabelledItem]:
    return [LabelledItem(place, str(place), truth) for place, truth in enumerate(truths)]


def test_halves_alternate_within_each_class_and_keep_the_order() -> None:
    fit, report = halves(items_of([1, 0, 1, 1, 0, 2]))
    assert [item.source for item in fit] == [0, 1, 3]
    assert [item.source for item in report] == [2, 4, 5]
    fit, report = halves(items_of([(5.0,), (1.0,), (4.0,), (2.0,)]))
    assert [item.truth for item in fit] == [(1.0,), (4.0,)]
    fit, report = halves(items_of(["b", "a", "c"]))
    assert [item.truth for item in fit] == ["b", "c"]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4)))
def test_halves_part_the_items_and_every_class_as_evenly_as_it_goes(truths: list[int]) -> None:
    items = items_of(truths)
    fit, report = halves(items)
    assert sorted(item.source for item in (*fit, *report)) == list(range(len(items)))
    assert len(fit) - len(report) in (0, 1)
    for label in range(5):
        one, two = (sum(item.truth == label for item in half) for half in (fit, report))
        assert abs(one - two) <= 1
