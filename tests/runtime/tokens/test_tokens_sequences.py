"""Prefix, suffix, cut, padding and mask: their laws, and transformers' own `truncation` and `pad` beside them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.contract import Padding, TokensInput
from truecopy.errors import InputError, TooLarge
from truecopy.tokens import complete, pad

IDS = st.lists(st.integers(0, 8), max_size=14)
SIDE = st.sampled_from(["left", "right"])


@st.composite
def specs(draw):
    around = st.lists(st.integers(0, 8), max_size=2).map(tuple)
    prefix, suffix = draw(around), draw(around)
    most = draw(st.integers(len(prefix) + len(suffix) + 1, 10))
    padding = Padding(side=draw(SIDE), value=draw(st.integers(0, 8)), length=most + draw(st.integers(0, 3)))
    return TokensInput(
        ids=9, text=None, prefix=prefix, suffix=suffix, max_length=most,
        truncation=draw(SIDE), padding=draw(st.sampled_from([None, padding])),
    )  # fmt: skip


@given(specs(), IDS.filter(bool))
def test_the_mask_gives_the_ids_back_and_the_length_is_as_stated(spec, given_ids):
    ids, _ = complete(spec, given_ids)
    padded = pad(spec, ids)
    assert tuple(padded.ids[padded.mask]) == ids == tuple(padded.ids[slice(*padded.steps)])
    assert len(padded.ids) == (len(ids) if spec.padding is None else spec.padding.length)
    assert padded.ids.dtype == np.int64
    if spec.padding is not None:
        assert (padded.ids[~padded.mask] == spec.padding.value).all()
        ends = {"right": padded.steps[0] == 0, "left": padded.steps[1] == spec.padding.length}
        assert ends[spec.padding.side]


@given(specs(), IDS.filter(bool))
def test_a_cut_keeps_prefix_suffix_and_one_end_of_the_given_ids(spec, given_ids):
    ids, warnings = complete(spec, given_ids)
    kept = list(ids[len(spec.prefix) : len(ids) - len(spec.suffix)])
    assert ids == (*spec.prefix, *kept, *spec.suffix)
    assert len(ids) == min(spec.max_length, len(given_ids) + len(spec.prefix) + len(spec.suffix))
    assert kept == (given_ids[: len(kept)] if spec.truncation == "right" else given_ids[-len(kept) :])
    assert bool(warnings) == (kept != given_ids)


def test_sides_are_those_of_a_small_example(make_spec, make_padding):
    spec = make_spec(prefix=(7,), suffix=(8,), max_length=5, truncation="left")
    assert complete(spec, [1, 2, 3, 4]) == ((7, 2, 3, 4, 8), ("cut on the left: 3 of 4 ids are kept",))
    right = make_spec(max_length=2, truncation="right")
    assert complete(right, [1, 2, 3])[0] == (1, 2)
    left = pad(make_spec(max_length=3, padding=make_padding("left", 5, 4)), (1, 2))
    assert (left.ids.tolist(), left.steps) == ([5, 5, 1, 2], (2, 4))


def test_padding_that_looks_like_an_id_is_padding_all_the_same(make_spec, make_padding):
    padded = pad(make_spec(max_length=4, padding=make_padding("right", 3, 4)), (3, 3))
    assert padded.ids.tolist() == [3, 3, 3, 3]
    assert padded.mask.tolist() == [True, True, False, False]


def test_a_longer_sequence_is_refused_with_both_lengths(make_spec):
    spec = make_spec(prefix=(7,), suffix=(8,), max_length=4)
    with pytest.raises(TooLarge) as caught:
        complete(spec, [1, 2, 3], "texts.txt:2")
    assert str(caught.value) == (
        "the sequence is longer than the graph allows: expected at most 4 ids, got 3 and 2 of prefix and suffix - at "
        "texts.txt:2. Cut or split it as the training did, or export again with `truncation: right` (or left)"
    )
    with pytest.raises(TooLarge, match="expected at most 4 ids, got 5 - at <ids>"):
        pad(spec, (1, 2, 3, 4, 5))


def test_no_id_at_all_is_refused_but_prefix_and_suffix_are_some(make_spec):
    with pytest.raises(
        InputError, match=r"the sequence is empty: expected at least one id, got none - at <ids>"
    ):
        complete(make_spec(), [])
    assert complete(make_spec(prefix=(7,)), []) == ((7,), ())


@pytest.fixture(scope="module")
def tokenizer():
    """transformers' own tokenizer over nine words, made in memory."""
    tokenizers = pytest.importorskip("tokenizers")
    transformers = pytest.importorskip("transformers")
    words = {word: place for place, word in enumerate(["pad", "a", "b", "c", "d", "e", "f", "g", "unk"])}
    inner = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="unk"))
    inner.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="pad", unk_token="unk")


@pytest.mark.parametrize("padding_side", ["left", "right"])
@pytest.mark.parametrize("truncation_side", ["left", "right"])
@pytest.mark.parametrize("count", [1, 4, 5, 9])
def test_cut_padding_and_mask_are_those_of_transformers(
    make_spec, make_padding, tokenizer, padding_side, truncation_side, count
):
    words = ["c", "a", "e", "b", "g", "d", "f", "a", "c"][:count]
    tokenizer.padding_side, tokenizer.truncation_side = padding_side, truncation_side
    theirs = tokenizer(" ".join(words), padding="max_length", truncation=True, max_length=5)
    spec = make_spec(max_length=5, truncation=truncation_side, padding=make_padding(padding_side, 0, 5))
    ours = pad(spec, complete(spec, [tokenizer.vocab[word] for word in words])[0])
    assert ours.ids.tolist() == theirs["input_ids"]
    assert ours.mask.astype(int).tolist() == theirs["attention_mask"]
