"""Fitted on some items, reported on others: temperatures and thresholds of every task that has them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax
from sklearn.metrics import f1_score, precision_score, recall_score
from tests.tiny_models import (
    BINARY,
    CTC,
    IMAGE,
    MULTICLASS,
    MULTILABEL,
    REGRESSION,
    SIDE,
    TABLE,
    TOKENS,
    sealed,
)

import truecopy
from truecopy.calibration import BEST_F1, Target
from truecopy.errors import InputError, StrategyError
from truecopy.jobs.calibrate import TEMPERATURE, Figure, calibrate, read_thresholds
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict import Opened, open_artifact

replace = msgspec.structs.replace
# Answer k is 12 times the mean of column k of the picture, 0 to 1: far too sure.
SURE = 12 * np.eye(SIDE, 3, dtype=np.float32)


def opened(path: Path, task, given=IMAGE, **more) -> Opened:
    return open_artifact(sealed(path, given, task, golden=True, **more), DEFAULT_LIMITS)


def columns(count: int, seed: int) -> np.ndarray:
    """Pictures uint8 (count, SIDE, SIDE); the first three columns say how much of each class there is."""
    made = np.random.default_rng(seed).integers(0, 256, (count, 1, SIDE), np.uint8)
    return np.repeat(made, SIDE, axis=1)


def logits(pictures: np.ndarray, weights: np.ndarray = SURE) -> np.ndarray:
    return pictures.mean(axis=1) / 255 @ weights.astype(np.float64)


def classes(pictures: np.ndarray, seed: int, sharpness: float = 4.0) -> np.ndarray:
    """True classes, drawn from the softmax of 4 times the columns: the model's 12 is three times too sure."""
    random = np.random.default_rng(seed)
    p = np.exp(log_softmax(logits(pictures, SURE / 12 * sharpness), axis=1))
    return np.array([random.choice(3, p=row) for row in p])


def class_folders(root: Path, pictures: np.ndarray, truth: np.ndarray) -> Path:
    for place, (picture, label) in enumerate(zip(pictures, truth, strict=True)):
        folder = root / MULTICLASS.labels[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / f"{place:04}.png")
    return root


def manifest(root: Path, pictures: np.ndarray, labels: list[str]) -> Path:
    root.mkdir()
    for place, picture in enumerate(pictures):
        Image.fromarray(picture).save(root / f"{place:04}.png")
    rows = [f"{place:04}.png,{label}" for place, label in enumerate(labels)]
    (root / "labels.csv").write_text("\n".join(["file,label", *rows]) + "\n")
    return root / "labels.csv"


@pytest.fixture(scope="module")
def sides(tmp_path_factory) -> tuple[Path, Path]:
    """Two folders of 120 pictures each."""
    root = tmp_path_factory.mktemp("sides")
    fit, report = columns(120, 1), columns(120, 2)
    return (
        class_folders(root / "fit", fit, classes(fit, 3)),
        class_folders(root / "report", report, classes(report, 4)),
    )


@pytest.fixture
def sure(tmp_path: Path) -> Opened:
    return opened(tmp_path / "sure.onnx", MULTICLASS, weights=SURE)


def test_the_temperature_is_the_one_that_scipy_finds(sure: Opened, sides) -> None:
    made = calibrate(sure, *sides)
    fit = columns(120, 1)
    rows, truth = logits(fit), classes(fit, 3)

    def loss(temperature: float) -> float:
        return float(-log_softmax(rows / temperature, axis=1)[np.arange(120), truth].mean())

    best = minimize_scalar(loss, bounds=(0.1, 20), method="bounded", options={"xatol": 1e-9})
    assert made.task == replace(MULTICLASS, temperature=made.task.temperature)
    assert made.task.temperature == pytest.approx(best.x, abs=1e-4)
    assert 2 < made.task.temperature < 5
    assert made.goal == TEMPERATURE


