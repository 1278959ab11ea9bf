"""Letters written one after another, and lines of words sorted into kinds: models of tokens."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from scipy.special import softmax
from tests.e2e.tasks import small_texts as texts

import truecopy
from truecopy.contract import Padding, TextPolicy, TokensInput
from truecopy.errors import RecipeError
from truecopy_export import TextRecipe, attach, export

PROMPTS = ["t", "the", "a d", "my", "o", "dog", "see", "an owl"]
MOST = 40


def letters(block: int | None = None) -> TokensInput:
    """Characters; with a block, padded on the right and cut on the left."""
    stop = texts.LETTERS.index(texts.STOP)
    return TokensInput(
        ids=len(texts.LETTERS),
        text=TextPolicy(split="characters", vocabulary=tuple(texts.LETTERS), unknown=None, lowercase=False),
        prefix=(), suffix=(), max_length=block, truncation="left" if block else None,
        padding=Padding(side="right", value=stop, length=block) if block else None,
    )  # fmt: skip


def writing(stop: str | None = texts.STOP) -> dict[str, object]:
    return {"kind": "sequence", "decoding": {"rule": "autoregressive", "stop": stop, "max_new": MOST}}


WORDS = TokensInput(
    ids=len(texts.WORDS),
    text=TextPolicy(split="words", vocabulary=tuple(texts.WORDS), unknown=1, lowercase=False),
    prefix=(), suffix=(), max_length=texts.LONGEST, truncation="right",
    padding=Padding(side="right", value=0, length=texts.LONGEST),
)  # fmt: skip
LINES = [
    *(line for line, _ in texts.SPEECH),
    "the quick fish",
    "a street on the lake by the oak and the tram",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    (folder / "prompts.txt").write_text("".join(f"{prompt}\n" for prompt in PROMPTS))
    (folder / "lines.txt").write_text("".join(f"{line}\n" for line in LINES))
    return folder


@pytest.fixture(scope="module")
def writer():
    return texts.writer()


@pytest.fixture(scope="module")
def writes(writer, folder):
    """The recurrent network, any number of letters: (path, report)."""
    path = folder / "writer.onnx"
    report = export(
        writer, path, recipe=TextRecipe(letters(), texts.letter_ids), labels=texts.LETTERS, task=writing(),
        proof=folder / "prompts.txt",
    )  # fmt: skip
    return path, report


@pytest.fixture(scope="module")
def listener():
    return texts.listener()


@pytest.fixture(scope="module")
def listens(listener, folder):
    """The network with a mask beside its ids: (path, report)."""
    path = folder / "listener.onnx"
    report = export(
        listener, path, recipe=TextRecipe(WORDS, texts.word_ids, ("ids", "mask")), labels=texts.KINDS,
        proof=folder / "lines.txt",
    )  # fmt: skip
    return path, report


def test_the_written_text_is_that_of_the_torch_loop(writes, writer, folder):
    path, report = writes
    proof = report.contract.proof
    assert (proof.level, proof.tensor.differing_values) == ("bit-exact", 0)
    assert (proof.images, proof.decisions.flips, proof.decisions.edits) == (len(PROMPTS), 0, 0)
    assert proof.output.max_abs_over_max_logit < 1e-5
    model = truecopy.load(path)
    expected = [texts.write(writer, prompt, MOST) for prompt in PROMPTS]
    assert [model(prompt).text for prompt in PROMPTS] == expected
    assert [model(texts.letter_ids(prompt)).text for prompt in PROMPTS] == expected
    assert [answer.text for answer in model.predict(folder / "prompts.txt")] == expected
    assert expected[0] == "he cat sat on the mat"


def test_the_stop_token_ends_the_text_and_is_not_in_it(writes, writer):
    answer = truecopy.load(writes[0])("the")
    assert answer.finished is True
    assert texts.STOP not in answer.text
    assert answer.passes == len(answer.text) + 1


def test_without_a_stop_token_the_text_is_as_long_as_was_said(writer, folder):
    path = folder / "endless.onnx"
    task = {"kind": "sequence", "decoding": {"rule": "autoregressive", "stop": None, "max_new": 30}}
    export(writer, path, recipe=letters(), labels=texts.LETTERS, task=task, unproven=True)
    answer = truecopy.load(path)("my")
    assert answer.finished is None
    assert len(answer.text) == answer.passes == 30
    assert answer.text.startswith(texts.write(writer, "my", 30) + texts.STOP)


def test_a_network_of_a_fixed_block_is_fed_padded_and_the_oldest_letters_go(folder):
    attender = texts.attender()
    path = folder / "attender.onnx"
    report = export(
        attender, path, recipe=letters(texts.BLOCK), labels=texts.LETTERS, task=writing(),
        proof=folder / "prompts.txt",
    )  # fmt: skip
    assert report.contract.graph.inputs[0].shape == ("batch", texts.BLOCK)
    # No encoder of the training stood beside the recipe.
    assert (report.contract.proof.level, report.contract.proof.decisions.flips) == ("self-consistent", 0)
    model = truecopy.load(path)
    long = "a dog ran to the sea. the cat sat on the mat. a d"
    for prompt in [*PROMPTS, long]:
        assert model(prompt).text == texts.write(attender, prompt, MOST, texts.BLOCK), prompt


def test_a_mask_goes_beside_the_ids(listens, listener, folder):
    path, report = listens
    contract = report.contract
    assert [(one.feed, one.dtype, one.shape) for one in contract.graph.inputs] == [
        ("ids", "int64", ("batch", texts.LONGEST)),
        ("mask", "int64", ("batch", texts.LONGEST)),
    ]
    assert (contract.proof.level, contract.proof.images) == ("bit-exact", len(LINES))
    assert contract.proof.decisions.flips == 0
    expected = softmax(texts.kinds_of(listener, LINES), axis=1)
    model = truecopy.load(path)
    for answers in (model.predict(LINES), model.predict(folder / "lines.txt")):
        found = np.stack([answer.probabilities for answer in answers])
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert [model(line).label for line, _ in texts.SPEECH] == [texts.KINDS[kind] for _, kind in texts.SPEECH]


def test_a_graph_with_other_names_is_told_what_each_input_takes(listens, listener, folder):
    plain = onnx.load(listens[0])
    del plain.metadata_props[:]
    for old, new in (("input_ids", "first"), ("attention_mask", "second")):
        next(one for one in plain.graph.input if one.name == old).name = new
        for node in plain.graph.node:
            node.input[:] = [new if name == old else name for name in node.input]
    onnx.save(plain, folder / "plain.onnx")
    words = {"recipe": WORDS, "labels": texts.KINDS, "proof": folder / "lines.txt"}
    with pytest.raises(RecipeError, match="the name of input 'first' does not tell what it takes") as refused:
        attach(folder / "plain.onnx", folder / "never.onnx", **words)
    assert "--feed first=ids" in refused.value.fix
    path = folder / "attached.onnx"
    attach(folder / "plain.onnx", path, **words, feeds={"first": "ids", "second": "mask"})
    expected = texts.kinds_of(listener, LINES).argmax(1).tolist()
    assert [answer.index for answer in truecopy.load(path).predict(LINES)] == expected


def test_texts_are_answered_where_no_training_library_is(writes, listens, writer, listener, folder, alone):
    checked, checked_kinds, written, kinds = alone(
        folder,
        ("selftest", writes[0], "--json"),
        ("selftest", listens[0], "--json"),
        ("predict", writes[0], "prompts.txt", "--json"),
        ("predict", listens[0], "lines.txt", "--json"),
    )
    assert checked.rows[0]["ok"]
    assert checked_kinds.rows[0]["ok"]
    assert [row["text"] for row in written.rows] == [texts.write(writer, one, MOST) for one in PROMPTS]
    assert [row["line"] for row in written.rows] == list(range(1, len(PROMPTS) + 1))
    expected = texts.kinds_of(listener, LINES).argmax(1)
    assert [row["index"] for row in kinds.rows] == expected.tolist()
    assert json.loads(kinds.out.splitlines()[0])["label"] in texts.KINDS
