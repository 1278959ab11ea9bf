"""`truecopy export` of files that hold the whole network: no --arch, proven on pictures, and then used."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch.export import Dim

import truecopy as runtime
from truecopy.proof import selftest

# Making the archive; reading it says nothing.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.*is deprecated:DeprecationWarning")


@pytest.fixture
def network(project):
    from user_code import net

    torch.manual_seed(4)
    return net().eval()


def pictures(count):
    random = np.random.default_rng(9)
    return [Image.fromarray(random.integers(0, 256, (9 + n, 14, 3), np.uint8)) for n in range(count)]


def test_a_torchscript_archive_is_exported_and_its_deprecated_way_said(export, network, tmp_path):
    torch.jit.save(torch.jit.trace(network, torch.zeros(2, 3, 8, 8)), tmp_path / "traced.pt")
    done = export("--json", checkpoint=tmp_path / "traced.pt", arch=None)
    assert done.code == 0, done.err
    assert "format: torchscript" in done.err or "TorchScript" in done.err
    assert done.json["proof"]["level"] == "bit-exact"
    assert done.json["provenance"]["architecture"] == "TorchScript Sequential"
    assert "old exporter (dynamo=False), which torch has deprecated" in done.out + done.err
    assert selftest(tmp_path / "out.onnx").ok


@pytest.mark.parametrize("batch", ["free", 1, 4])
def test_a_program_is_exported_and_answers_any_number_of_items(export, network, tmp_path, batch):
    free = ({0: Dim("batch")},) if batch == "free" else None
    example = torch.zeros(2 if batch == "free" else batch, 3, 8, 8)
    torch.export.save(torch.export.export(network, (example,), dynamic_shapes=free), tmp_path / "net.pt2")
    done = export("--json", checkpoint=tmp_path / "net.pt2", arch=None)
    assert done.code == 0, done.err
    assert done.json["proof"]["level"] == "bit-exact"
    assert done.json["provenance"]["architecture"].startswith("torch.export program of torch ")
    model = runtime.load(tmp_path / "out.onnx", device="cpu")
    assert model.contract.graph.inputs[0].batch == (None if batch == "free" else batch)
    alone = [model(picture) for picture in pictures(9)]
    for count in (1, 3, 4, 5, 9):
        for answers in (model.predict(pictures(count)), list(model.stream(pictures(count)))):
            assert len(answers) == count
            assert all(
                np.array_equal(one.probabilities, other.probabilities)
                for one, other in zip(answers, alone, strict=False)
            )


def test_a_batch_that_the_file_fixes_contradicts_another_one(export, network, tmp_path):
    torch.export.save(torch.export.export(network, (torch.zeros(4, 3, 8, 8),)), tmp_path / "net.pt2")
    done = export("--batch", "1", checkpoint=tmp_path / "net.pt2", arch=None)
    assert done.code == 3
    assert "the network's file fixes a batch of 4: got --batch 1" in done.err


def test_a_program_of_another_size_than_the_recipe_makes_is_refused(export, network, tmp_path):
    class Mean(torch.nn.Module):
        def forward(self, images):
            return images.mean((2, 3))

    program = torch.export.export(Mean(), (torch.zeros(2, 3, 16, 16),), dynamic_shapes=({0: Dim("batch")},))
    torch.export.save(program, tmp_path / "net.pt2")
    done = export(checkpoint=tmp_path / "net.pt2", arch=None)
    assert done.code == 3
    assert "the recipe makes another shape than the network takes: expected 3 x 16 x 16 (NCHW)" in done.err


def test_an_architecture_typed_for_a_whole_network_is_refused(export, network, tmp_path):
    torch.jit.save(torch.jit.trace(network, torch.zeros(2, 3, 8, 8)), tmp_path / "traced.pt")
    done = export(checkpoint=tmp_path / "traced.pt")
    assert done.code == 3
    assert "the file holds the whole network" in done.err
    assert "Leave --arch and --arch-arg out" in done.err
