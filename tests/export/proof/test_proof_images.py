"""Which images a proof takes, and where their labels come from."""

from __future__ import annotations

import os
import shutil

import pytest

from truecopy.errors import ProofError
from truecopy_export.proof import OneLabel, find_proof_images


@pytest.fixture
def folder(pictures, tmp_path):
    return shutil.copytree(pictures, tmp_path / "photos")


def test_class_folders_are_the_labels(folder, labels):
    found = find_proof_images(folder, labels)
    assert [os.path.relpath(path, folder) for path in found.sources] == [
        "cat/0.png",
        "dog/1.png",
        "owl/2.png",
    ]
    assert found.truths == (0, 1, 2)
    assert found.labelled
    assert found.notes == ()


def test_images_beside_the_class_folders_have_no_label(folder, labels):
    shutil.copy(folder / "cat" / "0.png", folder / "alone.png")
    shutil.copytree(folder / "dog", folder / "cat" / "deeper" / "still")
    found = find_proof_images(folder, labels)
    names = [os.path.relpath(path, folder) for path in found.sources]
    assert dict(zip(names, found.truths, strict=True)) == {
        "alone.png": None, "cat/0.png": 0, "cat/deeper/still/1.png": 0, "dog/1.png": 1, "owl/2.png": 2,
    }  # fmt: skip


def test_folders_may_be_named_by_label_ids_where_labels_repeat(folder):
    cranes = OneLabel(("crane", "crane", "owl"), ("cat", "dog", "n3"))
    with pytest.raises(
        ProofError, match=r"label ids and labels .* 'owl' has the label id 'n3'\. --proof-labels"
    ):
        find_proof_images(folder, cranes)
    (folder / "owl").rename(folder / "n3")
    assert find_proof_images(folder, cranes).truths == (0, 1, 2)
    (folder / "n3").rename(folder / "crane")
    with pytest.raises(
        ProofError, match=r"the label 'crane' stands for several .* label id: 'crane' is 'cat' or 'dog'"
    ):
        find_proof_images(folder, cranes)


def test_one_unknown_folder_among_known_ones_is_refused(folder, labels):
    (folder / "owl").rename(folder / "0wl")
    with pytest.raises(
        ProofError,
        match=r"a class folder is no label of the model: .*got '0wl' .*'owl'\?.*--proof-labels takes",
    ):
        find_proof_images(folder, labels)


def test_sub_folders_that_are_no_labels_at_all_leave_the_proof_unlabelled(folder):
    found = find_proof_images(folder, OneLabel(("x", "y", "z")))
    assert found.truths == (None, None, None)
    assert not found.labelled
    assert "are no labels (cat, dog, owl" in found.notes[0]


def test_files_that_are_no_images_by_their_name_are_noted(folder, labels):
    (folder / "notes.txt").write_text("hello")
    assert find_proof_images(folder, labels).notes == (f"1 files in {folder} are no images by their name",)


def test_no_folder_and_no_images_are_told_apart(tmp_path, labels):
    with pytest.raises(
        ProofError, match=r"the proof folder is not there: .*nowhere.* Name a folder with real images"
    ):
        find_proof_images(tmp_path / "nowhere", labels)
    with pytest.raises(ProofError, match="the proof folder holds no images"):
        find_proof_images(tmp_path, labels)


@pytest.mark.parametrize(
    "text",
    [
        "file,label\ncat/0.png,2\nowl/2.png,1\n",
        "\ufefffile\tlabel\tby\ncat/0.png\towl\tme\n./owl/2.png\tdog\tme\n",
    ],
    ids=["csv with indices", "tsv with a mark and more columns"],
)
def test_a_table_overrides_the_folders(folder, labels, tmp_path, text):
    table = tmp_path / "truth.csv"
    table.write_text(text, encoding="utf-8")
    assert find_proof_images(folder, labels, table).truths == (2, None, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,class\na,b\n", "no columns `file` and `label`"),
        ("", "no columns `file` and `label`"),
        ("file,label\ncat/0.png,cow\n", r"a proof label is no label of the model: .*got 'cow' - at .*truth.csv:2"),
        ("file,label\ncat/0.png,\n", r"got '' - at .*truth.csv:2"),
        ("file,label\ncat/0.png\n", r"the row is 1 cell short: .*nothing for 'label' - at .*truth.csv:2"),
        ("label,file\ncat\n", r"the row is 1 cell short: .*nothing for 'file' - at .*truth.csv:2"),
        ("label,file\ncat,\n", "1 labelled images are not in the folder"),
        ("file,label\ncat/9.png,cat\n", r"1 labelled images are not in the folder: .*cat/9\.png"),
        ("file,label\n" + "x" * 200_000 + ",cat\n", "a cell is too long: .*got more, or a quote that is never closed"),
        (b"file,label\n\xff\xfe,cat\n", r"the line is not UTF-8: got byte 0xff - at .*truth.csv:2\. Save the file as UTF-8"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_refused_with_its_line(folder, labels, tmp_path, text, message):
    table = tmp_path / "truth.csv"
    table.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ProofError, match=message):
        find_proof_images(folder, labels, table)


def test_a_label_that_stands_twice_must_be_said_by_id_or_index(folder, tmp_path):
    cranes = OneLabel(("crane", "crane", "owl"), None)
    table = tmp_path / "truth.csv"
    table.write_text("file,label\ncat/0.png,crane\n")
    with pytest.raises(
        ProofError,
        match=r"stands for several classes: expected a label that stands once or an index \(0 to 2\), got 'crane'",
    ):
        find_proof_images(folder, cranes, table)
    table.write_text("file,label\ncat/0.png,1\n")
    assert find_proof_images(folder, cranes, table).truths[0] == 1
