"""From a source to the graph's feeds: dtypes, masks, stages, golden samples."""

from __future__ import annotations

import json

import numpy as np
import pytest

from truecopy.digest import digest
from truecopy.errors import ContractError, InputError, TooLarge, Unsupported


def test_every_input_is_fed_what_it_takes_in_its_dtype(make_spec, make_padding, make_intake):
    spec = make_spec(prefix=(7,), max_length=4, padding=make_padding("right", 5, 5))
    intake = make_intake(spec, ("mask", "float32"), ("ids", "int32"), ("zeros", "int64"))
    item = intake.item([1, 2])
    assert list(item.feeds) == ["in_mask", "in_ids", "in_zeros"]
    assert item.feeds["in_mask"].dtype == np.float32
    assert item.feeds["in_mask"].tolist() == [[1.0, 1.0, 1.0, 0.0, 0.0]]
    assert item.feeds["in_ids"].dtype == np.int32
    assert item.feeds["in_ids"].tolist() == [[7, 1, 2, 5, 5]]
    assert item.feeds["in_zeros"].dtype == np.int64
    assert item.feeds["in_zeros"].tolist() == [[0] * 5]
    assert item.steps == (0, 3)
    assert intake.ids(item) == (7, 1, 2)
    assert intake.ids_name == "in_ids"


@pytest.mark.parametrize("dtype", ["int64", "int32", "bool", "float32"])
def test_a_mask_is_one_for_ids_and_zero_for_padding(make_spec, make_padding, make_intake, dtype):
    spec = make_spec(max_length=4, padding=make_padding("left", 0, 4))
    mask = make_intake(spec, ("ids", "int64"), ("mask", dtype)).item([3]).feeds["in_mask"]
    assert mask.dtype == np.dtype(dtype)
    assert mask.tolist() == [[0, 0, 0, 1]]


def test_complete_ids_are_padded_without_another_prefix(make_spec, make_padding, make_intake):
    intake = make_intake(make_spec(prefix=(7,), max_length=4, padding=make_padding("left", 5, 4)))
    feeds, steps = intake.feeds([7, 1])
    assert feeds["in_ids"].tolist() == [[5, 5, 7, 1]]
    assert steps == (2, 4)
    with pytest.raises(TooLarge, match="expected at most 4 ids, got 5"):
        intake.feeds([7, 1, 2, 3, 4])


def test_a_text_and_its_ids_are_fed_alike_and_said_to_be_cut(make_spec, make_text, make_intake):
    intake = make_intake(make_spec(ids=4, text=make_text(unknown=2), max_length=3, truncation="right"))
    item = intake.item("ba?c")
    assert item.feeds["in_ids"].tolist() == intake.item([1, 0, 2, 3]).feeds["in_ids"].tolist() == [[1, 0, 2]]
    assert item.warnings == (
        "1 of 4 characters are not in the vocabulary, the first '?': id 2 stands for them",
        "cut on the right: 3 of 4 ids are kept",
    )


def test_the_stages_are_given_ids_padded_ids_and_feeds(make_spec, make_padding, make_intake):
    spec = make_spec(prefix=(7,), max_length=3, truncation="right", padding=make_padding("right", 0, 4))
    traced = make_intake(spec, ("ids", "int32")).traced([1, 2, 3])
    assert traced.decode == digest(np.array([1, 2, 3]))
    assert traced.canvas == digest(np.array([7, 1, 2, 0]))
    assert traced.tensor == digest(np.array([7, 1, 2, 0], np.int32))
    assert traced.pixels is None
    masked = make_intake(spec, ("ids", "int32"), ("mask", "bool")).traced([1, 2, 3])
    assert (masked.decode, masked.canvas) == (traced.decode, traced.canvas)
    other = make_intake(spec, ("ids", "int32"), ("mask", "int64")).traced([1, 2, 3])
    assert len({traced.tensor, masked.tensor, other.tensor}) == 3


@pytest.mark.parametrize(("ids", "got", "place"), [([0, 9], 9, 1), ([-1, 9], -1, 0), ([2**40], 2**40, 0)])
def test_an_id_out_of_range_is_named_with_its_place(make_spec, make_intake, ids, got, place):
    with pytest.raises(InputError) as caught:
        make_intake(make_spec()).item(ids)
    assert str(caught.value) == (
        f"an id is out of range: expected 0 to 8, got {got} - at <ids>, ids[{place}]. Use the vocabulary that the model was "
        "trained with"
    )


def test_a_text_for_a_model_of_ids_is_refused(make_spec, make_intake):
    with pytest.raises(Unsupported) as caught:
        make_intake(make_spec()).item("hello")
    assert str(caught.value) == (
        "this model takes ids, and a text is given: expected a list of ids, each 0 to 8, got a text - at <text>. Tokenise "
        "it as the training did, and pass the ids"
    )


