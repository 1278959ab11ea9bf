"""Ids and mask in, a row or a step for each id out: any batch, any length, and one item at a time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from truecopy.contract import Padding, TokensInput
from truecopy.engine import open_session
from truecopy.errors import CheckpointError
from truecopy_export.graph.checks import check_graph, check_module, check_module_of_fixed
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.trace import trace
from truecopy_export.recipes import Recipe
from truecopy_export.signature import signature_of

IDS = 11


def recipe(feeds=("ids", "mask"), max_length=20, padding=None):
    tokens = TokensInput(ids=IDS, text=None, prefix=(), suffix=(), max_length=max_length, truncation="right",
                         padding=padding)  # fmt: skip
    return Recipe(input=tokens, steps=(), original=None, source="test", notes=(), feeds=feeds)


class Reader(nn.Module):
    """An embedding with positions; the mean over what the mask lets in, or a row a step."""

    def __init__(self, steps: bool = False, positions: int = 64, layout: str = "NTC") -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed, self.place = nn.Embedding(IDS, 6), nn.Embedding(positions, 6)
        self.inner, self.head = nn.GRU(6, 6, batch_first=True), nn.Linear(6, 4)
        self.steps, self.layout = steps, layout

    def forward(self, ids: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        states = self.embed(ids) + self.place(torch.arange(ids.shape[1], device=ids.device))
        states, _ = self.inner(states)
        if self.steps:
            return self.head(states).permute(*("NTC".index(axis) for axis in self.layout))
        weights = mask[:, :, None].to(states.dtype)
        return self.head((states * weights).sum(1) / weights.sum(1))


def test_two_inputs_of_free_length_answer_like_the_network():
    module, signature = prepare(Reader()), signature_of(recipe(), None)
    assert [(one.name, one.dtype, one.shape, one.feed) for one in signature.inputs] == [
        ("input_ids", "int64", ("batch", "length"), "ids"),
        ("attention_mask", "int64", ("batch", "length"), "mask"),
    ]
    traced = trace(module, signature)
    assert traced.outputs[0].shape == ("batch", 4)
    check_module(module, signature, "logits")
    session = open_session(traced.graph, "cpu", "fp32", 1)
    check_graph(module, traced, session, signature)
    for batch, length in ((1, 1), (3, 4), (2, 20)):
        ids, mask = signature.probe(batch, length)
        made = session.run({"input_ids": ids, "attention_mask": mask})["logits"]
        expected = module(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()
        np.testing.assert_allclose(made, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("layout", "shape", "items"),
    [
        ("NTC", ("batch", "length", 4), 0),
        ("NCT", ("batch", 4, "length"), 0),
        ("TNC", ("length", "batch", 4), 1),
    ],
)
def test_the_axes_of_a_sequence_are_named_whatever_their_order(layout, shape, items):
    module, signature = prepare(Reader(steps=True, layout=layout)), signature_of(recipe(("ids",)), None)
    traced = trace(module, signature)
    assert traced.outputs[0].shape == shape
    check_module(module, signature, "logits", items)
    check_graph(module, traced, open_session(traced.graph, "cpu", "fp32", 1), signature)


def test_padding_fixes_the_length():
    padded = recipe(max_length=9, padding=Padding(side="left", value=3, length=9))
    signature = signature_of(padded, None)
    assert signature.inputs[0].shape == ("batch", 9)
    ids, mask = signature.probe(3)
    assert ids.shape == mask.shape == (3, 9)
    assert (ids[2, :2] == 3).all()
    assert mask[2].tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1]
    module = prepare(Reader())
    traced = trace(module, signature)
    check_graph(module, traced, open_session(traced.graph, "cpu", "fp32", 1), signature)


def test_token_types_are_fed_as_zeros():
    signature = signature_of(recipe(("ids", "mask", "zeros")), None)
    ids, mask, zeros = signature.probe(4)
    assert [one.name for one in signature.inputs] == ["input_ids", "attention_mask", "token_type_ids"]
    assert ids.max() < IDS
    assert mask.sum(1).tolist() == [12, 11, 10, 9]
    assert not zeros.any()


def test_a_length_that_the_network_does_not_take_is_an_error_that_names_it():
    module, signature = prepare(Reader(positions=16)), signature_of(recipe(max_length=20), None)
    with pytest.raises(
        CheckpointError,
        match=r"does not run on sequences of 20, the recipe's max_length\. Say the max_length",
    ):
        check_graph(module, trace(module, signature), None, signature)


class Mixed(nn.Module):
    """Subtracts what the batch has in common."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Reader()

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        rows = self.inner(ids, mask)
        return rows - 0.5 * rows.mean(0, keepdim=True)


def test_a_network_that_mixes_its_batch_names_the_way_out():
    signature = signature_of(recipe(), None)
    with pytest.raises(CheckpointError) as caught:
        check_module(prepare(Mixed()), signature, "logits")
    assert "one sequence alone gets another answer than among others" in str(caught.value)
    assert "type --batch 1 for a graph that takes one at a time (in Python: batch=1)" in str(caught.value)


def test_a_batch_of_one_is_traced_and_says_how_much_the_batch_matters():
    module, signature = prepare(Mixed()), signature_of(recipe(), 1)
    traced = trace(module, signature)
    assert traced.inputs[0].shape == (1, "length")
    assert traced.outputs[0].shape == (1, 4)
    note = check_module_of_fixed(module, signature, "logits")
    assert "one sequence among others gets another answer, up to " in note
    assert note.endswith("of the largest output; the graph takes one at a time")
    check_graph(module, traced, open_session(traced.graph, "cpu", "fp32", 1), signature)


def test_a_network_of_one_item_only_and_one_that_needs_no_such_graph():
    class One(Reader):
        def forward(self, ids, mask):
            return super().forward(ids, mask).view(1, 4)

    assert check_module_of_fixed(prepare(Reader()), signature_of(recipe(), 1), "logits") is None
    note = check_module_of_fixed(prepare(One()), signature_of(recipe(), 1), "logits")
    assert note == "the network does not run on several sequences; the graph takes one at a time"
    with pytest.raises(CheckpointError, match="the outputs change between two runs on the same sequence"):
        check_module_of_fixed(prepare(Noisy()), signature_of(recipe(), 1), "logits")


class Noisy(Reader):
    def forward(self, ids, mask):
        return nn.functional.dropout(super().forward(ids, mask))
