"""`input.kind: tokens`: what a document may say, and what contradicts the graph or the task."""

from __future__ import annotations

import json
from typing import Any

import pytest

from truecopy.contract import TokensInput, decode, encode
from truecopy.errors import ContractError

PADDING = {"side": "right", "value": 0, "length": 6}
TEXT = {"split": "characters", "vocabulary": ["a", "b", " ", "?"], "unknown": 3, "lowercase": False}
TOKENS = {
    "kind": "tokens", "ids": 4, "text": TEXT, "prefix": [1], "suffix": [2], "max_length": 6, "truncation": "right",
    "padding": PADDING,
}  # fmt: skip
IDS = {"name": "ids", "dtype": "int64", "layout": "NT", "shape": ["batch", 6], "feed": "ids"}
MASK = {**IDS, "name": "mask", "dtype": "bool", "feed": "mask"}
SEQUENCE = {
    "kind": "sequence", "activation": "softmax", "labels": ["a", "b", " ", "?"], "labels_source": "list", "layout": "NTC",
    "decoding": {"rule": "autoregressive", "reads": "last_step", "stop": None, "max_new": 5}, "joiner": "",
}  # fmt: skip


@pytest.fixture
def tokens_document(document):
    def made(*, inputs: Any = (IDS, MASK), sequence: bool = False, **changes: Any) -> str:
        plain = document()
        plain["input"], plain["steps"] = {**TOKENS, **changes}, []
        plain["graph"]["inputs"] = list(inputs)
        plain["proof"]["subject"] = None
        if sequence:
            plain["graph"]["outputs"] = [
                {"name": plain["graph"]["answer"], "dtype": "float32", "shape": ["batch", 6, 4]}
            ]
            plain["task"], plain["views"]["relabel"] = SEQUENCE, {}
        return json.dumps(plain)

    return made


def test_a_document_of_tokens_comes_back_as_it_was(tokens_document):
    contract = decode(tokens_document())
    assert isinstance(contract.input, TokensInput)
    assert contract.input.padding.length == 6
    assert [one.feed for one in contract.graph.inputs] == ["ids", "mask"]
    assert decode(encode(contract)) == contract


def test_generation_takes_ids_without_a_suffix(tokens_document):
    assert decode(tokens_document(sequence=True, suffix=[])).task.decoding.max_new == 5


@pytest.mark.parametrize(
    ("vocabulary", "place", "token", "label"),
    [(["b", "a", " ", "?"], 0, "b", "a"), (["a", "b", "?", " "], 2, "?", " ")],
)
def test_an_answered_token_is_fed_back_as_the_id_that_it_has_in_the_input(
    tokens_document, vocabulary, place, token, label
):
    text = {**TEXT, "vocabulary": vocabulary, "unknown": None}
    with pytest.raises(ContractError) as caught:
        decode(tokens_document(sequence=True, suffix=[], text=text))
    assert str(caught.value) == (
        f"id {place} is one token in the answer and another in the input, and answers are fed back: expected {token!r}, "
        f"as `$.input.text.vocabulary[{place}]` says, got {label!r} - at `$.task.labels[{place}]`. Give the labels in "
        "the order of the vocabulary"
    )


def test_ids_that_are_never_answered_may_stand_behind_the_labels(tokens_document):
    text = {**TEXT, "vocabulary": ["a", "b", " ", "?", "<pad>"]}
    assert len(decode(tokens_document(sequence=True, suffix=[], ids=5, text=text)).task.labels) == 4


def test_without_a_text_the_names_of_the_ids_are_free(tokens_document):
    assert decode(tokens_document(sequence=True, suffix=[], text=None)).input.text is None


def test_inputs_of_different_batches_are_refused(tokens_document):
    with pytest.raises(ContractError, match="all inputs have one shape: got "):
        decode(tokens_document(inputs=(IDS, {**MASK, "shape": [1, 6]})))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ids": 5}, "a vocabulary of 4 tokens for 5 ids"),
        ({"ids": 3}, "a vocabulary of 4 tokens for 3 ids"),
        ({"text": {**TEXT, "vocabulary": ["a", "b", "a", "?"]}}, "token 'a' stands twice in `vocabulary`"),
        ({"text": {**TEXT, "unknown": 4}}, "`unknown` 4 is no place in a vocabulary of 4"),
        ({"text": {**TEXT, "split": "bytes"}}, "'bytes', expected one of 'characters', 'words'"),
        ({"prefix": [4]}, "`prefix` holds id 4, and there are 4 ids"),
        ({"suffix": [0, 9]}, "`suffix` holds id 9, and there are 4 ids"),
        ({"padding": {**PADDING, "value": 7}}, "`padding.value` holds id 7, and there are 4 ids"),
        ({"max_length": 7}, "`max_length` must be at most the length of `padding`, 6"),
        ({"max_length": None, "truncation": None}, "`max_length` must be at most the length of `padding`, 6"),
        ({"max_length": 2}, "`prefix` and `suffix` leave no room in `max_length`"),
        ({"max_length": None, "padding": None}, "`truncation` cuts to `max_length`, and there is none"),
        ({"prefix": [True]}, "Expected `int`, got `bool`"),
        ({"prefix": [-1]}, "Expected `int` >= 0"),
        ({"inputs": (IDS,), "padding": None}, ("the graph takes sequences of exactly 6: expected padding to length 6, got no padding - "
                                              "at `$.input.padding`")),
        ({"padding": {**PADDING, "length": 8}}, "expected padding to length 6, got length 8"),
        ({"inputs": (MASK,)}, "one input takes the ids, and at most one the mask: got mask - at `$.graph.inputs`"),
        ({"inputs": (IDS, {**IDS, "name": "more"})}, "one input takes the ids, and at most one the mask: got ids, ids"),
        ({"inputs": (IDS, MASK, {**MASK, "name": "more"})}, "got ids, mask, mask"),
        ({"inputs": ({**IDS, "dtype": "float32"},)}, "ids are integers: expected int64 or int32, got float32"),
        ({"inputs": (IDS, {**MASK, "shape": ["batch", 5]})}, "all inputs have one shape: got "),
        ({"inputs": ({**IDS, "feed": "tokens"},)}, "'tokens', expected one of 'ids', 'mask', 'zeros'"),
        ({"sequence": True}, ("autoregressive decoding puts tokens at the end, and `suffix` closes it: expected no suffix, got "
                             "[2] - at `$.input.suffix`")),
        ({"sequence": True, "suffix": [], "ids": 3, "text": None, "padding": {**PADDING, "value": 0}},
         "4 tokens come out, and ids below 3 go in"),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused(tokens_document, changes, message):
    with pytest.raises(ContractError) as caught:
        decode(tokens_document(**changes))
    assert message in str(caught.value)


def test_tokens_have_no_steps(tokens_document, document):
    plain = json.loads(tokens_document())
    plain["steps"] = document()["steps"]
    with pytest.raises(ContractError, match=r"steps are for pictures; tokens takes none - at `\$\.steps`"):
        decode(json.dumps(plain))