def test_both_sides_are_measured_and_the_report_is_on_items_that_were_not_fitted_on(
    sure: Opened, sides
) -> None:
    made = calibrate(sure, *sides, goal=TEMPERATURE)
    for side, seed in ((made.fit, 1), (made.report, 2)):
        pictures = columns(120, seed)
        rows, truth = logits(pictures), classes(pictures, seed + 2)
        expected = [
            -log_softmax(rows / t, axis=1)[np.arange(120), truth].mean() for t in (1, made.task.temperature)
        ]
        ece, nll = side.figures
        assert (ece.name, nll.name, side.items, side.failed) == ("ECE", "NLL", 120, ())
        assert (nll.before, nll.after) == pytest.approx(tuple(expected), rel=1e-5)
        assert ece.after < ece.before
    assert made.worse == ()


def test_a_temperature_that_makes_the_report_worse_is_said(sure: Opened, sides, tmp_path: Path) -> None:
    pictures = columns(60, 9)
    right = class_folders(tmp_path / "right", pictures, logits(pictures).argmax(axis=1))
    made = calibrate(sure, sides[0], right)
    assert [sentence.split(" rose ")[0] for sentence in made.worse] == ["ECE", "NLL"]


def test_a_threshold_that_was_chosen_under_another_temperature_is_said(tmp_path: Path, sides) -> None:
    old = opened(tmp_path / "m.onnx", replace(MULTICLASS, threshold=0.5), weights=SURE)
    made = calibrate(old, *sides)
    assert made.task.threshold == 0.5
    assert any(
        "the threshold 0.5 was chosen under the temperature 1: fit it anew" in note for note in made.notes
    )


def test_an_accept_threshold_reaches_its_precision_on_the_fit_and_is_short_of_it_on_the_report(
    sure: Opened, sides
) -> None:
    made = calibrate(sure, *sides, goal=Target("precision", 0.8))
    assert made.task == replace(MULTICLASS, threshold=made.task.threshold)
    share, accuracy = made.fit.figures
    assert (share.name, accuracy.name) == ("share accepted", "accuracy of the accepted")
    assert share.before == 1.0
    assert accuracy.after >= 0.8 > accuracy.before
    p = np.exp(log_softmax(logits(columns(120, 2)), axis=1)).max(axis=1)
    assert made.report.figures[0].after == np.mean(p >= made.task.threshold)
    assert made.worse == ()
    assert made.short == (
        f"the accuracy of the accepted is {made.report.figures[1].after:.4f}, and 0.8 was asked for",
    )
    assert made.report.figures[1].after > made.report.figures[1].before  # short, but not worse
    assert made.to_dict()["short"] == list(made.short)


@pytest.mark.parametrize(
    "aim", [BEST_F1, Target("precision", 0.9), Target("recall", 0.9)], ids=["f1", "precision", "recall"]
)
def test_a_binary_threshold_is_measured_as_scikit_learn_does(aim: Target, tmp_path: Path) -> None:
    weights = np.array([[6], [-6], [2], [-2]], np.float32)
    sealed(tmp_path / "m.onnx", IMAGE, BINARY, weights=weights, golden=True)
    model = truecopy.load(tmp_path / "m.onnx", device="cpu")
    places, found = [], []
    for name, seed in (("fit", 5), ("report", 6)):
        pictures = columns(80, seed)
        p = np.array([model(picture).probability for picture in pictures], np.float32)
        truth = np.random.default_rng(seed).random(80) < p
        labels = [BINARY.labels[int(one)] for one in truth]
        places.append(manifest(tmp_path / name, pictures, labels))
        found.append((p, truth))
    made = calibrate(open_artifact(tmp_path / "m.onnx", DEFAULT_LIMITS), *places, goal=aim)
    assert made.task == replace(BINARY, threshold=made.task.threshold)
    for side, (p, truth) in zip((made.fit, made.report), found, strict=True):
        said = p >= np.float32(made.task.threshold)
        expected = [measure(truth, said) for measure in (precision_score, recall_score, f1_score)]
        assert [figure.after for figure in side.figures] == pytest.approx(expected, abs=1e-12)
    p, truth = found[0]
    if aim.least is None:
        assert made.fit.figures[2].after == pytest.approx(max(f1_score(truth, p >= t) for t in p), abs=1e-12)
    else:
        assert made.fit.figures[["precision", "recall"].index(aim.aim)].after >= aim.least
    assert [score.label for score in made.labels] == ["spam"]


