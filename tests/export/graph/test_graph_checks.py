"""A network's answers to one item, and those of its graph: what is told where they differ."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from torch import nn

from truecopy.engine import open_session
from truecopy.errors import CheckpointError, ProofError
from truecopy_export.graph.checks import check_graph, check_module, check_module_of_fixed
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


def test_a_fixed_batch_of_several_answers_each_for_itself(make_network, signature):
    assert check_module_of_fixed(prepare(make_network()), signature(batch=4), "logits") is None


@pytest.mark.parametrize("batch", [2, 4, 7])
def test_a_fixed_batch_whose_filling_changes_answers_is_refused(around, signature, batch):
    mixed = prepare(around(lambda images, logits: logits - logits.mean(0, keepdim=True)))
    with pytest.raises(CheckpointError) as caught:
        check_module_of_fixed(mixed, signature(batch=batch), "logits")
    assert f"the outputs depend on the batch of {batch}: one image that fills it gets another answer" in str(
        caught.value
    )
    assert "What fills up the last batch would change answers" in str(caught.value)


def test_a_place_of_a_fixed_batch_that_answers_otherwise_is_found(around, signature):
    def last_place(images, logits):
        return logits + torch.tensor([0.0, 0.0, 0.0, 1.0])[: len(images), None]

    with pytest.raises(CheckpointError, match="depend on the batch of 4"):
        check_module_of_fixed(prepare(around(last_place)), signature(batch=4), "logits")


def test_one_at_a_time_may_mix_and_says_how_much(around, signature):
    mixed = prepare(around(lambda images, logits: logits - logits.mean(0, keepdim=True)))
    note = check_module_of_fixed(mixed, signature(batch=1), "logits")
    assert note.startswith(
        "the outputs depend on the batch: one image among others gets another answer, up to "
    )


def test_noise_in_a_fixed_batch_is_refused(around, signature):
    noisy = prepare(around(lambda images, logits: logits + torch.rand_like(logits)))
    with pytest.raises(CheckpointError, match="the outputs change between two runs on the same image"):
        check_module_of_fixed(noisy, signature(batch=4), "logits")


def test_a_graph_that_trains_is_named_by_its_node(make_network, signature):
    """A converter may leave what the module itself no longer does."""
    module = prepare(make_network())
    traced = trace(module, signature())
    model = onnx.load_model_from_string(traced.graph)
    model.graph.initializer.append(numpy_helper.from_array(np.bool_(True), "on"))
    model.graph.node[-1].output[0] = "before"
    model.graph.node.append(helper.make_node("Dropout", ["before", "", "on"], ["logits"], name="left"))
    left = dataclasses.replace(traced, graph=model.SerializeToString())
    with pytest.raises(
        CheckpointError, match=r"no function of its input: .* got node 'left' \(Dropout in training mode\)"
    ):
        check_graph(module, left, open_session(traced.graph, "cpu", "fp32", 1), signature())
