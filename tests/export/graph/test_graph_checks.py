"""A network's answers to one item, and those of its graph: what is told where they differ."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from truecopy.engine import open_session
from truecopy.errors import CheckpointError, ProofError
from truecopy_export.graph.checks import check_graph, check_module
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.trace import trace


def test_an_answer_without_its_axis_for_one_item_is_named_with_the_item(around, signature):
    squeezed = around(lambda images, logits: logits if len(images) > 1 else logits.squeeze())
    with pytest.raises(CheckpointError) as caught:
        check_module(prepare(squeezed), signature(), "logits")
    assert str(caught.value).startswith(
        "the network answers one image alone with another shape than among others: expected (1, 5), got (5,)"
    )


class Off:
    """A session whose every answer is moved by `by`."""

    def __init__(self, graph: bytes, by: float) -> None:
        self.inner, self.by = open_session(graph, "cpu", "fp32", 1), np.float32(by)

    def run(self, feeds):
        return {name: array + self.by for name, array in self.inner.run(feeds).items()}


@pytest.fixture
def rare(make_network):
    """Probabilities of about 1e-5."""
    inner = make_network()
    with torch.no_grad():
        inner[-1].bias.fill_(-11.5)
    return prepare(nn.Sequential(inner, nn.Sigmoid()))


def test_rare_probabilities_of_a_sigmoid_are_compared_as_they_are(rare, signature):
    traced = trace(rare, signature())
    check_graph(rare, traced, Off(traced.graph, 1e-7), signature())
    with pytest.raises(ProofError, match=r"at batch 1: expected at most 1e-04 in probability, got 2\.0e-04"):
        check_graph(rare, traced, Off(traced.graph, 2e-4), signature())


def test_other_outputs_are_compared_relative_to_the_largest(make_network, signature):
    module = prepare(make_network())
    traced = trace(module, signature())
    with pytest.raises(ProofError, match=r"at batch 1: expected at most 1e-04 of the largest output, got "):
        check_graph(module, traced, Off(traced.graph, 1e-2), signature())
