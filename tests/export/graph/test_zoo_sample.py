"""A sample of `make zoo`: a convolutional, an attention and a mixer network through the function that it uses."""

from __future__ import annotations

import copy

import pytest
import torch
from tools.zoo import page
from tools.zoo.isolated import Limits, measure_apart
from tools.zoo.lineup import Entry
from tools.zoo.networks import build, noise
from tools.zoo.one import compare, measure, rounding
from tools.zoo.outcome import Outcome
from tools.zoo.weights import stir
from torch import nn

SAMPLE = (
    Entry("timm", "resnet", "test_resnet", 473_000, 160),
    Entry("timm", "vision_transformer", "test_vit", 366_000, 160),
    Entry("timm", "mlp_mixer", "gmlp_ti16_224", 5_870_000, 224),
)


@pytest.mark.parametrize("entry", SAMPLE, ids=lambda entry: entry.name)
def test_a_network_of_random_weights_is_exported_and_its_file_answers_like_it(entry, tmp_path):
    outcome = measure(entry, tmp_path)
    assert (outcome.verdict, outcome.stage, outcome.reason) == ("exported", "done", "")
    assert outcome.difference <= 1e-4
    assert outcome.spread > 0.01
    assert outcome.opset == 20
    assert outcome.nodes > 20


def test_what_cannot_be_built_is_an_outcome_with_its_reason(tmp_path):
    outcome = measure(Entry("timm", "none", "no_such_model", 1, 32), tmp_path)
    assert (outcome.verdict, outcome.stage) == ("failed", "build")
    assert "no_such_model" in outcome.reason


def test_what_does_not_end_in_its_time_is_an_outcome_and_stops_nothing(tmp_path):
    outcome = measure_apart(SAMPLE[0], tmp_path, Limits(seconds=0, gibibytes=8, threads=1))
    assert outcome == Outcome("timm:test_resnet", "failed", "export", "stopped after 0 s")


@pytest.fixture
def stirred():
    network, _ = build(SAMPLE[0])
    stir(network, noise(4, 3, 64, seed=1))
    return network


def test_no_weight_is_left_at_one_value(stirred):
    for name, weight in stirred.named_parameters():
        assert weight.std() > 0, name


def test_statistics_of_every_batch_norm_are_away_from_0_and_1_and_its_answers_are_not(stirred):
    norms = [part for part in stirred.modules() if isinstance(part, nn.BatchNorm2d)]
    assert len(norms) > 5
    for norm in norms:
        assert (norm.running_mean.abs() > 0).all()
        assert (norm.running_var - 1).abs().mean() > 0.01
    with torch.no_grad():
        answers = stirred(noise(4, 3, 64, seed=1))
    assert 0.01 < answers.abs().max() < 1000


def test_a_file_of_other_statistics_is_noticed(stirred, tmp_path):
    entry, file = SAMPLE[0], tmp_path / "network.onnx"
    assert measure(entry, tmp_path).verdict == "exported"
    network, _ = build(entry)
    stir(network, noise(4, 3, entry.side, seed=1))
    assert compare(network, file, entry.side)[0] <= 1e-4
    other = copy.deepcopy(network)
    norm = next(part for part in other.modules() if isinstance(part, nn.BatchNorm2d))
    norm.reset_running_stats()
    assert compare(other, file, entry.side)[0] > 1e-3


def test_the_rounding_of_a_network_itself_is_told(stirred):
    said = rounding(stirred, 64)
    assert 0 < float(said.removeprefix("PyTorch's own float32 answer is ").split()[0]) < 1e-4


def test_the_page_names_what_failed_what_is_missing_and_what_registers_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "PAGE", tmp_path / "zoo.md")
    monkeypatch.setattr(page, "LINEUP", tmp_path / "lineup.json")
    page.LINEUP.write_text('{"versions": {"timm": "1.0.31", "torch": "2.13.0+cpu"}}')
    entries = [*SAMPLE, Entry("timm", "empty_module", "", 0, 0)]
    good = Outcome("timm:test_resnet", "exported", "done", "", 2.0, 20, 60, 1.5, 3e-7, 0.8)
    bad = Outcome("timm:test_vit", "failed", "export", "CheckpointError: aten.col2im | at x.py:1\nmore")
    page.write_page(entries, {outcome.key: outcome for outcome in (good, bad)})
    written = page.PAGE.read_text("utf-8")
    assert "**1 of 3 are exported and equal: 33.3%.** Not run yet: timm:gmlp_ti16_224." in written
    assert "Modules that register no model: empty_module." in written
    assert "timm 1.0.31, torch 2.13.0." in written
    assert "| export | CheckpointError: aten.col2im / at x.py:1 more |" in written
    assert "| timm:test_resnet | resnet | 0.5 M | 160 | 2.0 | 20 | 60 | 1.5 | 3.0e-07 | 0.80 |" in written
