"""Which activation is missing, through whole exports: small logits are let through, sigmoids under a softmax are not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from truecopy.contract import Column, FeatureBlock, TableInput
from truecopy.errors import RecipeError
from truecopy_export import export

COLUMNS = TableInput(
    columns=tuple(Column(name=name, dtype="float64") for name in "abc"),
    features=(FeatureBlock(columns=tuple("abc"), dtype="float64", chain=()),),
    missing="error",
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    path = tmp_path_factory.mktemp("activations") / "rows.csv"
    table = np.random.default_rng(0).uniform(0, 1, (40, 3)).round(3)
    path.write_text("a,b,c\n" + "\n".join(",".join(map(str, row)) for row in table.tolist()) + "\n")
    return path


def line(outputs: int, bias: float, *more: nn.Module) -> nn.Sequential:
    """Of rows in [0, 1] logits from about `bias` to `bias` + 0.8."""
    linear = nn.Linear(3, outputs)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([0.5, 0.4, -0.1]).repeat(outputs, 1))
        linear.bias.fill_(bias)
    return nn.Sequential(linear, *more)


@pytest.fixture
def written(rows, tmp_path):
    def call(module, **options):
        said = {"recipe": COLUMNS, "task": "binary", "labels": ["no", "yes"], "proof": rows}
        return export(module, tmp_path / "m.onnx", **(said | options))

    return call


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_logits_between_0_and_1_of_a_linear_layer_are_logits(written, activation):
    report = written(line(1, 0.13), activation=activation)
    assert report.contract.task.activation == "sigmoid"
    assert not any("probabilities already" in note for note in report.notes)


def test_none_over_such_logits_is_refused(written):
    with pytest.raises(RecipeError, match=r"the graph ends in a linear layer.* Type --activation sigmoid"):
        written(line(1, 0.13), activation="none")


class Halved(nn.Module):
    """An end that the graph does not tell: from 0 to 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.tanh() + 1) / 2


def test_where_the_graph_does_not_tell_the_range_is_a_guess_and_saying_it_is_the_way_out(written):
    steep = nn.Sequential(nn.Linear(3, 1), Halved())
    with torch.no_grad():
        steep[0].weight.copy_(torch.tensor([[4.0, -4.0, 1.0]]))
    with pytest.raises(
        RecipeError, match=r"look like probabilities already: .* say so: --activation sigmoid"
    ):
        written(steep)
    report = written(steep, activation="sigmoid")
    assert any(
        note.startswith("every output lies in [0, 1]: if the network ends in a sigmoid")
        for note in report.notes
    )
    assert written(steep, activation="none", overwrite=True).contract.task.activation == "none"


@pytest.mark.parametrize(
    ("end", "options", "message"),
    [
        (nn.Sigmoid(), {}, "both outputs come out of a sigmoid of their own"),
        (nn.Sigmoid(), {"activation": "none"}, "both outputs come out of a sigmoid of their own"),
        (nn.Sigmoid(), {"task": "multiclass"}, "every class comes out of a sigmoid of its own"),
        (nn.LogSigmoid(), {"task": "multilabel"}, "the graph ends in the logarithm of a sigmoid"),
        (nn.LogSoftmax(1), {"task": "multilabel"}, "type --task multiclass --activation softmax"),
    ],
)
def test_ends_that_no_activation_completes_are_refused(written, end, options, message):
    with pytest.raises(RecipeError, match=message):
        written(line(2, 0.13, end), **options)


def test_rare_positives_of_a_sigmoid_are_exported(written):
    report = written(line(1, -11.5, nn.Sigmoid()), activation="none")
    assert dict(report.rows())["largest output difference"].endswith(" in probability")
