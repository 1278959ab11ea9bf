"""What is refused before anything is traced: the proof, its labels, the recipe's arguments; and what a report says."""

from __future__ import annotations

import msgspec
import pandas as pd
import pytest
import torch
from torch import nn

import truecopy_export
from truecopy.contract import TokensInput
from truecopy.errors import CheckpointError, ProofError, RecipeError
from truecopy_export import report as report_module
from truecopy_export.recipes.tokens.text_recipe import TextRecipe

LABELS = ["cat", "dog", "owl"]


@pytest.fixture
def export(make_network, transform, tmp_path, monkeypatch):
    def call(**options):
        monkeypatch.setattr(torch.onnx, "export", lambda *_, **__: pytest.fail("traced"))
        options = {"output": tmp_path / "out.onnx", "recipe": transform, "labels": LABELS} | options
        return truecopy_export.export(make_network(), **options)

    return call


@pytest.mark.parametrize("golden", [-1, "3", 1.5, True])
def test_golden_is_a_count(export, photos, golden):
    with pytest.raises(
        RecipeError, match="`golden` counts proof items to embed: expected a whole number from 0 on"
    ):
        export(proof=photos, golden=golden)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"proof": pd.DataFrame({"a": [1]})}, ProofError, r"`proof` is a path: expected the name of a folder or file, got a DataFrame\. Write its rows into a file, frame\.to_csv\('rows\.csv', index=False\)"),
        ({"proof": ["a.png"]}, ProofError, r"`proof` is a path: .* got a list\. Put the pictures into one folder"),
        ({"proof": 3}, ProofError, r"`proof` is a path: .* got a int\. Name the folder"),
        ({"proof_labels": [1, 2]}, ProofError, r"`proof_labels` is a path: .* got a list\. Write the true answers into truth\.csv"),
        ({"output": None}, RecipeError, "the output names no file: expected a path like 'model.onnx', got None"),
        ({"recipe": None}, RecipeError, "there is no recipe"),
    ],
)  # fmt: skip
def test_what_names_no_path_is_told_what_to_write(export, options, kind, message):
    with pytest.raises(kind, match=message):
        export(**{"unproven": True} | options)


def test_a_proof_says_what_stands_there_and_what_is_wanted(export, photos, tmp_path):
    picture = next(photos.rglob("*.png"))
    with pytest.raises(ProofError) as caught:
        export(proof=picture)
    assert str(caught.value) == (
        "one picture is no proof folder: expected a folder with real images; for a table ROWS.csv, for tokens TEXTS.txt "
        f"or IDS.jsonl, got {picture}, a file. Put it into a folder with others and name the folder: --proof FOLDER (in "
        "Python: proof=FOLDER)"
    )
    (tmp_path / "reg.pt").write_bytes(b"")
    with pytest.raises(
        ProofError, match=r"a file of no kind that is read: expected a folder .*reg\.pt, a file"
    ):
        export(proof=tmp_path / "reg.pt")
    with pytest.raises(ProofError, match=r"not there: got nowhere, nothing of that name\. Name a folder"):
        export(proof="nowhere")
    (tmp_path / "rows.csv").write_text("a\n1\n")
    with pytest.raises(ProofError, match=r"takes pictures: .*rows\.csv, a file\. --proof FOLDER \(in Python"):
        export(proof=tmp_path / "rows.csv")


def tokens(ids=5, feeds=("ids",)):
    given = TokensInput(ids=ids, text=None, prefix=(), suffix=(), max_length=9, truncation=None, padding=None)
    return TextRecipe(given, feeds=feeds)


def test_a_folder_is_no_proof_of_sequences(export, photos):
    with pytest.raises(
        ProofError, match=r"expected a file \.txt or \.jsonl, got .*, a folder\. --proof TEXTS.txt"
    ):
        export(recipe=tokens(), proof=photos)


@pytest.mark.parametrize(
    ("task", "text", "message"),
    [
        (
            "multiclass",
            "file,class\na,b\n",
            r"no column `label`: .* got the columns 'file', 'class'",
        ),
        (
            {"kind": "regression", "values": [{"name": "age"}]},
            "file,label\na,1\n",
            "no column `age`",
        ),
    ],
)
def test_the_table_of_truths_is_read_before_the_trace(export, photos, tmp_path, task, text, message):
    table = tmp_path / "truth.csv"
    table.write_text(text)
    with pytest.raises(ProofError, match=message):
        export(task=task, labels=LABELS if task == "multiclass" else None, proof=photos, proof_labels=table)


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed, self.head = nn.Embedding(5, 4), nn.Linear(4, 3)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        shown = self.embed(ids) * mask.unsqueeze(2)
        return self.head(shown.sum(1))


class Unnamed(Masked):
    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return super().forward(x, y)


class Alone(Masked):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x, torch.ones_like(x))


def write(module, recipe, tmp_path):
    path = tmp_path / "tokens.onnx"
    return truecopy_export.export(module, path, recipe=recipe, labels=LABELS, unproven=True, overwrite=True)


def test_feeds_in_the_wrong_order_are_told_by_the_names_of_the_arguments(tmp_path):
    with pytest.raises(CheckpointError) as caught:
        write(Masked(), tokens(feeds=("mask", "ids")), tmp_path)
    assert str(caught.value) == (
        "argument 'ids' of forward() would be fed the mask: expected `feeds` in the order of forward(ids, mask), got feeds "
        "mask, ids. Write feeds=('ids', 'mask'), in YAML feeds: [ids, mask]; if the arguments do take what was said, give "
        "them other names"
    )
    with pytest.raises(CheckpointError, match=r"argument 'mask' of forward\(\) would be fed the zeros"):
        write(Masked(), tokens(feeds=("ids", "zeros")), tmp_path)


def test_names_that_say_nothing_are_not_held_to_anything(tmp_path):
    made = write(Unnamed(), tokens(feeds=("ids", "mask")), tmp_path)
    assert [one.feed for one in made.contract.graph.inputs] == ["ids", "mask"]


def test_an_embedding_with_fewer_rows_than_ids_is_named(tmp_path):
    with pytest.raises(CheckpointError) as caught:
        write(Alone(), tokens(ids=9_000), tmp_path)
    assert "The recipe makes 9000 ids, 0 to 8999: does the embedding have fewer rows?" in str(caught.value)
    assert "mask" not in str(caught.value).partition(": ")[2]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_weights_of_another_type_are_said_to_become_float32(tmp_path, dtype):
    (note,) = [one for one in write(Alone().to(dtype), tokens(), tmp_path).notes if "weights" in one]
    name = str(dtype).removeprefix("torch.")
    assert note.startswith(f"the network's weights are {name}; they are exported as float32, and the proof")
    assert not any("weights" in one for one in write(Alone(), tokens(), tmp_path).notes)


def test_a_report_prints_its_table_and_its_notes(report):
    lines = str(report).splitlines()
    assert lines[0] == f"{report.path}, {report.bytes:,} bytes"
    assert [line.split() for line in lines[1:3]] == [["level", report.contract.proof.level], ["images", "4"]]
    assert [line for line in lines if line.startswith("note: ")] == [f"note: {note}" for note in report.notes]
    assert repr(report).startswith(f"Report({report.path!r}, {report.contract.proof.level}, ")
    assert msgspec.json.encode(report.to_dict())
    assert report_module.Report is type(report)
