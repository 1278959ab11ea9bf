"""`truecopy evaluate`: for people a few tables, for programs one document, and every mistake of a call by its name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import truecopy
from truecopy.contract.feature_flow import widths

tiny = pytest.importorskip("tests.tiny_models")

LABELS = tiny.MULTICLASS.labels
WEIGHTS = np.random.default_rng(5).normal(size=(2, 4, 3)).astype(np.float32) * 4


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: m0.onnx, m1.onnx, and twelve pictures in class folders under photos."""
    monkeypatch.chdir(tmp_path)
    for number in range(2):
        tiny.sealed(tmp_path / f"m{number}.onnx", tiny.IMAGE, tiny.MULTICLASS, weights=WEIGHTS[number])
    random = np.random.default_rng(1)
    for number in range(12):
        path = tmp_path / "photos" / LABELS[number % 3] / f"{number:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(0, 256, (4, 4), np.uint8)).save(path)
    return tmp_path


def accuracy(*paths: str, **strategy: object) -> float:
    model = truecopy.load(paths, device="cpu", strategy=truecopy.predict.Strategy(**strategy))
    pictures = sorted(Path("photos").glob("*/*.png"))
    return float(np.mean([model(path).label == path.parent.name for path in pictures]))


def cells(out: str) -> list[list[str]]:
    lines = out.replace("┃", "│").splitlines()
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]


def test_one_model_has_its_numbers_its_classes_and_its_confusion(cli, here: Path) -> None:
    done = cli("evaluate", "m0.onnx", "photos", "--device", "cpu")
    assert done.code == 0
    rows = cells(done.out)
    share = f"{100 * accuracy('m0.onnx'):.2f} %"
    assert rows[0] == ["strategy", "accuracy", "macro F1", "ECE", "passes", "ms an item"]
    assert rows[1][:2] == ["standard", share]
    assert [row[0] for row in rows if row[0] in LABELS].count("middle") == 2
    assert "classes, the weakest first" in done.out
    assert ["true ↓ said →", *LABELS] in rows
    assert "12 images of photos, 0 failed; " in done.err
    assert "fp32 on cpu" in done.err


def test_json_is_one_document_with_everything(cli, here: Path) -> None:
    done = cli("evaluate", "m0.onnx", "photos", "--json", "--top", "1,2")
    (document,) = done.rows
    assert (done.code, done.err, document["status"], document["path"]) == (0, "", "ok", "m0.onnx")
    (score,) = document["strategies"]
    (headline,) = score["headlines"]
    assert (headline["name"], headline["value"]) == ("accuracy", accuracy("m0.onnx"))
    assert score["quality"]["top_k"].keys() == {"1", "2"}
    assert np.sum(score["quality"]["confusion"]) == 12
    assert document["labels"] == list(LABELS)


def test_strategies_are_compared_side_by_side(cli, here: Path) -> None:
    words = ("--tta", "horizontal_flip", "--adaptive", "confidence=0.8")
    names = "standard,tta,ensemble,tta_ensemble,adaptive"
    done = cli("evaluate", "m0.onnx", "m1.onnx", "photos", "--compare", names, *words)
    rows = cells(done.out)
    expected = {
        "standard": accuracy("m0.onnx"),
        "tta": accuracy("m0.onnx", views=("horizontal_flip",)),
        "ensemble": accuracy("m0.onnx", "m1.onnx"),
        "tta_ensemble": accuracy("m0.onnx", "m1.onnx", views=("horizontal_flip",)),
    }
    assert [row[:2] for row in rows[1:5]] == [
        [name, f"{100 * share:.2f} %"] for name, share in expected.items()
    ]
    assert rows[6] == ["strategy", "gain, points (95 % interval)", "passes", "ms an item", "ratio"]
    gain = 100 * (expected["ensemble"] - expected["standard"])
    assert rows[9][1].startswith(f"{gain:+.2f} (")
    assert rows[7][1] == ""
    assert [row[2] for row in rows[7:11]] == ["1", "2", "2", "4"]
    assert ["m1.onnx", f"{100 * accuracy('m1.onnx'):.2f} %"] in rows
    assert "under all strategies" in done.err
    assert "classes, standard, the weakest first" in done.out


def test_the_tables_fit_a_terminal_of_80_columns(cli, here: Path) -> None:
    words = ("--tta", "horizontal_flip,vertical_flip", "--adaptive", "margin=0.5")
    done = cli("evaluate", "m0.onnx", "photos", "--compare", "standard,tta,adaptive", *words, columns=80)
    lines = done.out.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert sum(line.startswith(("│ standard │", "│ tta      │", "│ adaptive │")) for line in lines) == 6
    assert not [line for line in lines if line.startswith("│          │")]


