"""A photo explained through other tasks than one of n classes, and models that take no photo."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import truecopy
from truecopy.errors import ContractError
from truecopy.proof.cells import MARGIN, PAPER
from truecopy.proof.explain import explain
from truecopy.proof.explanation import Explanation, answer_in_words, verdict_in_words
from truecopy.proof.sheet import sheet

tiny = pytest.importorskip("tests.tiny_models")

TASKS = ("BINARY", "MULTILABEL", "REGRESSION", "CTC")
PIXELS = np.array([[0, 90, 240, 0], [0, 250, 240, 10], [0, 0, 230, 0], [0, 0, 220, 160]], np.uint8)


@pytest.fixture
def explained(tmp_path: Path):
    photo = tmp_path / "photo.png"
    Image.fromarray(np.kron(PIXELS, np.ones((3, 3), np.uint8))).save(photo)

    def made(task) -> Explanation:
        return explain(tiny.sealed(tmp_path / "m.onnx", tiny.IMAGE, task), photo, device="cpu")

    return made


@pytest.mark.parametrize("task", TASKS)
def test_the_answer_is_the_model_s_own(task: str, explained, tmp_path: Path) -> None:
    made = explained(getattr(tiny, task))
    own = truecopy.load(tmp_path / "m.onnx", device="cpu")(tmp_path / "photo.png")
    assert made.answer.to_dict() == own.to_dict()
    assert json.loads(json.dumps(made.to_dict(), allow_nan=False)) == made.to_dict()


@pytest.mark.parametrize("task", TASKS)
def test_a_sheet_of_any_task_stays_inside_its_margins(task: str, explained) -> None:
    pixels = np.asarray(sheet(explained(getattr(tiny, task))))
    edge = MARGIN - 5
    for side in (pixels[:, :edge], pixels[:, -edge:], pixels[:edge], pixels[-edge:]):
        assert (side == PAPER).all()


def test_inverted_answers_otherwise_where_there_are_labels(explained) -> None:
    for task in ("BINARY", "CTC"):
        made = explained(getattr(tiny, task))
        (inverted,) = (fed for fed in made.fed if fed.mistake.subject == "colour")
        assert inverted.label_changes is True
        assert answer_in_words(inverted.answer) != answer_in_words(made.answer)


def test_labels_that_stay_are_no_change(explained) -> None:
    task = tiny.replace(tiny.MULTILABEL, thresholds=(0.0, 0.0, 0.0))
    made = explained(task)
    assert {fed.label_changes for fed in made.fed} == {False}
    assert {verdict_in_words(fed, made.answer) for fed in made.fed} == {"labels stay"}


def test_a_regression_has_no_label_that_could_change(explained) -> None:
    made = explained(tiny.REGRESSION)
    assert made.fed
    assert {fed.label_changes for fed in made.fed} == {None}
    assert {mistake["label_changes"] for mistake in made.to_dict()["mistakes"]} == {None}
    assert "numbers move" in {verdict_in_words(fed, made.answer) for fed in made.fed}
    assert answer_in_words(made.answer).startswith("price ")
    assert " CHF, rooms " in answer_in_words(made.answer)


def test_numbers_that_do_not_move_are_said_to_stay(explained) -> None:
    values = tuple(tiny.replace(value, clip=(7.0, 7.0)) for value in tiny.REGRESSION.values)
    made = explained(tiny.replace(tiny.REGRESSION, values=values))
    assert {verdict_in_words(fed, made.answer) for fed in made.fed} == {"numbers stay"}


@pytest.mark.parametrize(
    ("given", "task", "takes"),
    [("TABLE", "REGRESSION", "rows of a table"), ("TOKENS", "WRITER", "sequences of tokens")],
)
def test_a_model_of_no_pictures_is_refused_with_what_to_use_instead(
    given, task, takes: str, tmp_path: Path
) -> None:
    path = tiny.sealed(tmp_path / "m.onnx", getattr(tiny, given), getattr(tiny, task))
    with pytest.raises(ContractError) as refused:
        explain(path, tmp_path / "photo.png")
    assert str(refused.value) == (
        f"explain draws what happens to a picture: got a model that takes {takes} - at `$.input.kind`. "
        f"What happens to its input: truecopy inspect {path}; whether it holds here: truecopy selftest {path}"
    )
