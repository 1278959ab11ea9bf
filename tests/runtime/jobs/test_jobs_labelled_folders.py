"""Class folders: the folder's name is the truth, or an error that says what it should be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from truecopy.errors import InputError, Unsupported
from truecopy.jobs.labelled import find_labelled, read_labelled
from truecopy.predict import Member

tiny = pytest.importorskip("tests.tiny_models")

CRANES = tiny.replace(tiny.MULTICLASS, labels=("crane", "crane", "owl"), label_ids=("n1", "n2", "n3"))


def member_of(task=tiny.MULTICLASS, given=tiny.IMAGE) -> Member:
    return Member.of(tiny.contract_of(given, task)[1])


def folder_of(root: Path, *names: str) -> str:
    for name in names:
        (root / name).mkdir(parents=True)
        for number in (2, 1):
            Image.new("L", (4, 4), 10 * number).save(root / name / f"{number}.png")
    return str(root)


def found(path: str, task=tiny.MULTICLASS):
    member = member_of(task)
    return find_labelled(path, member.contract, member.intake)


def test_folders_are_classes_and_items_come_sorted(tmp_path: Path) -> None:
    read = found(folder_of(tmp_path, "middle", "high/deeper", "low"))
    assert [(item.name, item.truth) for item in read.items] == [
        ("high/deeper/1.png", 2),
        ("high/deeper/2.png", 2),
        ("low/1.png", 0),
        ("low/2.png", 0),
        ("middle/1.png", 1),
        ("middle/2.png", 1),
    ]
    assert read.items[0].source == str(tmp_path / "high" / "deeper" / "1.png")
    assert read.notes == ()
    member = member_of()
    assert read_labelled(tmp_path, member.contract, member.intake) == read.items


def test_label_ids_name_folders_too_and_are_the_only_way_where_labels_repeat(tmp_path: Path) -> None:
    assert [item.truth for item in found(folder_of(tmp_path / "a", "n2", "n1"), CRANES).items] == [0, 0, 1, 1]
    with pytest.raises(
        InputError,
        match=r"the label 'crane' stands for several classes.*Name every folder by its label id: 'crane' is 'n1' or 'n2'",
    ):
        found(folder_of(tmp_path / "b", "crane", "owl"), CRANES)
    without = tiny.replace(CRANES, label_ids=None)
    with pytest.raises(
        InputError,
        match=r"stands for several classes.*manifest .* give every item by its index: 'crane' is 0 or 1",
    ):
        found(str(tmp_path / "b"), without)


def test_labels_beside_label_ids_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"the data set has label ids and labels in the names of the class folders: .*got 'n1', a label id, at .*/n1, and 'owl', a label - at .*/owl\. Name all one way: 'owl' has the label id 'n3'",
    ):
        found(folder_of(tmp_path, "n1", "owl"), CRANES)


def test_names_that_mean_one_class_by_label_and_another_by_id_are_refused(tmp_path: Path) -> None:
    crossed = tiny.replace(tiny.MULTICLASS, labels=("a", "b", "c"), label_ids=("b", "a", "c"))
    with pytest.raises(
        InputError,
        match=r"'a' means two classes, .* the class folders tells .*manifest .* by its index: 'a' is 0 by its label, 1 by",
    ):
        found(folder_of(tmp_path, "a", "c"), crossed)
    same = tiny.replace(crossed, label_ids=("a", "b", "c"))
    assert [item.truth for item in found(str(tmp_path), same).items] == [0, 0, 2, 2]


def test_an_unknown_folder_is_named_with_its_nearest_label(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"the name of a class folder is no label of the model: expected a label, got 'midle' - at .*midle\. Did you mean 'middle'\? The labels are 'low', 'middle', 'high'",
    ):
        found(folder_of(tmp_path, "low", "midle"))


def test_no_manifest_is_advised_that_the_model_would_refuse(tmp_path: Path) -> None:
    """Where names look like numbers, a manifest has no indices either."""
    crossed = tiny.replace(tiny.MULTICLASS, labels=("1", "0", "2"), label_ids=("0", "1", "2"))
    with pytest.raises(
        InputError, match=r"'0' means two classes.*\. Export the model with label ids that are no labels of"
    ):
        found(folder_of(tmp_path / "a", "0", "1"), crossed)
    repeated = tiny.replace(tiny.MULTICLASS, labels=("0", "0", "2"), label_ids=None)
    with pytest.raises(
        InputError, match=r"'0' stands for several classes.*\. Export the model with labels that stand once"
    ):
        found(str(tmp_path / "a"), repeated)


def test_a_number_is_no_index_of_a_folder(tmp_path: Path) -> None:
    """ImageFolder takes 0, 1, 10, 2 for the classes 0 to 3."""
    with pytest.raises(
        InputError, match=r"no label of the model: expected a label, got '0' - at .*/0\. The labels"
    ):
        found(folder_of(tmp_path, "0", "1"))


def test_what_is_left_out_is_noted(tmp_path: Path) -> None:
    folder_of(tmp_path, "low", ".cache")
    (tmp_path / "high").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "low" / "notes.txt").write_text("x")
    read = found(str(tmp_path))
    assert [item.name for item in read.items] == ["low/1.png", "low/2.png"]
    assert read.notes == (
        "left out, in no class folder: '.cache', 'notes.txt'",
        "high: no images in the folder",
        "low: 1 file is no image by its name",
        "a class without a folder counts as without items: 'middle'",
    )


def test_a_folder_without_class_folders_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no class folders: .*got an empty folder"):
        found(str(tmp_path))
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(
        InputError, match=r"no class folders: .*got 1 file - .*Move the pictures .* file,label"
    ):
        found(str(tmp_path))
    (tmp_path / "low").mkdir()
    with pytest.raises(InputError, match="the class folders hold no images"):
        found(str(tmp_path))


def test_binary_tasks_have_their_two_labels(tmp_path: Path) -> None:
    read = found(folder_of(tmp_path, "spam", "ham"), tiny.BINARY)
    assert [item.truth for item in read.items] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("task", "columns"),
    [(tiny.MULTILABEL, "file,label"), (tiny.REGRESSION, "file,price,rooms"), (tiny.CTC, "file,label")],
)
def test_tasks_that_folders_cannot_state_ask_for_a_manifest(tmp_path: Path, task, columns) -> None:
    with pytest.raises(Unsupported, match=f"a CSV manifest with the columns {columns}"):
        found(folder_of(tmp_path, "red"), task)


def test_places_that_are_no_labelled_items_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there are no labelled items: got no such file or folder"):
        found(str(tmp_path / "nowhere"))
    picture = shutil.copy(Path(folder_of(tmp_path / "a", "low")) / "low" / "1.png", tmp_path / "1.png")
    with pytest.raises(Unsupported, match=r"expected class folders, or a CSV file .*1\.png"):
        found(str(picture))
    rows = member_of(given=tiny.TABLE)
    with pytest.raises(Unsupported, match="this model takes rows, and this is a folder"):
        find_labelled(tmp_path, rows.contract, rows.intake)
    texts = member_of(given=tiny.TOKENS)
    with pytest.raises(Unsupported, match="this model takes sequences, and this is a folder"):
        find_labelled(tmp_path, texts.contract, texts.intake)
