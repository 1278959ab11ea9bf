"""Strategies that cannot be, typed as people would: each a typed error that ends with what to type next."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image
from tests.tiny_models import IMAGE, MULTICLASS, REGRESSION, contract_of, sealed

from truecopy.artifact import compose
from truecopy.contract import Views


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wrong")
    weights = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    sealed(folder / "a.onnx", IMAGE, MULTICLASS)
    sealed(folder / "b.onnx", IMAGE, MULTICLASS, weights=weights)
    sealed(folder / "other.onnx", IMAGE, replace(MULTICLASS, labels=("low", "middle", "top")))
    sealed(folder / "price.onnx", IMAGE, REGRESSION)
    data, contract = contract_of(IMAGE, MULTICLASS)
    (folder / "text.onnx").write_bytes(
        compose(data, replace(contract, views=Views(forbidden=("horizontal_flip",), relabel={})), ())
    )
    (folder / "best.pt").write_bytes(b"weights")
    for name in ("photos", "val/low", "val/hihg"):
        (folder / name).mkdir(parents=True)
        Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4)).save(folder / name / "p.png")
    return folder


@pytest.mark.parametrize(
    ("line", "code", "told", "next_step"),
    [
        ("predict price.onnx photos --tta brightness --tta-aggregation voting", 2,
         "numbers are averaged: 'voting' is for classes: expected mean", "Take mean (--tta-aggregation mean, view_merge='mean')"),
        ("predict a.onnx other.onnx photos", 2,
         "members have different sets of labels: expected the 3 of the first member, got without 'high' and with 'top' - at other.onnx",
         "Leave this member out, or train it on the same classes"),
        ("predict a.onnx b.onnx photos --weights 0.5,0.3,0.2", 2,
         "weights and members differ in number: expected 2, one a member, got 3", "Give one weight for each model"),
        ("predict text.onnx photos --tta horizontal_flip", 2,
         "this model forbids the view 'horizontal_flip'", "Leave it out"),
        ("predict a.onnx photos --tta horizontal_flop", 2, "there is no view 'horizontal_flop'", "Nearest: horizontal_flip"),
        ("predict best.pt photos", 3, "no artifact", "truecopy export best.pt --arch ... --recipe ..."),
        ("evaluate a.onnx val", 1, "'hihg'", "high"),
        ("predict a.onnx photos --adaptive confidence=0.9", 2, "--adaptive means nothing to the strategy 'standard'", "Add it, or leave --adaptive out"),
    ],
)  # fmt: skip
def test_it_says_what_to_type_next(folder, monkeypatch, truecopy, line, code, told, next_step):
    monkeypatch.chdir(folder)
    done = truecopy(*line.split())
    assert told in done.err
    assert next_step in done.err
    assert done.code == code
    assert "Traceback" not in done.err


def test_too_few_images_for_the_budget_say_how_many_are_needed(folder, monkeypatch, truecopy, tmp_path):
    monkeypatch.chdir(folder)
    for label in MULTICLASS.labels:
        (tmp_path / label).mkdir()
        Image.fromarray(np.full((4, 4), 9, np.uint8)).save(tmp_path / label / "p.png")
    done = truecopy("tune", "a.onnx", "b.onnx", tmp_path, "--max-disagreement", "0.5%")
    assert "598" in done.err
    assert "1196" in done.err
    assert done.code == 1
