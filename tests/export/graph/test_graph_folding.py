"""BatchNorm and constants are folded into the weights, and the comparison with the network would notice if not rightly."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from torch import nn

from truecopy.engine import open_session
from truecopy.errors import ProofError
from truecopy_export.graph.checks import check_graph
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.trace import Traced, trace


class Trained(nn.Module):
    """Statistics far from 0 and 1, and a constant that is computed anew in each forward()."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.convolution, self.norm, self.head = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2)
        with torch.no_grad():
            self.norm.running_mean.uniform_(-1, 1)
            self.norm.running_var.uniform_(0.3, 3)
            self.norm.weight.uniform_(-2, 2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        scale = torch.arange(1, 5).float().reciprocal().sqrt()
        return self.head(self.norm(self.convolution(images)).relu().mean((2, 3)) * scale)


@pytest.fixture(scope="module")
def module():
    return prepare(Trained())


@pytest.fixture(scope="module")
def folded(module, signature) -> Traced:
    return trace(module, signature())


def test_no_batch_norm_and_no_computed_constant_is_left(folded):
    model = onnx.load_model_from_string(folded.graph)
    kinds = {node.op_type for node in model.graph.node}
    assert kinds.isdisjoint({"BatchNormalization", "Range", "Sqrt", "Reciprocal"})
    assert not model.graph.value_info
    assert [entry.version for entry in model.opset_import if not entry.domain] == [folded.opset]


def test_the_folded_graph_answers_like_the_network(module, folded, signature):
    check_graph(module, folded, open_session(folded.graph, "cpu", "fp32", 1), signature())


def test_a_wrongly_folded_weight_is_noticed(module, folded, signature):
    model = onnx.load_model_from_string(folded.graph)
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.shape == (4,) and values.dtype == np.float32:
            weight.CopyFrom(numpy_helper.from_array(values * 1.01, weight.name))
    wrong = Traced(model.SerializeToString(), folded.inputs, folded.outputs, folded.answer, folded.opset)
    with pytest.raises(ProofError, match="differs from the network at batch 1"):
        check_graph(module, wrong, open_session(wrong.graph, "cpu", "fp32", 1), signature())
