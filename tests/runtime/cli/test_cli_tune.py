from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from tests.tiny_models import IMAGE, MULTICLASS, REGRESSION, SIDE, TABLE, replace, sealed

from truecopy.config import load_config
from truecopy.predict import Strategy

BUDGET = ("--max-disagreement", "10%")  # 29 items a half hold it
FLIP = ("--tta", "horizontal_flip")


def weights(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 4, (SIDE, 3)).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`m.onnx`, `n.onnx`, and 60 noisy pictures in class folders; the current folder is there."""
    random = np.random.default_rng(0)
    for number in range(60):
        into = tmp_path / "photos" / MULTICLASS.labels[number % 3]
        into.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
        Image.fromarray(pixels).save(into / f"{number:02d}.png")
    sealed(tmp_path / "m.onnx", IMAGE, MULTICLASS, weights=weights(1))
    sealed(tmp_path / "n.onnx", IMAGE, MULTICLASS, weights=weights(1) + weights(2) / 3)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_views_of_one_model_are_tuned_and_written(cli, folder: Path) -> None:
    (folder / "a").mkdir()
    done = cli(
        "tune", "m.onnx", "photos", *BUDGET, "--tta", "horizontal_flip,brightness", "-o", "a/tuned.yaml"
    )
    assert done.code == 0, done.err
    assert "found on 30 images" in done.out
    assert "reported on 30 images" in done.out
    assert "passes of 4" in done.out
    assert "use it with --adaptive margin=" in done.err
    assert "next: truecopy predict --config a/tuned.yaml INPUT..." in done.err
    said = yaml.safe_load((folder / "a/tuned.yaml").read_text())["inference"]
    assert said["strategy"] == "tta"
    assert said["checkpoint"] == "../m.onnx"
    assert said["tta"] == {
        "augmentations": ["horizontal_flip", "brightness:0.9", "brightness:1.1"], "aggregation": "mean",
    }  # fmt: skip
    assert list(said["adaptive"]) == ["margin"]


def test_the_written_file_runs_the_strategy_that_was_tuned(cli, folder: Path) -> None:
    done = cli("tune", "m.onnx", "n.onnx", "photos", *BUDGET, *FLIP, "--tta-aggregation", "max", "--weights", "1,3",
               "--by", "confidence", "-o", "tuned.yml", "--json")  # fmt: skip
    assert done.code == 0, done.err
    row = done.rows[0]
    model = load_config(folder / "tuned.yml")
    assert model.strategy == Strategy(
        views=("horizontal_flip",), view_merge="max", weights=(1, 3), adaptive={"confidence": row["value"]}
    )
    predicted = cli("predict", "--config", "tuned.yml", "photos", "--json")
    assert predicted.code == 0
    passes = [answer["passes"] for answer in predicted.rows]
    halves = row["fit"], row["report"]
    assert np.mean(passes) == pytest.approx(np.mean([half["passes"] for half in halves]))


def test_json_says_everything(cli, folder: Path) -> None:
    done = cli("tune", "m.onnx", "n.onnx", "photos", *BUDGET, "--json")
    assert done.code == 0
    assert done.err == ""
    row = done.rows[0]
    assert row["status"] == "ok"
    assert row["models"] == ["m.onnx", "n.onnx"]
    assert row["passes"] == 2
    assert row["by"] == "margin"
    assert row["max_disagreement"] == 0.1
    assert row["report"]["share"] <= 0.1
    assert row["output"] is None


def test_a_file_of_settings_is_tuned_again_and_keeps_what_it_states(cli, folder: Path) -> None:
    (folder / "old.yaml").write_text(
        "inference:\n  strategy: tta\n  checkpoint: m.onnx\n  device: cpu\n  threads: 1\n"
        "  tta: {augmentations: [vertical_flip, horizontal_flip]}\n  adaptive: {confidence: 0.99}\n"
    )
    done = cli("tune", "--config", "old.yaml", "photos", *BUDGET, "-o", "new.yaml")
    assert done.code == 0, done.err
    assert "the file's own early exit, confidence=0.99, was left out" in done.err
    said = yaml.safe_load((folder / "new.yaml").read_text())["inference"]
    assert said["device"] == "cpu"
    assert said["threads"] == 1
    assert list(said["adaptive"]) == ["margin"]


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_what_was_left_out_is_told_on_stderr_with_and_without_json(cli, folder: Path, as_json) -> None:
    (folder / "photos" / "stray.txt").write_text("no picture")
    (folder / "old.yaml").write_text(
        "inference:\n  checkpoint: m.onnx\n  tta: {augmentations: [horizontal_flip]}\n  adaptive: {margin: 0.9}\n"
    )
    done = cli("tune", "--config", "old.yaml", "photos", *BUDGET, *as_json)
    assert done.code == 0, done.err
    assert "left out, in no class folder: 'stray.txt'" in done.err
    assert "the file's own early exit, margin=0.9, was left out" in done.err
    assert ("use it with --adaptive" in done.err) == (not as_json)


@pytest.mark.parametrize("given", ["0.5", "0.005", "half", "0%", "100%", "nan%", ""])
def test_the_budget_is_a_percentage(cli, folder: Path, given: str) -> None:
    done = cli("tune", "m.onnx", "photos", *FLIP, "--max-disagreement", given)
    assert done.code == 2
    assert "expected a percentage between 0% and 100%, for example 0.5%" in done.err


def test_too_few_items_say_how_many_it_takes(cli, folder: Path) -> None:
    done = cli("tune", "m.onnx", "photos", *FLIP)
    assert done.code == 1
    assert "at least 1196: 598 to find the value and 598 to report on, got 60" in done.err


def test_where_nothing_is_gained_no_file_is_written(cli, folder: Path) -> None:
    first, second = np.zeros((2, SIDE, 3), np.float32)
    first[:, 0], second[:, 2] = 5, 50
    sealed(folder / "m.onnx", IMAGE, MULTICLASS, weights=first)
    sealed(folder / "n.onnx", IMAGE, MULTICLASS, weights=second)
    words = ("tune", "m.onnx", "n.onnx", "photos", *BUDGET, "--weights", "3,7", "-o", "tuned.yaml")
    done = cli(*words)
    assert done.code == 1
    assert (
        "nothing gained: no margin saves a pass with at most 10 % of disagreement, so the full strategy stays"
        in done.err
    )
    assert not (folder / "tuned.yaml").exists()
    row = cli(*words, "--json").rows[0]
    assert (row["status"], row["value"], row["output"]) == ("error", None, None)
    assert row["error"].startswith("nothing gained")


def test_a_value_that_the_other_half_contradicts_is_not_written(cli, folder: Path) -> None:
    """The first model is as sure of every picture; only where its left column is black, on the other half, the second
    one overrules it.
    """
    first, second = np.zeros((2, SIDE, 3), np.float32)
    first[:, 0] = 20
    second[0, 0], second[1:, 2] = 400, 40
    sealed(folder / "m.onnx", IMAGE, MULTICLASS, weights=first)
    sealed(folder / "n.onnx", IMAGE, MULTICLASS, weights=second)
    for label in MULTICLASS.labels:
        for place, path in enumerate(sorted((folder / "photos" / label).iterdir())):
            pixels = np.full((SIDE, SIDE), 200, np.uint8)
            pixels[:, 0] = 0 if place % 2 else 200
            Image.fromarray(pixels).save(path)
    done = cli("tune", "m.onnx", "n.onnx", "photos", *BUDGET, "--weights", "3,7", "-o", "tuned.yaml")
    assert done.code == 1
    assert "does not hold" in done.err
    assert (
        "of the decisions of the other half differ, and at most 10 % of disagreement was asked for"
        in done.err
    )
    assert not (folder / "tuned.yaml").exists()


def test_an_item_that_cannot_be_read_is_named_and_the_rest_is_tuned(cli, folder: Path) -> None:
    for number in range(60, 66):
        (folder / "photos" / "low" / f"{number}.png").write_bytes(b"no picture")
    done = cli("tune", "m.onnx", "photos", *BUDGET, *FLIP, "-o", "tuned.yaml")
    assert done.code == 1
    assert "low/60.png" in done.err
    assert "1 more failed" in done.err
    assert (folder / "tuned.yaml").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("m.onnx", "photos"), "one pass cannot stop early"),
        (("m.onnx", "photos", *FLIP, "--adaptive", "margin=0.5"), "--adaptive is what is looked for"),
        (("m.onnx", *FLIP), "expected one place with labelled items after the model, got 0"),
        (("m.onnx", "photos", "photos", *FLIP), "expected one place with labelled items after the model, got 2"),
        (("m.onnx", "photos", *FLIP, "-o", "tuned.json"), "expected a name that ends in .yaml, got tuned.json"),
        (("m.onnx", "photos", *FLIP, "-o", "there.yaml"), "there.yaml exists; type --overwrite to replace it"),
        (("r.onnx", "photos.csv", *FLIP), "numbers have no confidence"),
    ],
)  # fmt: skip
def test_what_cannot_be_tuned_is_refused_as_usage(cli, folder: Path, words, told: str) -> None:
    (folder / "there.yaml").touch()
    sealed(folder / "r.onnx", IMAGE, REGRESSION)
    (folder / "photos.csv").write_text("file,price,rooms\nphotos/low/00.png,1,2\n")
    done = cli("tune", *words)
    assert done.code == 2
    assert told in done.err


def test_overwrite_replaces_the_file(cli, folder: Path) -> None:
    (folder / "tuned.yaml").write_text("inference: {}\n")
    done = cli("tune", "m.onnx", "photos", *BUDGET, *FLIP, "-o", "tuned.yaml", "--overwrite")
    assert done.code == 0
    assert (
        (folder / "tuned.yaml")
        .read_text()
        .startswith("# truecopy tune: at most 10 % of decisions may change")
    )


def test_members_of_rows_are_tuned_too(cli, folder: Path) -> None:
    """Another input, without views: two models that read one table."""
    few = replace(TABLE, columns=TABLE.columns[:3])
    made = np.random.default_rng(3).normal(0, 1, (2, 5, 3)).astype(np.float32)
    for name, matrix in zip(("a", "b"), (made[0], made[0] + made[1] / 2), strict=True):
        sealed(folder / f"{name}.onnx", few, MULTICLASS, weights=matrix)
    random = np.random.default_rng(4)
    lines = [
        f"{random.integers(10, 90)},{random.choice(['Bern', 'Basel', 'Chur'])},{random.integers(15, 40)},"
        f"{MULTICLASS.labels[number % 3]}"
        for number in range(60)
    ]
    (folder / "rows.csv").write_text("\n".join(["age,city,bmi,label", *lines]) + "\n")
    done = cli("tune", "a.onnx", "b.onnx", "rows.csv", *BUDGET, "--json")
    assert done.code == 0, done.err
    assert done.rows[0]["report"]["items"] == 30
    assert 1 <= done.rows[0]["report"]["passes"] < 2