def test_a_terminal_of_80_columns_cuts_nothing_of_ten_classes(cli, tmp_path: Path) -> None:
    labels = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    task = tiny.replace(tiny.MULTICLASS, labels=tuple(labels), threshold=0.9999)
    path = tiny.sealed(tmp_path / "m.onnx", tiny.TOKENS, task)
    texts = [f"{letters},{label}" for label in labels for letters in ("abc", "dab", "ca")]
    (tmp_path / "texts.csv").write_text("\n".join(["text,label", *texts]) + "\n")
    done = cli("evaluate", path, tmp_path / "texts.csv", columns=80)
    assert max(map(len, done.out.splitlines())) <= 80
    words = {word for row in cells(done.out) for cell in row for word in cell.split()}
    assert {"accuracy", "macro", "accepted", "right", "these", "ECE", "passes", "automobile"} <= words
    assert "the most confused" in done.out
    assert "the whole matrix: --json, --html" in done.out
    assert "true ↓ said →" not in done.out
    wide = cli("evaluate", path, tmp_path / "texts.csv", columns=120)
    assert ["true ↓ said →", *labels] in cells(wide.out)


def test_what_is_asked_of_several_models_is_named_and_an_interval_of_few_is_doubted(cli, here: Path) -> None:
    done = cli("evaluate", "m0.onnx", "m1.onnx", "photos", "--compare", "standard,ensemble")
    assert "\nstandard: m0.onnx\n" in done.out
    assert "ensemble: " not in done.out
    assert "from standard: too few for an interval to mean much" in done.err
    assert "wall-clock: 12 items, evenly spread, each strategy warm" in done.err
    alone = cli("evaluate", "m0.onnx", "m1.onnx", "photos").err
    assert "too few" not in alone
    assert "wall-clock" not in alone


def test_an_item_that_fails_is_told_and_counted_in_the_exit_code(cli, here: Path) -> None:
    (here / "photos" / "low" / "00.png").write_bytes(b"no picture")
    done = cli("evaluate", "m0.onnx", "photos", "--json")
    (document,) = done.rows
    assert (done.code, document["items"], document["answered"], len(document["failed"])) == (1, 12, 11, 1)
    assert document["failed"][0]["name"] == "low/00.png"
    assert "low/00.png" in done.err
    assert "12 images of photos, 1 failed" in cli("evaluate", "m0.onnx", "photos").err


