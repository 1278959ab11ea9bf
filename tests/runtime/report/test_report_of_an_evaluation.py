"""The page of an evaluation, of every task."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import pytest
from PIL import Image
from tests.evaluations import TASKS, evaluation

from truecopy.contract import ImageInput
from truecopy.jobs.evaluation_page import evaluation_page
from truecopy.jobs.evaluation_page.details import most_confused
from truecopy.jobs.evaluation_page.strategies import in_words
from truecopy.predict.strategy import Strategy

PICTURES = ImageInput(
    decoder="pillow",
    color="RGB",
    orientation="ignore",
    alpha="drop",
    depth16="clip",
    cmyk="pillow",
    frame=0,
)
WHEN, TYPED = "2026-01-31", "truecopy evaluate fold_0.onnx val/ --compare standard,tta"


def made(task: str) -> str:
    return evaluation_page(evaluation(task), when=WHEN, command=TYPED)


@pytest.mark.parametrize("task", TASKS)
def test_the_page_of_every_task_says_what_was_evaluated_and_how_to_do_it_again(task: str) -> None:
    text = made(task)
    for words in ("fold_0.onnx", "val/", WHEN, TYPED, "standard", "the image is truncated or damaged"):
        assert words in text
    assert "<script" not in text
    assert "2 more items could not be answered" in text


@pytest.mark.parametrize("task", TASKS)
def test_the_same_evaluation_gives_the_same_bytes(task: str) -> None:
    assert made(task) == made(task)


@pytest.mark.parametrize(
    ("task", "plots"),
    [
        ("multiclass", ["Confusion matrix", "Reliability", "Coverage against error", "F1 of each class"]),
        ("binary", ["Confusion matrix", "Reliability", "Coverage against error", "F1 of each class"]),
        ("multilabel", ["F1 of each label", "Reliability"]),
        ("regression", ["height: said against true", "height: said minus true"]),
        ("sequence", ["Reliability", "Coverage against error"]),
    ],
)
def test_every_task_has_its_plots(task: str, plots: list[str]) -> None:
    text = made(task)
    for title in [*plots, "cost against standard"]:
        assert f"{title}</figcaption>" in text


def test_gains_are_said_with_their_interval_and_unit() -> None:
    assert "+1.00 (\u22120.50 to +2.50)" in made("multiclass")
    assert "in percentage points" in made("multiclass")
    assert "\u22120.5 (\u22121.25 to +0.25)" in made("regression")
    assert "less is better" in made("regression")


def test_a_thousand_classes_are_told_by_their_pairs_and_the_page_stays_small() -> None:
    text = evaluation_page(evaluation("multiclass", classes=1000, items=3000), when=WHEN, command=TYPED)
    assert "The most confused pairs" in text
    assert "Confusion matrix</figcaption>" not in text
    assert "The weakest 200 of 9" in text
    assert len(text.encode()) < 1_000_000


def test_mistakes_are_thumbnails_at_most_24_and_a_lost_file_has_a_placeholder(tmp_path: Path) -> None:
    text = evaluation_page(evaluation("multiclass", tmp_path), when=WHEN, command=TYPED, image=PICTURES)
    assert text.count("data:image/jpeg") == 23
    assert text.count("no picture: ") == 1
    assert "class 0, 99.0\u00a0%" in text
    assert len(text.encode()) < 2_000_000


@pytest.mark.parametrize(
    ("orientation", "size"), [("ignore", 'width="40" height="20"'), ("apply", 'width="20" height="40"')]
)
def test_a_thumbnail_is_turned_as_the_model_sees_it(
    orientation: Literal["ignore", "apply"], size: str, tmp_path: Path
) -> None:
    found = evaluation("multiclass", tmp_path)
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    Image.new("RGB", (40, 20), "red").save(tmp_path / "0.png", exif=exif)
    image = msgspec.structs.replace(PICTURES, orientation=orientation)
    text = evaluation_page(found, when=WHEN, command=TYPED, image=image)
    assert f'{size} alt="class 0/0.png"' in text


def test_items_that_are_no_pictures_stand_in_a_table() -> None:
    text = made("regression")
    assert "data:image/jpeg" not in text
    assert "What was said, and what is true" in text


def test_a_single_strategy_is_compared_with_nothing() -> None:
    found = evaluation("multiclass")
    text = evaluation_page(replace(found, scores=found.scores[:1]), when=WHEN, command=TYPED)
    assert "cost against" not in text
    assert "Other strategies" not in text


def test_the_most_confused_pairs_come_first_and_the_diagonal_never() -> None:
    table = np.array([[9, 1, 0], [3, 5, 0], [0, 1, 0]])
    assert most_confused(table, 2) == [(1, 0, 3, 0.375), (0, 1, 1, 0.1)]


@pytest.mark.parametrize(
    ("strategy", "members", "words"),
    [
        (Strategy(), 1, "one look of one member"),
        (Strategy(), 3, "3 members by soft_voting"),
        (
            Strategy(["identity", "rotate_90"], adaptive={"margin": 0.5}),
            1,
            "2 views (identity, rotate_90) by mean; until margin is 0.5",
        ),
        (Strategy(weights=[3, 1]), 2, "2 members by weighted 0.75, 0.25"),
    ],
)
def test_a_strategy_in_words(strategy: Strategy, members: int, words: str) -> None:
    assert in_words(strategy, members) == words
