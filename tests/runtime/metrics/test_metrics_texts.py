"""Texts: exact ones, and letters that are wrong."""

from __future__ import annotations

import json
import math

import pytest

from truecopy.errors import InputError
from truecopy.metrics import edit_distance, text_quality
from truecopy.proof import edit_distance as proofs


def test_letters_to_change_are_counted_over_all_texts_together():
    made = text_quality(["kitten", "AB", ""], ["sitting", "AB", "C"], [0.9, 0.8, 0.7])
    assert (made.items, made.exact, made.edits, made.characters) == (3, 1 / 3, 4, 10)
    assert made.character_error_rate == 0.4
    assert made.headline == ("exact texts", 1 / 3)
    assert made.coverage.error.tolist() == [1, 0.5, 2 / 3]
    assert json.loads(json.dumps(made.to_dict(), allow_nan=False))["edits"] == 4


def test_too_much_said_is_an_error_rate_above_1_and_no_letter_at_all_is_undefined():
    assert text_quality(["ABC"], ["D"], [0.5]).character_error_rate == 3
    made = text_quality(["", "x"], ["", ""], [0.5, 0.5])
    assert made.exact == 0.5
    assert math.isnan(made.character_error_rate)
    assert made.to_dict()["character_error_rate"] is None


def test_lists_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="every text has a truth: expected 2 true texts, got 1"):
        text_quality(["a", "b"], ["a"], [0.5, 0.5])
    with pytest.raises(InputError, match="`confidence` is empty"):
        text_quality([], [], [])


def test_the_proof_and_the_measure_count_letters_alike():
    assert proofs is edit_distance
