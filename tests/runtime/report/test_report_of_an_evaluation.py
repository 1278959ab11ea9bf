"""The page of an evaluation, of every task."""

from __future__ import annotations

import re
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
from truecopy.jobs.evaluation_page.strategies import in_words
from truecopy.metrics import labels_quality
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


def gained(task: str, name: str) -> list[list[str]]:
    """Gain and interval of a strategy, as its row of every table of gains has them."""
    rows = [re.findall("<bdi>(.*?)</bdi>", row) for row in re.findall("<tr>(.*?)</tr>", made(task))]
    return [row[2:4] for row in rows if len(row) == 6 and row[0] == name]


def made(task: str) -> str:
    return evaluation_page(evaluation(task), when=WHEN, command=TYPED)


@pytest.mark.parametrize("task", TASKS)
def test_the_page_of_every_task_says_what_was_evaluated_and_how_to_do_it_again(task: str) -> None:
    text = made(task)
    for words in ("fold_0.onnx", "val/", WHEN, TYPED, "standard", "the image is truncated or damaged"):
        assert words in text
    assert "<script" not in text
    assert "2 of 402 items could not be answered" in text


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
    (accuracy,) = gained("multiclass", "tta")
    assert accuracy == ["+1.00", "\u22120.50 to +2.50*"]
    assert "in percentage points; above 0 is better" in made("multiclass")
    # A quantity has its own unit, its own gain, and its own table.
    height, other = gained("regression", "tta")
    assert height == ["+0.5", "\u22120.25 to +1.25*"]
    assert other == ["\u22120.25", "\u22120.625 to +0.125*"]
    assert "how much less the error is, in mm; above 0 is better" in made("regression")


def test_an_interval_over_few_items_that_differ_says_so_and_one_over_many_does_not() -> None:
    text = made("multiclass")
    assert "* tta: 9 items differ from standard: too few for an interval to mean much." in text
    assert text.count("too few for an interval") == 1


def test_what_is_counted_is_said_as_predict_says_it() -> None:
    assert "402 items of val/, 2 failed; 2026-01-31" in made("multiclass")


def test_each_part_names_the_model_that_it_speaks_of() -> None:
    text = made("multiclass")
    assert ">Evaluation of fold_0.onnx, " in text
    assert "standard, tta, ensemble, adaptive</bdi></h1>" in text
    assert ">At a glance: standard (fold_0.onnx)</h2>" in text
    assert ">In detail: standard (fold_0.onnx)</h2>" in text
    assert "<summary>ensemble</summary>" in text


def test_a_label_without_items_that_was_said_is_drawn_as_the_table_counts_it() -> None:
    found = evaluation("multilabel")
    quality = labels_quality(
        np.array([[0.9, 0.8, 0.1]]), np.array([[True, True, False]]), np.array([[True, False, False]]),
        ("red", "blue", "grey"),
    )  # fmt: skip
    text = evaluation_page(
        replace(found, scores=(replace(found.scores[0], quality=quality, worst=()),)),
        when=WHEN,
        command=TYPED,
    )
    bars = re.findall("<title>(red|blue|grey): (.*?)</title>", text)
    assert bars == [("blue", "0.0\u00a0%, 0"), ("red", "100.0\u00a0%, 1")]
    assert quality.macro.f1 == 0.5


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
