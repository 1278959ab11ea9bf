"""Several outputs: each has its name, one of them is the answer, all are checked."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn
from transformers.modeling_outputs import SequenceClassifierOutput

from truecopy.engine import open_session
from truecopy.errors import CheckpointError, ProofError, RecipeError
from truecopy_export.graph.checks import check_graph
from truecopy_export.graph.outputs import named_outputs
from truecopy_export.graph.prepare import prepare
from truecopy_export.graph.trace import trace

Named = namedtuple("Named", ["scores", "features"])
ONE, TWO = torch.ones(2, 3), torch.zeros(2, 4)


@dataclass
class Answer:
    first: torch.Tensor
    second: torch.Tensor | None


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (ONE, ["logits"]),
        ((ONE,), ["output_0"]),
        ((ONE, TWO), ["output_0", "output_1"]),
        ([ONE, TWO], ["output_0", "output_1"]),
        ({"b": ONE, "a": TWO}, ["b", "a"]),
        (Named(ONE, TWO), ["scores", "features"]),
        (Answer(ONE, TWO), ["first", "second"]),
        (Answer(ONE, None), ["first"]),
        (SequenceClassifierOutput(logits=ONE), ["logits"]),
        (SequenceClassifierOutput(logits=ONE, attentions=TWO, loss=None), ["logits", "attentions"]),
    ],
)
def test_every_usual_form_of_an_answer_has_names(answer, names):
    found = named_outputs(answer, "logits")
    assert list(found) == names
    assert found[names[0]] is ONE
    assert len(names) == 1 or found[names[1]] is TWO


@pytest.mark.parametrize("answer", [3.0, None, (), {}, {"a": "text"}, (ONE, (TWO, TWO)), Answer])
def test_what_is_no_tensor_is_refused(answer):
    with pytest.raises(CheckpointError, match="the network does not answer with tensors"):
        named_outputs(answer, "logits")


def several(around):
    """Logits, their features in float64, which is the largest, and the picture's mean: (n, 1, 1)."""
    return prepare(
        around(
            lambda images, logits: {
                "features": logits.double() * 2,
                "logits": logits,
                "best": logits.argmax(1),
                "positive": logits > 0,
            }
        )
    )


def test_all_outputs_stand_in_the_graph_with_name_type_and_shape(around, signature):
    module = several(around)
    traced = trace(module, signature(), "logits")
    assert [(one.name, one.dtype, one.shape) for one in traced.outputs] == [
        ("features", "float64", ("batch", 5)),
        ("logits", "float32", ("batch", 5)),
        ("best", "int64", ("batch",)),
        ("positive", "bool", ("batch", 5)),
    ]
    assert (traced.answer, traced.answer_output.name) == ("logits", "logits")
    session = open_session(traced.graph, "cpu", "fp32", 1)
    check_graph(module, traced, session, signature())
    (images,) = signature().probe(3)
    made = session.run({"input": images})
    expected = module(torch.from_numpy(images))
    assert np.array_equal(made["best"], expected["best"].numpy())
    np.testing.assert_allclose(made["features"], expected["features"].numpy(), atol=1e-5)


def test_which_one_is_the_answer_must_be_said(around, signature):
    with pytest.raises(
        RecipeError,
        match=r"the network has 4 outputs: got features, logits, best, positive\. Say --answer NAME",
    ):
        trace(several(around), signature())
    with pytest.raises(
        RecipeError, match="no output 'scores': expected one of features, logits, best, positive"
    ):
        trace(several(around), signature(), "scores")
    with pytest.raises(CheckpointError, match=r"the answer is no floating-point tensor: got torch\.bool"):
        trace(several(around), signature(), "positive")


def test_a_single_output_may_be_named_too(make_network, signature):
    assert trace(prepare(make_network()), signature(), "logits").answer == "logits"
    assert trace(prepare(make_network()), signature(), alone="values").outputs[0].name == "values"


class Tampered:
    def __init__(self, session, name, change):
        self._session, self._name, self._change = session, name, change

    def run(self, feeds):
        made = self._session.run(feeds)
        return {**made, self._name: self._change(made[self._name])}


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (
            "features",
            lambda array: array * 1.01,
            r"differs from the network at batch 1: expected at most 1e-04",
        ),
        ("best", lambda array: array + 1, "expected the same whole numbers of 'best'"),
        ("positive", lambda array: ~array, "expected the same whole numbers of 'positive'"),
        (
            "logits",
            lambda array: array[:, :4],
            r"another shape at batch 1: expected \(1, 5\), got \(1, 4\) of 'logits'",
        ),
    ],
)
def test_an_output_beside_the_answer_is_checked_too(around, signature, name, change, message):
    module = several(around)
    traced = trace(module, signature(), "logits")
    session = Tampered(open_session(traced.graph, "cpu", "fp32", 1), name, change)
    with pytest.raises(ProofError, match=message):
        check_graph(module, traced, session, signature())


def test_a_tuple_with_one_tensor_is_exported(around, signature):
    traced = trace(prepare(around(lambda _, logits: (logits,))), signature())
    assert [one.name for one in traced.outputs] == ["output_0"]


def test_a_module_inside_keeps_its_weights_names(signature):
    """The wrapper for several outputs must not hide which layer a weight belongs to."""
    traced = trace(prepare(nn.Sequential(nn.Flatten(), nn.Linear(432, 3))), signature())
    assert b"1.weight" in traced.graph


class Confusing(nn.Module):
    """A parameter and an operator that are called like outputs, and one tensor under two names."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.values = nn.Parameter(torch.randn(432, 3))

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        relu = torch.relu(images.flatten(1))
        logits = relu @ self.values
        return {"values": logits, "relu": logits * 2, "same": logits}


def test_outputs_that_are_called_like_something_inside_are_told_apart(signature):
    module = prepare(Confusing())
    traced = trace(module, signature(), "values")
    assert [one.name for one in traced.outputs] == ["values", "relu", "same"]
    check_graph(module, traced, open_session(traced.graph, "cpu", "fp32", 1), signature())


def test_an_output_that_is_called_like_an_input_is_refused(around, signature):
    with pytest.raises(
        CheckpointError, match=r"an output of the network is called 'input', and so is an input"
    ):
        trace(prepare(around(lambda _, logits: {"input": logits})), signature())