def test_the_report_is_one_file_that_is_not_written_over(cli, here: Path) -> None:
    pytest.importorskip("truecopy.jobs.evaluation_page")
    done = cli("evaluate", "m0.onnx", "photos", "--html", "report.html")
    assert (done.code, "wrote report.html" in done.err) == (0, True)
    page = (here / "report.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "m0.onnx" in page
    assert (
        "report.html exists; type --overwrite"
        in cli("evaluate", "m0.onnx", "photos", "--html", "report.html").err
    )
    assert cli("evaluate", "m0.onnx", "photos", "--html", "report.html", "--overwrite").code == 0


def test_notes_about_the_folders_are_told(cli, here: Path) -> None:
    shutil.rmtree(here / "photos" / "high")
    (here / "photos" / "notes.txt").write_text("x")
    done = cli("evaluate", "m0.onnx", "photos")
    assert "left out, in no class folder: 'notes.txt'" in done.err
    assert "a class without a folder counts as without items: 'high'" in done.err


def test_rows_are_measured_in_units(cli, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tiny.sealed(tmp_path / "m.onnx")
    Path("rows.csv").write_text("age,city,bmi,remark,price,rooms\n40,Bern,25,,100,3\n50,Bern,20,,700,2.5\n")
    said = truecopy.load(path, device="cpu").predict(
        [
            {"age": 40.0, "city": "Bern", "bmi": 25.0, "remark": None},
            {"age": 50.0, "city": "Bern", "bmi": 20.0, "remark": None},
        ]
    )
    mae = np.mean([abs(one["price"] - true) for one, true in zip(said, (100, 700), strict=True)])
    done = cli("evaluate", "m.onnx", "rows.csv")
    assert ["price, CHF", f"{mae:.6g}"] in [row[:2] for row in cells(done.out)]
    assert "2 rows of rows.csv, 0 failed" in done.err


def test_strategies_over_several_quantities_are_compared_one_by_one(cli, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for seed in range(2):
        weights = np.random.default_rng(seed).normal(size=(sum(widths(tiny.TABLE)), 2)).astype(np.float32)
        tiny.sealed(tmp_path / f"m{seed}.onnx", weights=weights)
    Path("rows.csv").write_text("age,city,bmi,remark,price,rooms\n40,Bern,25,,100,3\n50,Bern,20,,700,2.5\n")
    words = ("evaluate", "m0.onnx", "m1.onnx", "rows.csv", "--compare", "standard,ensemble")
    done = cli(*words)
    (document,) = cli(*words, "--json").rows
    rows = cells(done.out)
    assert ["strategy", "mean absolute error, CHF", "gain (less error), CHF (95 % interval)"] in rows
    assert ["strategy", "mean absolute error", "gain (less error) (95 % interval)"] in rows
    standard, ensemble = (one["headlines"] for one in document["strategies"])
    for first, own, row in zip(
        standard, ensemble, [row for row in rows if row[0] == "ensemble"], strict=False
    ):
        assert row[1] == f"{own['value']:.6g}"
        assert row[2].startswith(f"{own['gain']['gain']:+.4g} (")
        assert own["gain"]["gain"] == pytest.approx(first["value"] - own["value"])
    assert "mean absolute error of price" in done.out


@pytest.mark.parametrize("task", [tiny.MULTILABEL, tiny.WRITER])
def test_sets_and_texts_have_their_own_numbers(cli, tmp_path: Path, monkeypatch, task) -> None:
    monkeypatch.chdir(tmp_path)
    tiny.sealed(tmp_path / "m.onnx", tiny.TOKENS, task)
    Path("texts.csv").write_text("text,label\nabc,red|blue\na,\n")
    done = cli("evaluate", "m.onnx", "texts.csv")
    heading = cells(done.out)[0]
    several = task is tiny.MULTILABEL
    assert heading[1] == ("all labels right" if several else "exact")
    assert done.code == 0
    assert ("labels, the weakest first" in done.out) == several


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("m0.onnx",), 2, "expected one place with labelled items after the model, got 0"),
        (("m0.onnx", "photos", "photos"), 2, "got 2: class folders, or a CSV file"),
        (("m0.onnx", "photos", "--html", "m0.onnx"), 2, "expected a name that ends in .html, got m0.onnx"),
        (("m0.onnx", "photos", "--compare", "standard,tta"), 2, "`tta` takes views, and none is given"),
        (("m0.onnx", "photos", "--compare", "standrad"), 2, "Nearest: standard"),
        (("m0.onnx", "photos", "--top", "0,1"), 2, "expected whole numbers from 1"),
        (("m0.onnx", "nowhere"), 1, "there are no labelled items"),
        (("m0.onnx", "photos/low"), 1, "there are no class folders"),
    ],
)
def test_a_call_that_means_nothing_says_what_to_type(cli, here: Path, words, code, message) -> None:
    done = cli("evaluate", *words)
    assert (done.code, message in done.err) == (code, True), done.err


def test_a_class_that_the_model_does_not_know_is_named(cli, here: Path) -> None:
    (here / "photos" / "midle").mkdir()
    done = cli("evaluate", "m0.onnx", "photos")
    assert done.code == 1
    assert "the name of a class folder is no label of the model: expected a label, got 'midle'" in done.err
    assert "Did you mean 'middle'?" in done.err


def test_top_is_for_classes(cli, tmp_path: Path) -> None:
    path = tiny.sealed(tmp_path / "m.onnx")
    (tmp_path / "rows.csv").write_text("age,city,bmi,remark,price,rooms\n40,Bern,25,,100,3\n")
    done = cli("evaluate", path, tmp_path / "rows.csv", "--top", "1")
    assert (done.code, "--top is for models that answer one of several classes" in done.err) == (2, True)


def test_many_classes_are_cut_and_counted(cli, tmp_path: Path) -> None:
    task = tiny.replace(tiny.MULTICLASS, labels=tuple(f"class {number}" for number in range(25)))
    path = tiny.sealed(tmp_path / "m.onnx", tiny.TOKENS, task)
    (tmp_path / "texts.csv").write_text("text,label\nabc,class 3\n")
    done = cli("evaluate", path, tmp_path / "texts.csv")
    assert "and 5 more" in done.out
    assert "said →" not in done.out
    assert json.loads(cli("evaluate", path, tmp_path / "texts.csv", "--json").out)["items"] == 1
