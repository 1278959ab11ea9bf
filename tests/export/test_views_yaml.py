"""What may be said about views at export, and what is answered to what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from truecopy.contract import Binary, Ctc, ImageInput, Multiclass, Quantity, Regression, Sequence
from truecopy.errors import RecipeError
from truecopy_export.views_yaml import build_views, read_views

IMAGE = ImageInput(
    decoder="pillow", color="RGB", orientation="ignore", alpha="drop", depth16="clip", cmyk="pillow", frame=0
)
LABELS = ("left", "right", "up")


def multiclass(*labels: str) -> Multiclass:
    return Multiclass(
        activation="softmax",
        labels=labels or LABELS,
        label_ids=None,
        labels_source="-",
        threshold=None,
        temperature=1.0,
    )


def built(given, task=None):
    views = build_views(read_views(given), task or multiclass(), IMAGE)
    return views.forbidden, views.relabel


def refusal(given, task=None) -> str:
    with pytest.raises(RecipeError) as caught:
        built(given, task)
    return str(caught.value)


def test_nothing_said_forbids_nothing():
    assert built(None) == built({}) == ((), {})


def test_names_are_brought_into_their_one_spelling():
    said = {"forbidden": ["vertical_flip", "brightness:1.20", "five_crop"]}
    assert built(said) == (("vertical_flip", "brightness:1.2", "five_crop"), {})


def test_labels_that_are_not_named_stay():
    swap = {"left": "right", "right": "left"}
    assert built({"relabel": {"horizontal_flip": swap}}) == ((), {"horizontal_flip": (1, 0, 2)})


def test_a_label_of_the_view_stands_for_the_one_it_is_mapped_to():
    turn = {"left": "right", "right": "up", "up": "left"}
    assert built({"relabel": {"rotate_90": turn}})[1] == {"rotate_90": (1, 2, 0)}


def test_places_may_stand_for_names():
    assert built({"relabel": {"vertical_flip": [0, 2, 1]}})[1] == {"vertical_flip": (0, 2, 1)}


def test_a_file_says_the_same_as_a_mapping(tmp_path):
    file = tmp_path / "views.yaml"
    file.write_text("forbidden: [vertical_flip]\nrelabel:\n  horizontal_flip: {left: right, right: left}\n")
    same = {
        "forbidden": ["vertical_flip"],
        "relabel": {"horizontal_flip": {"left": "right", "right": "left"}},
    }
    assert built(file) == built(str(file)) == built(same)


def test_both_labels_of_a_binary_task_may_change_places():
    task = Binary(
        activation="sigmoid", labels=("left", "right"), labels_source="-", positive=1, threshold=0.5
    )
    swap = {"relabel": {"horizontal_flip": {"left": "right", "right": "left"}}}
    assert built(swap, task)[1] == {"horizontal_flip": (1, 0)}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (3, "`views` is a mapping or a file: expected {forbidden: [vertical_flip]"),
        ({"forbiden": []}, "views have no field 'forbiden': expected forbidden or relabel - at views. Nearest: forbidden"),
        ({7: []}, "views have no field '7'"),
        ({"forbidden": "hflip"}, "`forbidden` is a list of views: expected [vertical_flip, rotate_180], got 'hflip'"),
        ({"forbidden": {"hflip": 1}}, "`forbidden` is a list of views"),
        ({"forbidden": None}, "`forbidden` is a list of views"),
        ({"forbidden": ["hflip"]}, "there is no view 'hflip'"),
        ({"forbidden": ["hflip"]}, "- at views:$.forbidden[0]. Nearest: horizontal_flip"),
        ({"forbidden": [90]}, "a view is named by a text"),
        ({"forbidden": ["identity"]}, "`identity` is the picture itself"),
        ({"forbidden": ["scale", "scale"]}, "the view 'scale' stands twice - at views:$.forbidden[1]"),
        ({"relabel": ["horizontal_flip"]}, "`relabel` says for a view which label stands for which"),
        ({"relabel": {"mirror": [0, 1, 2]}}, "Nearest: horizontal_flip"),
        ({"relabel": {"horizontal_flip": "swap"}}, "expected {left: right, right: left} or [1, 0, 2], got 'swap'"),
        ({"relabel": {"horizontal_flip": {"left": 1, 1: "left"}}}, "Put quotes around a label"),
        ({"relabel": {"horizontal_flip": [True, 0, 2]}}, "got [True, 0, 2] - at views:$.relabel.horizontal_flip"),
        (
            {"relabel": {"horizontal_flip": [1, 0]}},
            ("the places are no permutation of the labels: expected each of 0 to 2 once, got [1, 0] - at "
            "views:$.relabel.horizontal_flip"),
        ),
        (
            {"relabel": {"horizontal_flip": {"left": "rihgt", "right": "left"}}},
            ("there is no label 'rihgt': expected one of the model's 3 labels - at views:$.relabel.horizontal_flip. "
            "Nearest: right"),
        ),
        (
            {"relabel": {"horizontal_flip": {"left": "right"}}},
            ("`relabel` is no permutation: nothing becomes 'left': expected every label once on each side, got {'left': "
            "'right'} - at views:$.relabel.horizontal_flip. Say both ways: {left: right, right: left}"),
        ),
        ({"relabel": {"brightness:1.2": [1, 0, 2]}}, "moves no labels: only a flip or a rotation makes left of right"),
        (
            {"forbidden": ["rotate_90"], "relabel": {"rotate_90": [1, 0, 2]}},
            "the view 'rotate_90' is forbidden and moves labels: say one of the two - at views:$.relabel.rotate_90",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_place(given, message):
    assert message in refusal(given)


def test_a_label_that_stands_twice_is_named_by_its_place():
    said = refusal(
        {"relabel": {"horizontal_flip": {"crane": "up", "up": "crane"}}}, multiclass("crane", "up", "crane")
    )
    assert said.startswith("more than one output has the label 'crane'")
    assert said.endswith("Give places instead: [1, 0, 2]")


@pytest.mark.parametrize(
    "task",
    [
        Regression(values=(Quantity(name="left", unit=None, clip=(None, None)),), values_source="-", undo=()),
        Sequence(
            activation="softmax", labels=LABELS, labels_source="-", layout="NTC", decoding=Ctc(blank=0, collapse=True),
            joiner="",
        ),
    ],
)  # fmt: skip
def test_numbers_and_texts_have_no_labels_that_change_places(task):
    said = refusal({"relabel": {"horizontal_flip": {"left": "right", "right": "left"}}}, task)
    assert "this task has none that change places" in said


def test_a_model_that_takes_no_pictures_says_nothing_of_views():
    tiny = pytest.importorskip("tests.tiny_models")
    with pytest.raises(RecipeError) as caught:
        build_views(read_views({"forbidden": ["vertical_flip"]}), tiny.MULTICLASS, tiny.TABLE)
    assert str(caught.value) == (
        "views are of pictures, and this model takes none: got input.kind 'table' - at views. Leave --views out (in "
        "Python: views=)"
    )
    assert build_views(read_views(None), tiny.MULTICLASS, tiny.TABLE).forbidden == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- a\n", "what is said about views: expected {forbidden: [vertical_flip]"),
        ("", "what is said about views: expected {forbidden: [vertical_flip]"),
        ("forbidden: [", "not valid YAML"),
        ("forbidden: []\nforbidden: []\n", "key 'forbidden' stands twice"),
        ("forbidden: [hflip]\n", "- at views.yaml:$.forbidden[0]. Nearest: horizontal_flip"),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused_by_its_name(tmp_path: Path, content, message):
    file = tmp_path / "views.yaml"
    file.write_text(content)
    assert message in refusal(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    assert "the views cannot be read" in refusal(tmp_path / "none.yaml")
