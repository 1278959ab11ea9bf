"""`truecopy export` of whole pickled modules: refused, or exported where the user says what that means."""

from __future__ import annotations

import pytest
import torch

from truecopy.proof import selftest


@pytest.fixture
def pickled(project, tmp_path):
    from user_code import net

    torch.manual_seed(4)
    network = net().eval()
    torch.save({"epoch": 3, "model": network.half()}, tmp_path / "whole.pt")
    return tmp_path / "whole.pt"


def test_without_the_flag_it_is_refused_with_both_ways_out(export, pickled, left):
    done = export(checkpoint=pickled, arch=None)
    assert done.code == 3
    words = " ".join(done.err.split())
    assert "holds a whole pickled module: unpickling it would run code" in words
    assert "torch.nn.modules.conv.Conv2d" in words
    assert "torch.save(model.state_dict()" in words
    assert "--unsafe-pickle, which RUNS CODE from the file with your rights" in words
    assert left() == ["whole.pt"]


def test_with_the_flag_the_network_in_the_file_is_exported_without_an_architecture(export, pickled, tmp_path):
    done = export("--json", "--unsafe-pickle", checkpoint=pickled, arch=None)
    assert done.code == 0, done.err
    assert done.json["proof"]["level"] == "bit-exact"
    assert done.json["provenance"]["architecture"] == "module torch.nn.modules.container.Sequential"
    assert "cast from float16 to float32" in done.err
    assert selftest(tmp_path / "out.onnx").ok


def test_the_weights_of_a_pickled_module_fit_the_same_architecture_by_name(export, pickled, tmp_path):
    done = export("--json", "--unsafe-pickle", checkpoint=pickled)
    assert done.code == 0, done.err
    assert done.json["provenance"]["architecture"] == "python:user_code:net"


def test_a_file_of_plain_tensors_is_read_under_the_flag_too(export):
    done = export("--json", "--unsafe-pickle")
    assert done.code == 0, done.err
    assert done.json["provenance"]["checkpoint"]["field"] == "state_dict_ema"
