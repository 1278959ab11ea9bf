"""Text to ids, against the one-line encoders of training scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.contract import TextPolicy
from truecopy.errors import InputError
from truecopy.tokens import TextEncoder

LETTERS = ("a", "b", "é", " ", "\n", "<pad>")


def encoder(split="characters", vocabulary=LETTERS, unknown=None, lowercase=False):
    return TextEncoder.of(
        TextPolicy(split=split, vocabulary=vocabulary, unknown=unknown, lowercase=lowercase)
    )


@given(st.text(alphabet="abé \n", max_size=20))
def test_characters_are_looked_up_one_by_one_and_come_back(text):
    stoi = {token: place for place, token in enumerate(LETTERS)}
    ids = encoder().encode(text).ids
    assert ids == tuple(stoi[character] for character in text)
    assert "".join(LETTERS[one] for one in ids) == text


@given(st.lists(st.sampled_from(["good", "bad", "ein"]), max_size=9), st.sampled_from([" ", "  ", "\t\n"]))
def test_words_are_what_split_leaves_and_come_back(words, between):
    vocabulary = ("bad", "ein", "good")
    ids = encoder("words", vocabulary).encode(between.join(words)).ids
    assert [vocabulary[one] for one in ids] == words


@given(st.text(max_size=12))
def test_unknown_characters_get_the_id_for_them_and_are_said(text):
    stoi = {token: place for place, token in enumerate(LETTERS)}
    found = encoder(unknown=5).encode(text)
    assert found.ids == tuple(stoi.get(character, 5) for character in text)
    assert bool(found.warnings) == any(character not in stoi for character in text)


def test_a_warning_counts_what_was_unknown_and_shows_the_first():
    assert encoder(unknown=5).encode("axby").warnings == (
        "2 of 4 characters are not in the vocabulary, the first 'x': id 5 stands for them",
    )
    assert encoder("words", ("a", "b"), unknown=0).encode("b zz").warnings == (
        "1 of 2 words are not in the vocabulary, the first 'zz': id 0 stands for them",
    )


def test_lower_case_is_made_before_the_text_is_split():
    assert encoder(lowercase=True).encode("BÉa").ids == (1, 2, 0)
    # One capital letter becomes two code points.
    assert encoder(vocabulary=("i", "\u0307"), lowercase=True).encode("İ").ids == (0, 1)


def test_a_token_of_several_characters_is_never_read_from_a_text():
    with pytest.raises(InputError, match="'<'"):
        encoder().encode("<pad>")


@pytest.mark.parametrize(
    ("made", "text", "message"),
    [
        (
            encoder(),
            "abxb~",
            ("a character is not in the model's vocabulary: expected one of its 6 tokens, got 'x' (and 1 more) - at <text>, "
            "character 3 of 5. Replace it as the training did, or export again with `unknown` set to the id that stands "
            "for the rest"),
        ),
        (
            encoder("words", ("good", "bad")),
            "good " + "z" * 50,
            "a word is not in the model's vocabulary: expected one of its 2 tokens, got '" + "z" * 40 + "'… - at <text>, "
            "word 2 of 2.",
        ),
        (encoder(lowercase=True), "aX", "got 'x' - at <text>, character 2 of 2 in lower case."),
    ],
)  # fmt: skip
def test_what_is_not_in_the_vocabulary_is_named_with_its_place(made, text, message):
    with pytest.raises(InputError) as caught:
        made.encode(text)
    assert message in str(caught.value)
