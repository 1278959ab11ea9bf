from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from truecopy.artifact import decode_golden, encode_golden
from truecopy.errors import ContractError
from truecopy.limits import Limits

ROW = {
    "name": "grey",
    "bytes": base64.b64encode(b"picture").decode(),
    "decode": "1" * 64,
    "canvas": "2" * 64,
    "tensor": "3" * 64,
    "output": base64.b64encode(np.array([1, 2], "<f4").tobytes()).decode(),
}


@given(
    encoded=st.binary(max_size=40),
    output=st.lists(st.floats(width=32), max_size=5).map(lambda values: np.array(values, np.float32)),
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
)
def test_samples_come_back_bit_for_bit(golden, encoded, output, name):
    sample = replace(golden[0], encoded=encoded, output=output, name=name)
    (back,) = decode_golden(encode_golden([sample]))
    assert (back.name, back.encoded) == (name, encoded)
    assert (back.decode, back.canvas, back.tensor) == (sample.decode, sample.canvas, sample.tensor)
    assert back.output.dtype == np.float32
    assert back.output.tobytes() == output.tobytes()
    assert encode_golden([back]) == encode_golden([sample])


def test_the_written_form_is_the_documented_one(golden):
    (row,) = json.loads(encode_golden(golden))
    assert sorted(row) == ["bytes", "canvas", "decode", "name", "output", "tensor"]
    assert base64.b64decode(row["bytes"]) == golden[0].encoded
    assert np.frombuffer(base64.b64decode(row["output"]), "<f4").tolist() == [0.5, -2.25]


def test_a_generated_text_is_stored_only_where_there_is_one(golden):
    text = "ab\n鶴"
    (row,) = json.loads(encode_golden([replace(golden[0], text=text)]))
    assert row["text"] == text
    assert decode_golden(json.dumps([row]))[0].text == text
    assert decode_golden(json.dumps([ROW]))[0].text is None
    assert decode_golden(json.dumps([ROW | {"text": ""}]))[0].text == ""


def test_no_samples_are_an_empty_list():
    assert encode_golden([]) == "[]"
    assert decode_golden("[]") == ()


def test_a_stored_output_cannot_be_written_to():
    (sample,) = decode_golden(json.dumps([ROW]))
    with pytest.raises(ValueError, match="read-only"):
        sample.output[0] = 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({}, "the list of golden samples is refused: Expected `array`, got `object` - at `golden:$`"),
        ([ROW, 1], "Expected `object`, got `int` - at `golden:$[1]`"),
        ([ROW | {"tensr": ""}], "unknown field `tensr`, did you mean `tensor`? - at `golden:$[0]`"),
        ([{"name": "x"}], "missing required field `bytes` - at `golden:$[0]`"),
        ([ROW | {"name": ""}], "length >= 1 - at `golden:$[0].name`"),
        ([ROW | {"name": "x" * 201}], "length <= 200 - at `golden:$[0].name`"),
        ([ROW | {"canvas": "2" * 63}], "- at `golden:$[0].canvas`"),
        ([ROW | {"canvas": "2" * 64 + "\n"}], "- at `golden:$[0].canvas`"),
        ([ROW, ROW | {"bytes": "not base64"}], "golden sample 'grey': "),
        ([ROW, ROW | {"bytes": "ü"}], "- at `golden:$[1]`"),
        ([ROW | {"output": "AAAA"}], "golden sample 'grey': buffer size must be a multiple of element size"),
        ([[[[[]]]]], "the list of golden samples is nested too deeply: expected at most 4 levels"),
    ],
)
def test_wrong_samples_are_named_with_their_place(rows, message):
    with pytest.raises(ContractError) as caught:
        decode_golden(json.dumps(rows))
    assert message in str(caught.value)


def test_samples_beyond_the_limit_are_neither_written_nor_read(golden):
    text = encode_golden(golden)
    limits = Limits(max_golden_bytes=len(text) - 1)
    with pytest.raises(ContractError, match=r"the golden samples are too long: .*--golden N"):
        encode_golden(golden, limits)
    with pytest.raises(ContractError, match="the list of golden samples is too long"):
        decode_golden(text, limits)


def test_the_limit_counts_bytes_not_letters(golden):
    sample = replace(golden[0], name="鶴" * 100)
    text = encode_golden([sample])
    limits = Limits(max_golden_bytes=len(text))
    with pytest.raises(ContractError, match="too long"):
        encode_golden([sample], limits)
    assert decode_golden(text, Limits(max_golden_bytes=len(text.encode())))[0].name == sample.name


@pytest.mark.parametrize("change", [{"name": ""}, {"name": "\ud800"}, {"canvas": "short"}])
def test_samples_that_nobody_could_read_back_are_not_written(golden, change):
    with pytest.raises(ContractError):
        encode_golden([replace(golden[0], **change)])
