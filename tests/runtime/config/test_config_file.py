"""The `inference:` section as people write it, and wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from truecopy.config import read_settings
from truecopy.config.settings_file import MAX_BYTES
from truecopy.errors import StrategyError

WHOLE = """\
model: {name: resnet18, layers: [1, 2]}
inference:
  strategy: tta_ensemble
  checkpoint: best.pt
  use_ema: true
  device: cuda:1
  threads: 2
  precision: fp16
  tta:
    augmentations: [horizontal_flip, brightness:1.2]
    aggregation: max
  ensemble:
    checkpoints: [folds/a.onnx, /models/b.onnx]
    aggregation: weighted
    weights: [2, 0.5]
  adaptive: {confidence: 0.95}
training: {epochs: 3}
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "inference.yaml"
        path.write_text(text)
        return path

    return write


def test_every_key_is_read_and_other_sections_are_not_looked_at(written) -> None:
    path = written(WHOLE)
    settings = read_settings(path)
    said = settings.said
    assert (said.strategy, said.use_ema, said.device, said.threads, said.precision) == (
        "tta_ensemble", True, "cuda:1", 2, "fp16",
    )  # fmt: skip
    assert said.tta.augmentations == ("horizontal_flip", "brightness:1.2")
    assert (said.tta.aggregation, said.ensemble.aggregation, said.ensemble.weights) == (
        "max",
        "weighted",
        (2.0, 0.5),
    )
    assert settings.adaptive == {"confidence": 0.95}


def test_paths_are_relative_to_the_files_folder(written, tmp_path: Path) -> None:
    settings = read_settings(written(WHOLE))
    assert settings.checkpoint == str(tmp_path / "best.pt")
    assert settings.checkpoints == (str(tmp_path / "folds" / "a.onnx"), "/models/b.onnx")
    assert read_settings(written("inference: {checkpoint_path: x.pt}")).checkpoint == str(tmp_path / "x.pt")


def test_what_is_written_with_nothing_behind_it_is_not_stated(written) -> None:
    settings = read_settings(
        written("inference:\n  strategy: standard\n  tta:\n  adaptive: ~\n  ensemble: {weights: null}\n")
    )
    assert settings.said.tta.augmentations is None
    assert settings.adaptive is None
    assert settings.said.ensemble.weights is None


