"""What is said about a whole network's file, whichever reader it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from truecopy.errors import CheckpointError
from truecopy_export.networks import open_network
from truecopy_export.networks.torchscript import reader
from truecopy_export.networks.torchscript.reader import open_torchscript

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.*is deprecated:DeprecationWarning")


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (None, "a.pt is a TorchScript archive (torch.jit.save): lib is not installed. Type: pip install lib"),
        ("a.pt", "lib is not installed - at a.pt. Type: pip install lib"),
    ],
)
def test_a_reason_without_a_place_is_said_after_file_and_format(monkeypatch, where, message):
    def missing(path):
        raise CheckpointError("lib is not installed", where=where, fix="Type: pip install lib")

    monkeypatch.setattr(reader, "open_torchscript", missing)
    with pytest.raises(CheckpointError) as caught:
        open_network(Path("a.pt"), "torchscript")
    assert str(caught.value) == message


@pytest.mark.parametrize("training", [True, False])
def test_a_script_saved_in_training_mode_is_said_to_be_exported_in_evaluation_mode(tmp_path, training):
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3), torch.nn.BatchNorm2d(2)).train(training)
    torch.jit.save(torch.jit.script(network), tmp_path / "net.pt")
    notes = open_torchscript(tmp_path / "net.pt").network.notes
    assert any("saved in training mode" in note for note in notes) is training
