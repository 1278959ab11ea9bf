from __future__ import annotations

import gc
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.vocabulary import steps

from truecopy.contract import (
    GraphInput,
    Values,
    decode,
    encode,
    subject_sha256,
)
from truecopy.contract.flow import flow
from truecopy.errors import ContractError
from truecopy.limits import Limits

PIXELS = st.integers(1, 65_536)
MARGIN = st.integers(0, 65_536)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def contracts(draw, base):
    color = draw(st.sampled_from(["RGB", "L"]))
    channels = 3 if color == "RGB" else 1
    chain = draw(steps(channels, pixels=PIXELS, margin=MARGIN, number=NUMBER))
    made = flow(chain, channels)
    size = made.size or ("height", "width")
    layout = draw(st.sampled_from(["NCHW", "NHWC"]))
    shape = ("batch", made.channels, *size) if layout == "NCHW" else ("batch", *size, made.channels)
    labels = draw(
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=2, max_size=4)
    )
    return replace(
        base,
        input=replace(base.input, color=color),
        steps=chain,
        graph=replace(
            base.graph,
            inputs=(GraphInput(name="x", dtype="float16", layout=layout, shape=shape),),
            outputs=(replace(base.graph.outputs[0], shape=("batch", len(labels))),),
        ),
        task=replace(
            base.task,
            labels=tuple(labels),
            label_ids=None,
            threshold=draw(st.none() | st.floats(0, 1)),
            temperature=draw(st.floats(0, exclude_min=True, allow_infinity=False)),
        ),
        views=replace(base.views, relabel={"rotate_90": tuple(draw(st.permutations(range(len(labels)))))}),
    )


@settings(deadline=None)
@given(st.data())
def test_any_consistent_contract_comes_back_equal_and_byte_for_byte(contract, data):
    made = data.draw(contracts(contract))
    text = encode(made)
    assert decode(text) == made
    assert encode(decode(text)) == text
    assert decode(text.encode()) == made


def test_the_documented_example_is_read(example):
    contract = decode(example)
    assert contract.steps[0].size == 256
    assert contract.steps[2].chain[0] == ("div", 255.0)
    assert contract.graph.outputs[0].classes == 3
    assert contract.graph.inputs[0].size == (224, 224)
    assert contract.graph.inputs[0].batch is None
    assert contract.proof.accuracy.raw == 0.861


def test_the_written_form_is_canonical(contract, document):
    text = encode(contract)
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert json.loads(text) == document()


def test_letters_beyond_ascii_are_written_as_they_are(contract):
    task = replace(contract.task, labels=("grue à cou noir", "鶴", "🐟"))
    text = encode(replace(contract, task=task))
    assert "鶴" in text
    assert decode(text).task.labels == task.labels


def test_an_integer_in_place_of_a_float_is_written_as_the_float_that_is_read_back(contract):
    whole = replace(contract, steps=(*contract.steps[:-1], Values(chain=(("div", 255),))))
    single = replace(contract, steps=(*contract.steps[:-1], Values(chain=(("div", 255.0),))))
    assert encode(whole) == encode(single)
    assert subject_sha256(decode(encode(whole))) == subject_sha256(decode(encode(single)))


def test_the_subject_of_a_proof_changes_with_all_that_was_proven_and_nothing_else(contract):
    proven = subject_sha256(contract)
    assert len(proven) == 64
    swapped = replace(contract, task=replace(contract.task, labels=contract.task.labels[::-1]))
    assert subject_sha256(swapped) != proven
    assert subject_sha256(replace(contract, steps=contract.steps[1:])) != proven
    assert subject_sha256(replace(contract, graph=replace(contract.graph, sha256="0" * 64))) != proven
    assert subject_sha256(replace(contract, proof=replace(contract.proof, images=301))) == proven
    later = replace(contract.provenance, created="2030-01-01T00:00:00Z")
    assert subject_sha256(replace(contract, provenance=later)) == proven


def test_a_null_is_written_and_an_absent_fit_is_not(contract):
    plain = json.loads(encode(contract))
    assert plain["task"]["threshold"] is None
    assert plain["provenance"]["parent"] is None
    assert "fit" not in plain["steps"][0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ("a", "", "c")}, r"length >= 1 - at `\$\.task\.labels\[1\]`"),
        ({"temperature": float("nan")}, "cannot be written as JSON"),
        ({"labels": ("a", "\ud800", "c")}, "not valid JSON"),
        ({"labels": ("a", "b")}, r"2 labels for 3 outputs of 'logits' - at `\$\.task\.labels`"),
    ],
)
def test_a_contract_that_nobody_could_read_back_is_not_written(contract, change, message):
    with pytest.raises(ContractError, match=message):
        encode(replace(contract, task=replace(contract.task, label_ids=None, **change)))


def test_a_contract_beyond_the_limit_is_not_written(contract):
    with pytest.raises(ContractError, match="the contract is too long: expected at most 1000 bytes"):
        encode(contract, Limits(max_contract_bytes=1000))


def test_a_size_of_two_numbers_survives_the_collector(changed):
    # msgspec 0.22 reads freed memory for `Pixels | tuple[Pixels, Pixels]`.
    text = changed(
        "steps",
        0,
        to={
            "op": "resize",
            "rule": "exact",
            "size": [256, 320],
            "kernel": "pillow",
            "filter": "box",
            "pass_order": "horizontal",
        },
    )
    for _ in range(30):
        assert decode(text).steps[0].size == (256, 320)
        gc.collect()
