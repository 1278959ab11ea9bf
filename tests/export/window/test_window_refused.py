"""What a look proposes: no export where none works, and the library whose names the weights have."""

from __future__ import annotations

import pytest
import torch

from truecopy_export.window import look_into


@pytest.mark.filterwarnings("ignore:.*quantized tensor creation functions:UserWarning")
def test_weights_that_are_refused_have_no_export_line(tmp_path):
    path = tmp_path / "int8.pt"
    weight = torch.quantize_per_tensor(torch.ones(2, 3), 0.1, 0, torch.qint8)
    torch.save({"fc.weight": weight, "fc.bias": torch.ones(2)}, path)
    window = look_into(str(path))
    assert "A tensor is quantised" in str(window.refusal)
    assert (window.line, window.to_dict()["export"]) == (None, None)


def test_names_of_transformers_propose_its_folder(tmp_path):
    path = tmp_path / "vit.pt"
    names = ("vit.embeddings.cls_token", "vit.layernorm.weight", "classifier.weight")
    torch.save({name: torch.ones(2, 3) for name in names}, path)
    window = look_into(str(path))
    assert "--arch hf:FOLDER " in window.line
    assert "The names are those of Hugging Face transformers (vit)" in " ".join(window.findings.weights)
