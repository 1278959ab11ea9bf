"""What people do wrong with tasks, tables and tokens: a typed error that says what to type next."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from tests.e2e.tasks import loan_rows as loans
from torch import nn

import truecopy
from truecopy.contract import Padding, TextPolicy, TokensInput
from truecopy.errors import InputError, RecipeError, TooLarge, Unsupported
from truecopy_export import export

ABC = ("a", "b", "c", "d")


def letters(**changed: object) -> TokensInput:
    said = {
        "ids": 4, "text": TextPolicy(split="characters", vocabulary=ABC, unknown=None, lowercase=False),
        "prefix": (), "suffix": (), "max_length": 6, "truncation": None,
        "padding": Padding(side="right", value=0, length=6),
    }  # fmt: skip
    return TokensInput(**(said | changed))


class Count(nn.Module):
    """Ids (n, 6) to numbers (n, outputs): how often each one stands there, through a linear layer."""

    def __init__(self, outputs: int = 3) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.head = nn.Linear(4, outputs)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(nn.functional.one_hot(ids, 4).float().sum(1))


class Tag(nn.Module):
    """Ids (n, 6) to (n, 6, tokens)."""

    def __init__(self, tokens: int = 5) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Embedding(4, tokens)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.table(ids)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    frame = loans.table()[0].dropna()[:4]
    loans.write_csv(frame, folder / "rows.csv")
    (folder / "texts.txt").write_text("abba\ncab\nd\n")
    Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3)).save(folder / "photo.png")
    return folder


@pytest.fixture(scope="module")
def columns():
    return loans.transformer("error")


def net(inputs: int, outputs: int, *end: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(inputs, outputs), *end)


@pytest.fixture(scope="module")
def table(columns, folder):
    path = folder / "table.onnx"
    export(net(7, 3), path, recipe=columns, labels=["low", "middle", "high"], unproven=True)
    return truecopy.load(path)


@pytest.fixture(scope="module")
def tokens(folder):
    path = folder / "tokens.onnx"
    export(Count(), path, recipe=letters(), labels=["x", "y", "z"], unproven=True)
    return truecopy.load(path)


def refused_export(folder, module, **words):
    with pytest.raises(RecipeError) as refused:
        export(module, folder / "never.onnx", unproven=True, **words)
    assert not (folder / "never.onnx").exists()
    return refused.value


@pytest.mark.parametrize("how", ["path", "array", "picture"])
def test_a_photograph_to_a_table_model(table, folder, how):
    photo = folder / "photo.png"
    with Image.open(photo) as picture:
        picture.load()
    source = {"path": photo, "array": np.asarray(picture), "picture": picture}[how]
    with pytest.raises(InputError) as refused:
        table.predict(source)
    assert "the model takes rows of a table, and this is a picture" in str(refused.value)
    assert "truecopy inspect" in refused.value.fix


def test_a_photograph_to_a_table_model_on_the_command_line(table, folder, truecopy):
    done = truecopy("predict", folder / "table.onnx", folder / "photo.png", "--json")
    assert done.code == 1
    assert "rows of a table" in done.err + done.out


def test_a_file_with_one_column_short_names_it(table, folder, truecopy):
    loans.write_csv(loans.table()[0].dropna()[:3].drop(columns="income"), folder / "short.csv")
    with pytest.raises(InputError, match="'income' is missing") as refused:
        table.predict(folder / "short.csv")
    assert "short.csv:1" in refused.value.where
    assert "an empty cell" in refused.value.fix
    done = truecopy("predict", folder / "table.onnx", folder / "short.csv", "--json")
    assert done.code == 1
    assert "'income'" in done.err + done.out


def test_a_row_with_one_cell_short_names_its_line_and_the_others_are_answered(table, folder):
    lines = (folder / "rows.csv").read_text().splitlines()
    lines[2] = lines[2].rpartition(",")[0]
    (folder / "cells.csv").write_text("\n".join(lines) + "\n")
    answers = table.predict(folder / "cells.csv", on_error="yield")
    assert [type(answer).__name__ for answer in answers] == ["Classification", "Failure"] + [
        "Classification"
    ] * 2
    assert "cells.csv:3" in str(answers[1].error)


def test_a_category_that_training_never_saw_names_column_row_and_category(table, folder):
    rows = loans.table()[0].dropna()[:2].to_dict("records")
    with pytest.raises(InputError) as refused:
        table.predict([rows[0], rows[1] | {"city": "Bath"}])
    text = str(refused.value)
    assert "'city'" in text
    assert "'Bath'" in text
    assert "<row 1>" in text
    assert refused.value.fix


def test_a_text_in_a_column_of_numbers(table):
    row = loans.table()[0].dropna().to_dict("records")[0]
    with pytest.raises(InputError, match="column 'age' has another type: expected a number") as refused:
        table(row | {"age": "old"})
    assert refused.value.fix == "Pass it as a number: 1.5, not '1.5'"


def test_ids_out_of_range_name_the_first(tokens):
    with pytest.raises(
        InputError, match=r"an id is out of range: expected 0 to 3, got 4 - at .*ids\[2\]"
    ) as refused:
        tokens([0, 1, 4])
    assert "vocabulary" in refused.value.fix


def test_a_sequence_longer_than_the_graph_allows(tokens):
    with pytest.raises(
        TooLarge, match="longer than the graph allows: expected at most 6 ids, got 7"
    ) as refused:
        tokens("abcdabc")
    assert refused.value.fix.startswith(
        "Cut or split it as the training did, or export again with `truncation"
    )


def test_a_letter_that_is_not_in_the_vocabulary(tokens):
    with pytest.raises(InputError, match=r"not in the model's vocabulary.* got 'q'") as refused:
        tokens("abq")
    assert "`unknown`" in refused.value.fix


def test_a_photograph_to_a_model_of_tokens(tokens, folder):
    with (
        Image.open(folder / "photo.png") as picture,
        pytest.raises(Unsupported, match="no sequence of tokens"),
    ):
        tokens(picture)
    with pytest.raises(Unsupported, match=r"sequences are read from \.txt .* or \.jsonl"):
        tokens.predict(folder / "photo.png")


def test_a_class_was_declared_and_the_network_answers_with_one_number(folder, columns):
    error = refused_export(folder, net(7, 1), recipe=columns, labels=["low", "high"])
    assert str(error).startswith("the network answers with one number, and one of several classes takes")
    assert "--task binary" in error.fix
    assert "--task regression" in error.fix


def test_a_number_was_declared_and_the_network_answers_with_classes(folder, columns):
    task = {"kind": "regression", "values": ["price"]}
    error = refused_export(folder, net(7, 3), recipe=columns, labels=None, task=task)
    assert str(error).startswith("1 values for 3 outputs of 'values'")
    assert error.fix == "Give one value per output, in the order of the outputs"


@pytest.mark.parametrize(
    ("end", "labels", "task"),
    [
        (nn.Softmax(1), ["low", "middle", "high"], "multiclass"),
        (nn.Sigmoid(), ["young", "rich", "big"], "multilabel"),
        (nn.Softmax(1), ["no", "yes"], "binary"),
        (nn.Sigmoid(), ["no", "yes"], "binary"),
    ],
)
def test_an_activation_twice_is_refused_with_the_flag(folder, columns, end, labels, task):
    outputs = 1 if task == "binary" and isinstance(end, nn.Sigmoid) else len(labels)
    with pytest.raises(RecipeError) as refused:
        export(
            net(7, outputs, end), folder / "never.onnx", recipe=columns, labels=labels, task=task,
            proof=folder / "rows.csv",
        )  # fmt: skip
    assert "the outputs are probabilities already" in str(refused.value)
    assert "type --activation none" in refused.value.fix
    assert not (folder / "never.onnx").exists()


def test_an_activation_that_was_stated_and_is_not_there(folder, columns):
    with pytest.raises(RecipeError) as refused:
        export(
            net(7, 3), folder / "never.onnx", recipe=columns, labels=["low", "middle", "high"],
            activation="none", proof=folder / "rows.csv",
        )  # fmt: skip
    assert "activation none was stated, but the outputs are no probabilities" in str(refused.value)
    assert refused.value.fix == "Type --activation softmax"


def test_a_vocabulary_one_short(folder):
    task = {"kind": "sequence", "decoding": "plain"}
    error = refused_export(folder, Tag(), recipe=letters(), labels=list("wxyz"), task=task)
    assert "the vocabulary is one short: 4 labels for 5 outputs" in str(error)
    assert "Is a token (padding, start, stop or unknown) missing" in error.fix


def test_labels_for_a_regression_and_none_for_classes(folder, columns):
    task = {"kind": "regression", "values": ["price"]}
    error = refused_export(folder, net(7, 1), recipe=columns, labels=["price"], task=task)
    assert str(error).startswith("`values` and labels both name the numbers of a regression")
    assert "--labels" in refused_export(folder, net(7, 3), recipe=columns, labels=None).fix


def test_a_tokenizer_of_hugging_face_is_refused_with_what_to_do(folder):
    path = folder / "tokenizer.json"
    path.write_text('{"version": "1.0", "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}')
    error = refused_export(folder, Count(), recipe=path, labels=["x", "y", "z"])
    assert "tokenizer.json is a file of a subword tokenizer" in str(error)
    assert "give the ids" in error.fix
