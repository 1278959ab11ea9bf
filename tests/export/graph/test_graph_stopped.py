"""What stopped an export is told by its operator and by the line of the network."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from truecopy.errors import CheckpointError
from truecopy_export.graph.eager import quiet
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.stopped import what_stopped
from truecopy_export.graph.trace import trace


class OnItsValues(nn.Module):
    def forward(self, images):
        if images.mean() > 0:  # the line that is to be named
            return images
        return -images


class OfAnUnknownOperator(nn.Module):
    def forward(self, images):
        return torch.special.airy_ai(images)  # the operator that is to be named


def stopped(module: nn.Module) -> str:
    with quiet(), pytest.raises(torch.onnx.errors.OnnxExporterError) as caught:
        torch.onnx.export(module.eval(), (torch.ones(2, 3),), dynamo=True, opset_version=20, verbose=False)
    return what_stopped(caught.value)


def first_line(network: type[nn.Module]) -> str:
    """Of its forward()'s body."""
    return f"graph/test_graph_stopped.py:{network.forward.__code__.co_firstlineno + 1}"


def test_python_that_depends_on_values_is_named_by_its_line():
    said = stopped(OnItsValues())
    assert said.startswith(f"{first_line(OnItsValues)} in forward: if images.mean() > 0:")


def test_an_operator_that_onnx_does_not_have_is_named_with_its_line():
    said = stopped(OfAnUnknownOperator())
    assert said.startswith(f"aten.special_airy_ai of {first_line(OfAnUnknownOperator)} in forward: ")
    assert said.endswith("return torch.special.airy_ai(images)  # the operator that is to be named")


def test_a_line_of_a_library_is_named_from_its_package_on():
    error = ValueError(
        'File "/somewhere/site-packages/timm/models/levit.py", line 7, in forward\n    x = y\n'
    )
    assert what_stopped(error) == "timm/models/levit.py:7 in forward: x = y"


def test_lines_of_those_who_only_pass_an_error_on_are_not_named():
    error = ValueError('File "/somewhere/site-packages/torch/nn/functional.py", line 7, in fold\n    x = y\n')
    assert what_stopped(error) == ""


def test_the_innermost_cause_comes_first():
    try:
        try:
            raise ValueError("No ONNX function found for <OpOverload(op='aten.col2im', overload='default')>")
        except ValueError as inner:
            raise RuntimeError("torch.ops.aten.other is not to blame") from inner
    except RuntimeError as error:
        said = what_stopped(error)
    assert said.startswith("aten.col2im of graph/test_graph_stopped.py:")


def test_the_error_of_an_export_says_where_it_stopped(signature):
    with pytest.raises(CheckpointError, match=r"^torch\.onnx cannot export this network: ") as caught:
        trace(prepare(OfAnUnknownOperator()), signature())
    assert str(caught.value.where).startswith("aten.special_airy_ai of graph/test_graph_stopped.py:")
