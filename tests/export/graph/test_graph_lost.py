"""Constants that the optimizer of torch.onnx loses are in the graph nevertheless."""

from __future__ import annotations

import numpy as np
import onnx_ir
import torch
from torch import nn

from truecopy.engine import open_session
from truecopy_export.graph.checks import check_graph
from truecopy_export.graph.lost import restore_lost
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.trace import trace


class ClampedThrice(nn.Module):
    """The same tensor, within three bounds of its own: as the q, k and v of timm's `Gemma4ClippableLinear`."""

    def __init__(self) -> None:
        super().__init__()
        for index, bound in enumerate((0.1, 0.4, 0.7)):
            self.register_buffer(f"low_{index}", torch.tensor(-bound))
            self.register_buffer(f"high_{index}", torch.tensor(2 * bound))

    def forward(self, images):
        pooled = images.mean(dim=(2, 3)) * 8
        clamped = [
            torch.clamp(pooled, getattr(self, f"low_{index}"), getattr(self, f"high_{index}"))
            for index in range(3)
        ]
        return torch.cat(clamped, dim=1)


def test_a_tensor_that_is_clamped_to_several_bounds_keeps_all_of_them(signature):
    module = prepare(ClampedThrice())
    traced = trace(module, signature())
    session = open_session(traced.graph, "cpu", "fp32", 1)
    check_graph(module, traced, session, signature())
    wide = np.full((1, 3, 12, 12), 9, np.float32)
    (answer,) = session.run({"input": wide}).values()
    np.testing.assert_allclose(answer, [[0.2] * 3 + [0.8] * 3 + [1.4] * 3], rtol=1e-6)


def test_a_lost_constant_gets_a_name_that_is_free():
    given = onnx_ir.Value(name="x")
    kept, lost = (
        onnx_ir.Value(name="bound", const_value=onnx_ir.tensor(np.float32(value), name="bound"))
        for value in (1, 2)
    )
    first = onnx_ir.node("Add", [given, lost])
    second = onnx_ir.node("Add", [first.outputs[0], kept])
    graph = onnx_ir.Graph([given], [second.outputs[0]], nodes=[first, second], initializers=[kept])
    model = onnx_ir.Model(graph, ir_version=10)
    restore_lost(model)
    assert set(graph.initializers) == {"bound", "bound_1"}
    assert graph.initializers["bound_1"] is lost
    assert graph.initializers["bound"] is kept