def test_every_label_gets_a_threshold_of_its_own(tmp_path: Path) -> None:
    weights = np.array([[9, 0, -9], [0, 9, 0], [-9, 0, 9], [0, -9, 0]], np.float32)
    places = []
    for name, seed in (("fit", 7), ("report", 8)):
        pictures = columns(60, seed)
        truth = np.random.default_rng(seed).random((60, 3)) < expit(logits(pictures, weights) - [1, 0, -1])
        labels = ["|".join(MULTILABEL.labels[k] for k in np.flatnonzero(row)) for row in truth]
        places.append(manifest(tmp_path / name, pictures, labels))
    made = calibrate(opened(tmp_path / "m.onnx", MULTILABEL, weights=weights), *places, goal=BEST_F1)
    assert made.task == replace(MULTILABEL, thresholds=made.task.thresholds)
    assert len(set(made.task.thresholds)) == 3
    assert [figure.name for figure in made.fit.figures] == ["macro precision", "macro recall", "macro F1"]
    assert made.fit.figures[2].after > made.fit.figures[2].before
    assert [score.label for score in made.labels] == list(MULTILABEL.labels)


def test_rows_of_a_table_are_calibrated_too(tmp_path: Path) -> None:
    header, cities = "age,city,bmi,remark,label", ("Bern", "Basel", "Chur")
    for name, begin in (("fit", 20), ("report", 21)):
        rows = [
            f"{age},{cities[age % 3]},{20 + age % 7},x,{BINARY.labels[age > 40]}"
            for age in range(begin, 70, 2)
        ]
        (tmp_path / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")
    made = calibrate(
        opened(tmp_path / "m.onnx", BINARY, TABLE),
        tmp_path / "fit.csv",
        tmp_path / "report.csv",
        goal=BEST_F1,
    )
    assert (made.fit.items, made.report.items) == (25, 25)
    assert made.notes == ()


def test_equal_rows_on_both_sides_are_said(tmp_path: Path) -> None:
    rows = ["age,city,bmi,remark,label", "30,Bern,21.5,x,ham", "60,Chur,25,y,spam"]
    for name, more in (("fit", "31,Bern,21.5,x,ham"), ("report", "33,Chur,20,x,spam")):
        (tmp_path / f"{name}.csv").write_text("\n".join([*rows, more]) + "\n")
    made = calibrate(
        opened(tmp_path / "m.onnx", BINARY, TABLE),
        tmp_path / "fit.csv",
        tmp_path / "report.csv",
        goal=BEST_F1,
    )
    assert made.notes == (
        "2 of 3 items of the report are equal to items of the fit: it may look better than it is",
    )


def test_what_cannot_be_read_is_a_failure_and_no_stop(sure: Opened, sides, tmp_path: Path) -> None:
    pictures = columns(20, 11)
    report = class_folders(tmp_path / "report", pictures, classes(pictures, 12))
    (report / "low" / "broken.png").write_bytes(b"hi\n")
    made = calibrate(sure, sides[0], report)
    ((name, error),) = made.report.failed
    assert name.endswith("broken.png")
    assert "no image that is opened" in error
    assert made.report.items == 20
    assert made.task == calibrate(sure, *sides).task


def test_a_side_without_one_answer_is_an_error(sure: Opened, sides, tmp_path: Path) -> None:
    (tmp_path / "report" / "low").mkdir(parents=True)
    (tmp_path / "report" / "low" / "broken.png").write_bytes(b"hi\n")
    with pytest.raises(InputError, match=r"no item could be answered.*at .*report"):
        calibrate(sure, sides[0], tmp_path / "report")


def test_the_same_folder_twice_is_refused(sure: Opened, sides) -> None:
    again = sides[0].parent / "report" / ".." / "fit"
    with pytest.raises(StrategyError, match=r"reported on others.*expected two folders.*fit twice"):
        calibrate(sure, sides[0], again)


def test_the_same_pictures_under_other_names_are_refused_with_their_number(
    sure: Opened, sides, tmp_path: Path
) -> None:
    pictures = columns(20, 13)
    report = class_folders(tmp_path / "report", pictures, classes(pictures, 14))
    taken = sorted(sides[0].rglob("*.png"))[:2]
    for place, path in enumerate(taken):
        (report / "low" / f"copy{place}.png").write_bytes(path.read_bytes())
    with pytest.raises(
        StrategyError, match=r"the same pictures stand on both sides.*got 2 of 22 items of the report"
    ):
        calibrate(sure, sides[0], report)


@pytest.mark.parametrize(
    ("task", "given", "goal", "message"),
    [
        (replace(MULTICLASS, activation="none"), IMAGE, None, r"a temperature divides logits.*ends in its own softmax.*`\$\.task\.activation`"),
        (MULTICLASS, IMAGE, BEST_F1, r"one of n classes has one threshold.*got f1.*--thresholds precision=0\.95"),
        (MULTICLASS, IMAGE, Target("recall", 0.5), r"one of n classes has one threshold.*got recall"),
        (BINARY, IMAGE, None, r"say what the thresholds are for.*--thresholds f1"),
        (MULTILABEL, IMAGE, None, r"say what the thresholds are for"),
        (BINARY, IMAGE, TEMPERATURE, r"a temperature is fitted for one of n classes, |a temperature is fitted for one of n classes.*'binary'.*--thresholds f1"),
        (REGRESSION, TABLE, None, r"no confidence to calibrate.*'regression'"),
        (REGRESSION, TABLE, BEST_F1, r"no confidence to calibrate"),
        (CTC, TOKENS, TEMPERATURE, r"no confidence to calibrate.*'sequence'"),
    ],
)  # fmt: skip
def test_what_a_task_does_not_have_is_refused_before_anything_is_read(
    task, given, goal, message, tmp_path: Path
) -> None:
    model = open_artifact(sealed(tmp_path / "m.onnx", given, task), DEFAULT_LIMITS)
    with pytest.raises(StrategyError, match=message):
        calibrate(model, tmp_path / "no", tmp_path / "where", goal=goal)


def test_a_target_that_no_threshold_reaches_is_an_error_that_says_how_near(
    sure: Opened, tmp_path: Path
) -> None:
    places = []
    for name, seed in (("fit", 15), ("report", 16)):
        pictures = columns(12, seed)
        places.append(class_folders(tmp_path / name, pictures, (logits(pictures).argmax(axis=1) + 1) % 3))
    with pytest.raises(InputError, match=r"no threshold accepts answers as right as that.*got 0 at most"):
        calibrate(sure, *places, goal=Target("precision", 0.9))


@pytest.mark.parametrize(
    ("text", "goal"),
    [("f1", BEST_F1), ("precision=0.95", Target("precision", 0.95)), ("recall=1", Target("recall", 1.0))],
)
def test_targets_are_read_as_they_are_typed(text: str, goal: Target) -> None:
    assert read_thresholds(text) == goal


@pytest.mark.parametrize(
    "text",
    ["", "f2", "f1=0.5", "precision", "precision=", "precision=95", "recall=0", "recall=nan", "accuracy=0.5"],
)
def test_other_targets_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(StrategyError, match=r"no such target for thresholds.*--thresholds precision=0\.95"):
        read_thresholds(text)


def test_a_calibration_is_plain_data(sure: Opened, sides) -> None:
    made = calibrate(sure, *sides).to_dict()
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert made["before"] == {"temperature": 1.0, "threshold": None}
    assert made["goal"] == "temperature"
    assert calibrate(sure, *sides, goal=Target("precision", 0.8)).to_dict()["goal"] == "precision=0.8"


def test_what_is_undefined_is_not_worse_and_null_in_json() -> None:
    figure = Figure("macro F1", math.nan, 0.5)
    assert not figure.worse
    assert figure.to_dict() == {"name": "macro F1", "before": None, "after": 0.5}


@pytest.mark.parametrize(
    ("name", "worse"), [("ECE", True), ("NLL", True), ("macro F1", False), ("precision", False)]
)
def test_errors_get_worse_by_rising_and_shares_by_falling(name: str, worse: bool) -> None:
    assert Figure(name, 0.1, 0.2).worse is worse
    assert Figure(name, 0.2, 0.1).worse is not worse
    assert not Figure(name, 0.2, 0.2).worse