@pytest.mark.parametrize(
    ("text", "line", "path", "message"),
    [
        ("inference:\n  tta:\n    augmentation: [x]\n", 3, ".tta.augmentation", "unknown field `augmentation`, did you mean `augmentations`?"),
        ("inference:\n  chekpoint: a.pt\n", 2, ".chekpoint", "did you mean `checkpoint`?"),
        ("inference:\n  adaptive: {confidance: 0.9}\n", 2, ".adaptive.confidance", "did you mean `confidence`?"),
        ("inference:\n  ensemble:\n    members: [a]\n", 3, ".ensemble.members", "known are checkpoints, aggregation, weights"),
        ("inference:\n  strategy: tto\n", 2, ".strategy", "expected one of accelerate, ensemble, mixed_precision, standard, tta, tta_ensemble, got 'tto'"),
        ("inference:\n  strategy: TTA\n", 2, ".strategy", "Nearest: tta"),
        ("inference:\n  strategy: tta-ensemble\n", 2, ".strategy", "Nearest: tta_ensemble"),
        ("inference:\n  ensemble: {aggregation: soft_votin}\n", 2, ".ensemble.aggregation", "Nearest: soft_voting"),
        ("inference:\n  tta: horizontal_flip\n", 2, ".tta",
         "expected a section (a mapping such as {augmentations: [horizontal_flip]}), got 'horizontal_flip'"),
        ("inference:\n  adaptive: 0.95\n", 2, ".adaptive", "expected a section (a mapping such as {confidence: 0.95}), got 0.95"),
        ("inference:\n  checkpoint: ''\n", 2, ".checkpoint", "expected a text with something in it, got ''"),
        ("inference:\n  use_ema: 1\n", 2, ".use_ema", "the setting `use_ema` is refused: expected true or false, got 1"),
        ("inference:\n  checkpoint: [a.onnx, b.onnx]\n", 2, ".checkpoint", "Several models are an ensemble: {checkpoints: [...]}"),
        ("inference:\n  threads: 0\n", 2, ".threads", "expected a whole number from 1, got 0"),
        ("inference:\n  device: 0\n", 2, ".device", "expected a text, got 0"),
        ("inference:\n  precision: half\n", 2, ".precision", "expected one of fp16, fp32, int8, got 'half'"),
        ("inference:\n  tta: {augmentations: horizontal_flip}\n", 2, ".tta.augmentations", "Write a list: [horizontal_flip]"),
        ("inference:\n  tta:\n    augmentations:\n    - rotate_90\n    - brightness: 1.2\n", 5, ".tta.augmentations[1]",
         "Write it without the space: brightness:1.2"),
        ("inference:\n  tta: {augmentations: []}\n", 2, ".tta.augmentations", "expected a list with something in it, got []"),
        ("inference:\n  ensemble: {weights: [1, yes]}\n", 2, ".ensemble.weights[1]", "expected a number, got True"),
        ("inference:\n  adaptive: {confidence: high}\n", 2, ".adaptive.confidence", "expected a number, got 'high'"),
        ("a: 1\ninference: [tta]\n", 2, "", "expected a section (a mapping such as {strategy: standard, checkpoint: best.onnx}), got ['tta']"),
        ("inference:\n  checkpoint: a.pt\n  checkpoint_path: b.pt\n", 3, ".checkpoint_path", "are one setting"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_line_and_path(
    text: str, line: int, path: str, message: str, written
) -> None:
    file = written(text)
    with pytest.raises(StrategyError) as caught:
        read_settings(file)
    assert message in str(caught.value)
    assert f"{file}:{line}: `$.inference{path}`" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file has no section `inference:`: got nothing"),
        (b"model: 1\ntrain: 2\n", "the file has no section `inference:`: got model, train"),
        (b"inference:\n", "the file has no section `inference:`: got inference"),
        (b"[1, 2]", "the file has no section `inference:`"),
        (b"inference: {device: cpu, device: cuda}", "not valid YAML: key 'device' stands twice, line 1"),
        (b"a: &x 1\ninference: {threads: *x}", "not valid YAML: aliases are not read, line 2"),
        (b"inference: {device: \xff}", "the settings are not UTF-8: got byte 0xff at 20"),
        (b"inference: {}" + b"\n" * MAX_BYTES, "the file of settings is too long: expected at most 1048576 bytes"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_its_name(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "inference.yaml"
    path.write_bytes(data)
    with pytest.raises(StrategyError, match=f"^{re.escape(message)}.* - at {path}") as caught:
        read_settings(path)
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StrategyError, match="the settings cannot be read: got No such file or directory"):
        read_settings(tmp_path / "absent.yaml")


def test_a_slip_in_the_yaml_is_told_with_the_files_name(written) -> None:
    file = written("inference:\n  tta: {augmentations: [a\n")
    with pytest.raises(StrategyError) as caught:
        read_settings(file)
    assert f'in "{file}", line 2' in str(caught.value)
    assert "unicode string" not in str(caught.value)


def test_a_path_has_no_detour_where_it_is_the_same_file(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "clean").mkdir()
    (tmp_path / "y").mkdir()
    (tmp_path / "y/inference.yaml").write_text("inference: {checkpoint: ../clean/a.onnx}")
    monkeypatch.chdir(tmp_path)
    assert read_settings("y/inference.yaml").checkpoint == "clean/a.onnx"
    (tmp_path / "elsewhere/deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("elsewhere/deep")
    (tmp_path / "link/inference.yaml").write_text("inference: {checkpoint: ../clean/a.onnx}")
    assert read_settings("link/inference.yaml").checkpoint == "link/../clean/a.onnx"