def test_a_channel_order_is_for_pictures(make_spec, make_intake):
    with pytest.raises(Unsupported, match=r"`color` is for pictures: got 'rgb'\. Leave it out"):
        make_intake(make_spec()).item([1], "rgb")


def test_names_are_short_and_those_of_lines_have_their_number(make_spec, make_intake, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("[1]\n", "utf-8")
    intake = make_intake(make_spec())
    (line,) = intake.many(path)
    assert intake.name(line) == intake.item(line).source == f"{path}:1"
    assert [intake.name(one) for one in ("ab", [1], b"x", tmp_path)] == [
        "<text>",
        "<ids>",
        "<bytes>",
        str(tmp_path),
    ]


def golden(intake):
    return {name: json.loads(encoded) for name, encoded in intake.golden()}


def test_golden_samples_are_small_and_show_cut_and_unknown(make_spec, make_text, make_padding, make_intake):
    text = make_text("ab c<", unknown=4)
    intake = make_intake(make_spec(ids=5, text=text, prefix=(4,), max_length=6, truncation="left",
                                   padding=make_padding("right", 4, 7)))  # fmt: skip
    samples = golden(intake)
    assert {name: type(value) for name, value in samples.items()} == {
        "short": str, "long": str, "one": str, "edge": str,
    }  # fmt: skip
    assert [len(samples[name]) for name in ("short", "long", "one", "edge")] == [3, 8, 1, 2]
    items = {name: intake.item(intake.stored(encoded)) for name, encoded in intake.golden()}
    assert items["long"].warnings == ("cut on the left: 5 of 8 ids are kept",)
    assert "not in the vocabulary" in items["edge"].warnings[0]
    assert items["one"].steps == (0, 2)


def test_golden_samples_of_ids_reach_the_first_and_the_last(make_spec, make_padding, make_intake):
    samples = golden(make_intake(make_spec(max_length=5, padding=make_padding("left", 0, 5))))
    assert [len(samples[name]) for name in ("short", "long", "one")] == [3, 5, 1]
    assert samples["edge"] == [0, 8]
    # Padding is no id of theirs while there are others.
    assert 0 not in samples["long"] + samples["short"]


@pytest.mark.parametrize(
    "changes",
    [
        {"ids": 1},
        {"ids": 2, "max_length": 1},
        {"ids": 3, "prefix": (1,), "suffix": (2,), "max_length": 3},
        {"max_length": 1_000_000},
        {"max_length": 5, "truncation": "right"},
    ],
)
def test_golden_samples_are_taken_by_any_spec(make_spec, make_intake, changes):
    intake = make_intake(make_spec(**changes))
    for _, encoded in intake.golden():
        item = intake.item(intake.stored(encoded))
        assert item.feeds["in_ids"].size <= 512


@pytest.mark.parametrize(
    ("split", "vocabulary", "lowercase", "kind"),
    [
        ("words", ("good", "bad", "<pad>"), True, str),
        ("words", ("no room", " "), False, list),  # no text gives these ids
        ("characters", ("A", "B"), True, list),
        ("characters", ("a", "\n", "ab"), False, str),
    ],
)
def test_golden_texts_are_read_back_without_a_warning(
    make_spec, make_text, make_intake, split, vocabulary, lowercase, kind
):
    text = make_text(split=split, vocabulary=vocabulary, lowercase=lowercase)
    intake = make_intake(make_spec(ids=len(vocabulary), text=text))
    assert isinstance(golden(intake)["long"], kind)
    for _, encoded in intake.golden():
        assert intake.item(intake.stored(encoded)).warnings == ()


def test_a_golden_sample_that_is_no_json_is_refused(make_spec, make_intake):
    intake = make_intake(make_spec())
    with pytest.raises(ContractError, match="the golden sequence is not valid JSON"):
        intake.stored(b"[1,")
    with pytest.raises(Unsupported, match="got dict"):
        intake.item(intake.stored(b"{}"))


@pytest.mark.parametrize("text", ["\ud800a", "a\udfff", "\udc80"])
def test_half_of_a_surrogate_pair_is_an_unknown_character_that_cannot_be_stored(
    make_spec, make_text, make_intake, text
):
    intake = make_intake(make_spec(ids=4, text=make_text(unknown=2)))
    assert 2 in intake.item(text).feeds["in_ids"]
    with pytest.raises(
        InputError, match="the text cannot be stored as UTF-8: expected whole characters, got half"
    ):
        intake.encoded(text)


def test_a_character_beyond_the_basic_plane_is_stored(make_spec, make_text, make_intake):
    intake = make_intake(make_spec(ids=4, text=make_text(unknown=2)))
    assert intake.stored(intake.encoded("a\U0001f600")) == "a\U0001f600"
