"""`truecopy calibrate`: a new file, a table of what it changed, and what is refused."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from tests.tiny_models import BINARY, IMAGE, MULTICLASS, MULTILABEL, SIDE, sealed

import truecopy
from truecopy.artifact import reseal
from truecopy.contract.document import Checkpoint

replace = msgspec.structs.replace
WEIGHTS = 12 * np.eye(SIDE, 3, dtype=np.float32)


def folders(root: Path, seed: int, count: int = 60) -> Path:
    """Pictures in class folders; two in three are of the class of their brightest column."""
    random = np.random.default_rng(seed)
    for place in range(count):
        columns = random.integers(0, 256, SIDE, np.uint8)
        label = (int(columns[:3].argmax()) + (place % 3 == 0)) % 3
        folder = root / MULTICLASS.labels[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.repeat(columns[np.newaxis], SIDE, axis=0)).save(folder / f"{place}.png")
    return root


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    sealed(tmp_path / "old.onnx", IMAGE, MULTICLASS, weights=WEIGHTS, golden=True)
    folders(tmp_path / "fit", 1)
    folders(tmp_path / "report", 2)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_temperature_is_fitted_written_and_told(workplace: Path, cli) -> None:
    before = Path("old.onnx").read_bytes()
    done = cli("calibrate", "old.onnx", "fit", "report", "-o", "new.onnx")
    assert done.code == 0
    for part in (
        "temperature",
        "fitted on fit, 60 items",
        "reported on report, 60 items",
        "ECE",
        "NLL",
        "before",
        "after",
    ):
        assert part in done.out
    assert "wrote new.onnx; next: truecopy diff old.onnx new.onnx" in done.err
    contract = truecopy.read("new.onnx").contract
    assert contract.task.temperature > 1
    assert contract.provenance.parent == truecopy.read("old.onnx").digest
    assert Path("old.onnx").read_bytes() == before
    assert cli("selftest", "new.onnx", "--device", "cpu").code == 0
    assert contract.provenance.parent[:16] in cli("inspect", "new.onnx").out
    assert "temperature=1.0 ->" in cli("diff", "old.onnx", "new.onnx").out


def test_as_json_it_is_one_document_with_all_numbers(workplace: Path, cli) -> None:
    done = cli(
        "calibrate", "old.onnx", "fit", "report", "-o", "new.onnx", "--thresholds", "precision=0.6", "--json"
    )
    assert done.code == 0
    (row,) = done.rows
    assert (row["path"], row["status"], row["goal"]) == ("new.onnx", "ok", "precision=0.6")
    assert row["parent"] == truecopy.read("old.onnx").digest
    assert row["after"]["threshold"] == truecopy.read("new.onnx").contract.task.threshold
    assert [figure["name"] for figure in row["report"]["figures"]] == [
        "share accepted",
        "accuracy of the accepted",
    ]


def test_thresholds_of_labels_are_shown_one_by_one(workplace: Path, cli) -> None:
    sealed(Path("labels.onnx"), IMAGE, MULTILABEL, weights=WEIGHTS - 4, golden=True)
    for name in ("fit", "report"):
        files = sorted(Path(name).rglob("*.png"))
        sets = ["red", "red|green", "blue", "green|blue"]
        rows = [f"{path.relative_to(name)},{sets[place % 4]}" for place, path in enumerate(files)]
        Path(name, "labels.csv").write_text("\n".join(["file,label", *rows]))
    done = cli(
        "calibrate",
        "labels.onnx",
        "fit/labels.csv",
        "report/labels.csv",
        "-o",
        "new.onnx",
        "--thresholds",
        "f1",
    )
    assert done.code == 0
    for label in MULTILABEL.labels:
        assert f"threshold of {label}" in done.out
    assert "macro F1" in done.out


def test_a_binary_threshold_is_shown_with_the_old_one(workplace: Path, cli) -> None:
    sealed(
        Path("binary.onnx"), IMAGE, replace(BINARY, threshold=0.75), weights=WEIGHTS[:, :1] - 5, golden=True
    )
    for name in ("fit", "report"):
        files = sorted(Path(name).rglob("*.png"))
        rows = [f"{path.relative_to(name)},{BINARY.labels[place % 2]}" for place, path in enumerate(files)]
        Path(name, "labels.csv").write_text("\n".join(["file,label", *rows]))
    done = cli(
        "calibrate",
        "binary.onnx",
        "fit/labels.csv",
        "report/labels.csv",
        "-o",
        "new.onnx",
        "--thresholds",
        "recall=0.9",
    )
    assert done.code == 0
    assert "0.75" in next(line for line in done.out.splitlines() if "threshold" in line)
    assert "recall" in done.out


def test_what_became_worse_is_written_and_said(workplace: Path, cli) -> None:
    for place, columns in enumerate(np.random.default_rng(5).integers(0, 256, (40, SIDE), np.uint8)):
        folder = Path("right", MULTICLASS.labels[int(columns[:3].argmax())])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.repeat(columns[np.newaxis], SIDE, axis=0)).save(folder / f"{place}.png")
    done = cli("calibrate", "old.onnx", "fit", "right", "-o", "new.onnx")
    assert done.code == 0
    assert "WORSE on right: NLL rose from" in done.err
    assert Path("new.onnx").is_file()


def test_an_item_that_cannot_be_read_is_exit_1_and_the_file_is_written(workplace: Path, cli) -> None:
    Path("report", "low", "broken.png").write_bytes(b"hi\n")
    done = cli("calibrate", "old.onnx", "fit", "report", "-o", "new.onnx")
    assert done.code == 1
    assert "low/broken.png: the input is no image that is opened" in done.err
    assert Path("new.onnx").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("fit", "fit", "-o", "new.onnx"), 2, "what is fitted on items is reported on others"),
        (("fit", "report", "-o", "old.onnx"), 2, "old.onnx exists; type --overwrite to replace it"),
        (("fit", "report", "-o", "old.onnx", "--overwrite"), 3, "a file is never sealed in place"),
        (("fit", "report", "-o", "fit"), 2, "fit is a folder; name the new file"),
        (("fit", "report"), 2, "Missing option"),
        (("fit", "-o", "new.onnx"), 2, "Missing argument 'REPORT'"),
        (("-o", "new.onnx"), 2, "Missing argument 'FIT'"),
        (
            ("fit", "report", "third", "-o", "new.onnx"),
            2,
            "expected two places with labelled items, FIT and REPORT",
        ),
        (
            ("other.onnx", "fit", "report", "-o", "new.onnx"),
            2,
            "calibrate takes one model, got old.onnx, other.onnx: calibrate each",
        ),
        (("fit", "report", "-o", "new.txt"), 2, "expected a name that ends in .onnx, got new.txt"),
        (("fit", "report", "-o", "new.onnx", "--temperature", "--thresholds", "f1"), 2, "one at a time"),
        (("fit", "report", "-o", "new.onnx", "--thresholds", "f2"), 2, "no such target for thresholds"),
        (("fit", "report", "-o", "new.onnx", "--thresholds", "f1"), 2, "one of n classes has one threshold"),
        (("fit", "nowhere", "-o", "new.onnx"), 1, "there are no labelled items"),
        (("fit", "report", "-o", "new.onnx", "--device", "tpu"), 5, "no such device: 'tpu'"),
    ],
)
def test_a_refusal_writes_nothing(arguments, code: int, message: str, workplace: Path, cli) -> None:
    before = {path.name: path.read_bytes() for path in workplace.glob("*.onnx")}
    done = cli("calibrate", "old.onnx", *arguments)
    assert done.code == code
    assert message in done.err
    assert {path.name: path.read_bytes() for path in workplace.glob("*.onnx")} == before


def test_overwrite_replaces_another_file(workplace: Path, cli) -> None:
    Path("new.onnx").write_bytes(b"older")
    assert cli("calibrate", "old.onnx", "fit", "report", "-o", "new.onnx", "--overwrite").code == 0
    assert truecopy.read("new.onnx").seal == "sealed"


def test_a_folder_that_cannot_be_written_is_no_traceback(workplace: Path, cli) -> None:
    done = cli("calibrate", "old.onnx", "fit", "report", "-o", "old.onnx/new.onnx")
    assert done.code == 2
    assert (
        "cannot write old.onnx/new.onnx: no such file can be made in old.onnx (Not a directory)" in done.err
    )


def test_what_is_short_of_the_target_is_said_so_though_it_rose(workplace: Path, cli) -> None:
    """Of five sure answers three are right, and of five unsure ones none is."""
    for place, label in enumerate((0, 0, 0, 1, 1, 1, 1, 2, 2, 2)):
        columns = np.uint8([255, place, 0, place] if place < 5 else [130, 125, 120, place])
        folder = Path("half", MULTICLASS.labels[label])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.repeat(columns[np.newaxis], SIDE, axis=0)).save(folder / f"{place}.png")
    done = cli("calibrate", "old.onnx", "fit", "half", "-o", "new.onnx", "--thresholds", "precision=0.7")
    assert done.code == 0
    assert (
        "short of the target on half: the accuracy of the accepted is 0.6000, and 0.7 was asked for"
        in done.err
    )
    assert "WORSE" not in done.err
    done = cli("calibrate", "old.onnx", "fit", "report", "-o", "other.onnx", "--thresholds", "precision=0.7")
    assert "WORSE on report: accuracy of the accepted fell from 0.6667 to 0.3333" in done.err
    assert "short of the target on report" in done.err


def test_a_checkpoint_means_the_artifact_that_was_made_of_it(workplace: Path, cli) -> None:
    Path("best.pt").write_bytes(b"weights")
    done = cli("calibrate", "best.pt", "fit", "report", "-o", "new.onnx")
    assert done.code == 3
    assert "no artifact of it stands beside it" in done.err
    old = truecopy.read("old.onnx").contract
    origin = Checkpoint(
        name="best.pt", sha256=hashlib.sha256(b"weights").hexdigest(), weights="raw", field="model", counter=None,
        raw_to_ema_distance=None,
    )  # fmt: skip
    reseal(
        "old.onnx", "best.onnx", contract=replace(old, provenance=replace(old.provenance, checkpoint=origin))
    )
    done = cli("calibrate", "best.pt", "fit", "report", "-o", "new.onnx")
    assert done.code == 0
    assert "wrote new.onnx; next: truecopy diff best.onnx new.onnx" in done.err
    # Now there are two: each is told for what it is, and no option is offered that tells them not apart.
    done = cli("predict", "best.pt", "fit")
    assert done.code == 3
    made = truecopy.read("new.onnx").contract.task.temperature
    assert f"calibrated from best.onnx; temperature {made:.4g}" in done.err
    assert "Name the artifact itself, for example new.onnx in place of best.pt" in done.err
    assert "--precision" not in done.err
    assert cli("predict", "new.onnx", "fit").code == 0


def test_the_results_are_told_before_the_file_is_written(workplace: Path, cli, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "new.onnx")

    monkeypatch.setattr("truecopy.cli.calibrate.with_task", full)
    done = cli("calibrate", "old.onnx", "fit", "report", "-o", "new.onnx")
    assert done.code == 1
    assert "NLL" in done.out
    assert "No space left on device: 'new.onnx'" in done.err
