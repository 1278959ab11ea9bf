"""Every task through `export`: what was said arrives in the file, and a batch of one is written only on request."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import truecopy
import truecopy_export
from truecopy.contract import Ctc
from truecopy.errors import CheckpointError, ProofError, RecipeError


def ending_in(outputs: int, *more: nn.Module) -> nn.Sequential:
    torch.manual_seed(5)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, outputs), *more)


@pytest.fixture
def export(transform, tmp_path, photos):
    def call(module, **options):
        return truecopy_export.export(
            module, tmp_path / "out.onnx", **{"recipe": transform, "proof": photos} | options
        )

    return call


def test_binary_says_which_label_it_took_for_the_positive_one(export, photos, tmp_path):
    report = export(ending_in(1), task="binary", labels=["cat", "dog"], proof=photos / "cat", threshold=0.25)
    assert (report.contract.task.activation, report.contract.task.threshold) == ("sigmoid", 0.25)
    assert any(note.startswith("the positive label is 'dog'") for note in report.notes)
    assert truecopy.load(report.path)(next(photos.rglob("*.png"))).label in ("cat", "dog")


def test_multilabel_takes_a_threshold_for_each(export, photos):
    said = {"kind": "multilabel", "thresholds": {"owl": 0.9}}
    report = export(ending_in(3), task=said, labels=["cat", "dog", "owl"], proof=photos / "cat")
    assert report.contract.task.thresholds == (0.5, 0.5, 0.9)


def test_regression_needs_no_labels_and_its_output_is_no_logit(export, photos):
    said = {"kind": "regression", "values": [{"name": "age", "unit": "years"}], "undo": ["log1p"]}
    report = export(ending_in(1), task=said, proof=photos / "cat")
    assert report.contract.graph.answer == "values"
    assert truecopy.load(report.path)(next(photos.rglob("*.png"))).to_dict()["values"][0]["unit"] == "years"


class Reader(nn.Module):
    """Five steps of four tokens; with `mixing`, scaled by the mean of the whole batch."""

    def __init__(self, *, mixing: bool) -> None:
        super().__init__()
        self.inner, self.mixing = ending_in(20), mixing

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        steps = self.inner(images).unflatten(1, (4, 5))
        return steps / steps.pow(2).mean() if self.mixing else steps


READS = {"kind": "sequence", "decoding": {"rule": "ctc", "blank": "-"}}
TOKENS = ["a", "b", "c", "-"]


def test_a_network_that_mixes_its_batch_is_exported_one_at_a_time_and_says_so(export, photos):
    options = {"task": READS, "labels": TOKENS, "proof": photos / "cat"}
    with pytest.raises(CheckpointError, match=r"depend on the batch.* or type --batch 1 .*batch=1"):
        export(Reader(mixing=True), **options)
    report = export(Reader(mixing=True), batch=1, **options)
    assert report.contract.graph.inputs[0].batch == 1
    assert report.contract.graph.outputs[0].shape == (1, 4, 5)
    assert (report.contract.task.layout, report.contract.task.decoding) == (
        "NCT",
        Ctc(blank=3, collapse=True),
    )
    assert any("the graph takes one at a time" in note for note in report.notes)
    model = truecopy.load(report.path)
    paths = sorted(photos.rglob("*.png"))
    assert [answer.text for answer in model.stream(paths)] == [model(path).text for path in paths]


def test_a_network_that_does_not_mix_keeps_a_free_batch(export, photos):
    report = export(Reader(mixing=False), task=READS, labels=TOKENS, proof=photos / "cat")
    assert report.contract.graph.outputs[0].shape == ("batch", 4, 5)


def test_other_outputs_can_be_asked_for(export, photos):
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = ending_in(6), nn.Linear(6, 3)

        def forward(self, images):
            features = self.body(images)
            return {"logits": self.head(features), "embedding": features}

    with pytest.raises(
        RecipeError, match=r"the network has 2 outputs: got logits, embedding\. Say --answer NAME"
    ):
        export(Two(), labels=["cat", "dog", "owl"])
    report = export(Two(), labels=["cat", "dog", "owl"], answer="logits")
    picture = next(photos.rglob("*.png"))
    found = truecopy.load(report.path)(picture, outputs=("embedding",))
    assert found.outputs["embedding"].shape == (6,)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"task": "multilabel"}, RecipeError, "there are no labels. --labels labels.txt"),
        ({"task": "regression"}, RecipeError, "the numbers of a regression need names"),
        ({"task": READS, "labels": TOKENS[1:]}, RecipeError, "layout 'NC' belongs to autoregressive decoding"),
        ({"task": READS, "labels": TOKENS[2:]}, RecipeError, "the vocabulary is one short: 2 labels for 3 outputs"),
        ({"task": "binary", "labels": ["a", "b"]}, RecipeError, "a binary answer under activation 'sigmoid'"),
        ({"labels": TOKENS[:3], "batch": 4}, RecipeError, "a graph of 4 items at a time is not exported: expected --batch 1"),
        ({"labels": TOKENS[:3], "answer": "scores"}, RecipeError, "no output 'scores': expected one of logits"),
        ({"labels": TOKENS[:3], "proof": "rows.csv"}, ProofError, "the proof file is not there: got rows.csv"),
    ],
)  # fmt: skip
def test_what_does_not_fit_leaves_no_file(export, tmp_path, options, error, message):
    with pytest.raises(error) as caught:
        export(ending_in(3), **options)
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_rows_is_no_proof_of_pictures(export, tmp_path):
    (tmp_path / "rows.csv").write_text("a\n1\n")
    with pytest.raises(
        ProofError, match=r"the model takes pictures: expected a folder with real images, got .*rows\.csv"
    ):
        export(ending_in(3), labels=TOKENS[:3], proof=tmp_path / "rows.csv")


def test_a_first_contract_knows_other_tasks(transform):
    made = truecopy_export.contract_for(transform, labels=["no", "yes"], task="binary")
    assert (made.graph.outputs[0].shape, made.task.activation) == (("batch", 1), "sigmoid")
    said = {"kind": "regression", "values": ["age", "height"]}
    assert truecopy_export.contract_for(transform, task=said).graph.outputs[0].shape == ("batch", 2)
    with pytest.raises(RecipeError, match="the answer of a sequence is known when there is a graph"):
        truecopy_export.contract_for(transform, labels=TOKENS, task=READS)
