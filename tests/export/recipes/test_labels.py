"""Where labels come from, and when their order is not certain."""

from __future__ import annotations

import hashlib
import json

import pytest

from truecopy.errors import RecipeError
from truecopy_export.recipes import Labels, check_class_names, check_labels, read_labels


def write(folder, name, text):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_one_label_per_line(tmp_path):
    data = b"\xef\xbb\xbftench\r\nhot dog\r\nzw\xc3\xb6lf\n\n"
    labels = read_labels(write(tmp_path, "names.txt", data))
    assert labels.labels == ("tench", "hot dog", "zwölf")
    assert labels.label_ids is None
    assert labels.source == f"file names.txt sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_table_gives_names_and_ids(tmp_path):
    labels = read_labels(write(tmp_path, "c.tsv", "index\twnid\tname\n0\tn1\tcrane\n1\tn2\tcrane\n"))
    assert labels.labels == ("crane", "crane")
    assert labels.label_ids == ("n1", "n2")
    assert read_labels(str(write(tmp_path, "d.txt", "id\tname\nx\ta\ny\tb\n"))).label_ids == ("x", "y")
    assert read_labels(write(tmp_path, "e.tsv", "name\na\nb\n")).label_ids is None


def test_lists_json_and_class_to_idx(tmp_path):
    assert read_labels(["a", "b"]) == Labels(("a", "b"), None, "list")
    assert read_labels(write(tmp_path, "l.json", json.dumps(["a", "b"]))).labels == ("a", "b")
    assert read_labels({"b": 1, "a": 2, "c": 0}) == Labels(("c", "b", "a"), None, "checkpoint class_to_idx")


def test_class_folders_are_sorted_as_strings_where_both_sorts_agree(tmp_path):
    for name in ("dog", "cat", "Ant"):
        (tmp_path / "train" / name).mkdir(parents=True)
    write(tmp_path / "train", "notes.txt", "")
    assert read_labels(tmp_path / "train") == Labels(
        ("Ant", "cat", "dog"), None, "folder train sorted string"
    )


def test_capitals_make_the_order_uncertain(tmp_path):
    for name in ("bee", "Zebra"):
        (tmp_path / name).mkdir()
    with pytest.raises(RecipeError, match="the order of the class folders is not certain"):
        read_labels(tmp_path)


def test_two_possible_orders_are_refused_until_one_is_typed(tmp_path):
    for name in ("1", "2", "10"):
        (tmp_path / name).mkdir()
    with pytest.raises(RecipeError) as caught:
        read_labels(tmp_path)
    assert "'10' at 1 sorted as strings (torchvision), '2' sorted naturally (timm)" in str(caught.value)
    assert "Type --labels-sort string or --labels-sort natural, whichever the training used" in str(
        caught.value
    )
    assert read_labels(tmp_path, sort="string").labels == ("1", "10", "2")
    assert read_labels(tmp_path, sort="natural").labels == ("1", "2", "10")


def test_natural_order_is_timm_s():
    from timm.utils.misc import natural_key as original

    from truecopy_export.recipes.labels import natural_key

    names = ["a10", "a2", "B1", "b01", "10", "9x", "x9y10z", ""]
    assert [natural_key(name) for name in names] == [original(name) for name in names]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "x\n\ny\n", "an empty line among the labels - at a.txt:2"),
        ("a.txt", "", "the file of labels is empty - at a.txt"),
        ("a.txt", b"x\xff\n", "the labels are not UTF-8: got byte 0xff at 1 - at a.txt"),
        ("a.txt", "x\ty\n", "a label: expected text of 1 to 1000 characters without tabs, got 'x\\ty'"),
        ("a.txt", "x" * 1001, "a label: expected text of 1 to 1000 characters"),
        ("a.csv", "0,x\n", "labels in a .csv file are not read - at a.csv"),
        ("a.tsv", "wnid\nn1\n", "the labels have no `name` column: got wnid - at a.tsv"),
        ("a.tsv", "name\twnid\na\tb\tc\n", "a row of the labels: expected 2 columns, got 3 - at a.tsv:2"),
        ("a.tsv", "index\tname\n1\ta\n0\tb\n", "the `index` column does not number the rows: expected 0 to 1 in order, got '1' at place 0"),
        ("a.tsv", "wnid\tname\nn1\ta\nn1\tb\n", "label ids are unique: got 'n1' more than once"),
        ("a.json", '{"a": 0}', "labels in JSON: expected a list of strings, got dict - at a.json"),
        ("a.json", "[1]", "a label: expected text of 1 to 1000 characters without tabs, got 1"),
        ("a.json", "[", "the labels are not valid JSON"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_labels_is_refused(tmp_path, name, text, message):
    with pytest.raises(RecipeError) as caught:
        read_labels(write(tmp_path, name, text))
    assert message in str(caught.value)


def test_missing_files_empty_folders_and_gaps_are_refused(tmp_path):
    with pytest.raises(RecipeError, match="the labels cannot be read: got No such file or directory"):
        read_labels(tmp_path / "none.txt")
    with pytest.raises(RecipeError, match="a folder of labels holds one folder per class: got no folders"):
        read_labels(tmp_path)
    with pytest.raises(
        RecipeError,
        match="class_to_idx does not number the classes: expected 0 to 1, each once, got 2 at place 1",
    ):
        read_labels({"a": 0, "b": 2})


def test_the_count_must_fit_the_outputs():
    labels = Labels(tuple(map(str, range(999))), None, "file c.txt sha256:0")
    with pytest.raises(RecipeError) as caught:
        check_labels(labels, 1000)
    assert str(caught.value) == (
        "999 labels for 1000 outputs - at file c.txt. "
        "Give one label per output, in the order of the outputs (--labels FILE; in Python labels=[...])"
    )


def test_labels_that_repeat_are_noticed():
    assert check_labels(Labels(("crane", "a", "crane", "b", "crane"), None, ""), 5) == (
        "'crane' stands at 0, 2 and 4",
    )
    assert check_labels(Labels(("a", "crane", "crane"), None, ""), 3) == ("'crane' stands at 1 and 2",)
    assert check_labels(Labels(("a", "b"), None, ""), 2) == ()


@pytest.mark.parametrize("seen", ["größe", "\u0646\u06cc\u200c\u0645", "\U0001f600 smile", "a b", "\u200fא"])
def test_names_of_every_script_are_class_names(seen):
    check_class_names(Labels(("cat", seen), None, "list"))


@pytest.mark.parametrize(
    "unseen", ["\x1b[31mred", "a\nb", "a\rb", "\u202eevil", "\u2066x", "x\x9b", "a\u2028b"]
)
def test_a_class_name_that_changes_how_it_is_shown_is_refused_and_shown_escaped(unseen):
    with pytest.raises(RecipeError) as caught:
        check_class_names(Labels(("cat", unseen), None, "checkpoint classes"))
    said = str(caught.value)
    assert "a label holds characters that are not seen" in said
    assert "at checkpoint classes, place 1. Give its name without them: --labels FILE" in said
    assert said.isprintable()
    with pytest.raises(RecipeError, match="a label_id holds characters"):
        check_class_names(Labels(("cat", "dog"), ("n1", unseen), "file"))
