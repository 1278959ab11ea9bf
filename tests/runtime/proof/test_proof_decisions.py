"""Two results of one task: the same decision, in words, and how far apart; and what a tolerance could change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from truecopy.contract import (
    Binary,
    Ctc,
    Multiclass,
    Multilabel,
    Plain,
    Quantity,
    Regression,
    Sequence,
    UndoLog1p,
    UndoStandard,
)
from truecopy.predict.heads import activate, decide
from truecopy.proof import crossings, decided, edit_distance, is_flip, quantities, same_decision, told
from truecopy.proof.margins import generated_step, is_generation_undecided, is_undecided

PETS = Multiclass(activation="softmax", labels=("cat", "dog", "owl"), label_ids=None, labels_source="list",
                  threshold=0.5, temperature=1.0)  # fmt: skip
ILL = Binary(activation="sigmoid", labels=("healthy", "ill"), labels_source="list", positive=1, threshold=0.7)
TAGS = Multilabel(activation="sigmoid", labels=("a", "b", "c"), label_ids=None, labels_source="list",
                  thresholds=(0.5, 0.2, 0.9))  # fmt: skip
SIZES = Regression(
    values=(
        Quantity(name="mass", unit="kg", clip=(None, 10.0)),
        Quantity(name="count", unit=None, clip=(None, None)),
    ),
    values_source="list",
    undo=(UndoStandard(mean=(5.0, 1.0), scale=(2.0, 3.0)),),
)
PLATE = Sequence(activation="softmax", labels=("A", "B", "-"), labels_source="list", layout="NTC",
                 decoding=Ctc(blank=2, collapse=True), joiner="")  # fmt: skip


def result(task, row):
    return decide(task, activate(task, np.float32(row)[np.newaxis])[0], "x", (), 1)


@pytest.mark.parametrize(
    ("task", "row", "words", "alone"),
    [
        (PETS, [0, 2, 0], "dog 0.7870", "dog (1), accepted True"),
        (PETS, [0, 0.1, 0], "dog 0.3559", "dog (1), accepted False"),
        (ILL, [0], "healthy 0.5000", "healthy (0)"),
        (ILL, [2], "ill 0.8808", "ill (1)"),
        (TAGS, [1, -1, 1], "a 0.7311, b 0.2689", "a (0), b (1)"),
        (TAGS, [-9, -9, -9], "no label", "no label"),
        (SIZES, [0.5, 1], "mass 6 kg, count 4", "mass 6 kg, count 4"),
        (PLATE, [[9, 0, 0], [0, 0, 9], [0, 9, 0]], "'AB' 0.9998", "'AB'"),
    ],
)
def test_a_decision_is_told_in_words(task, row, words, alone):
    assert told(result(task, row)) == words
    assert decided(result(task, row)) == alone


@pytest.mark.parametrize(
    ("task", "first", "second", "same", "flip", "crossed"),
    [
        (PETS, [0, 2, 0], [0, 3, 0], True, False, 0),
        (PETS, [0, 2, 0], [0, 0.1, 0], False, False, 1),
        (PETS, [2, 0, 0], [0, 2, 0], False, True, 0),
        (ILL, [0], [0.5], True, False, 0),
        (ILL, [0], [2], False, True, 1),
        (TAGS, [1, -1, 1], [-1, -2, 9], False, True, 3),
        (SIZES, [0, 0], [0, 1e-6], False, False, 0),
        (SIZES, [0, 0], [3, 0], False, False, 1),
        (PLATE, [[9, 0, 0]], [[5, 0, 0]], True, False, 0),
        (PLATE, [[9, 0, 0]], [[0, 9, 0]], False, True, 0),
    ],
)
def test_flips_and_crossings_are_counted_by_task(task, first, second, same, flip, crossed):
    one, other = result(task, first), result(task, second)
    assert (same_decision(one, other), is_flip(one, other), crossings(one, other)) == (same, flip, crossed)
    assert same_decision(other, one) is same


def test_numbers_are_told_with_name_and_unit_and_never_as_a_probability():
    assert quantities(SIZES, np.array([1.25e-5, 0.5])) == "mass 1.25e-05 kg, count 0.5"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("AB", "BA", 2), ("flaw", "lawn", 2)],
)
def test_the_edit_distance_of_known_pairs(first, second, expected):
    assert edit_distance(first, second) == expected


@given(st.text("ab", max_size=7), st.text("ab", max_size=7), st.text("ab", max_size=7))
def test_the_edit_distance_is_a_distance(one, two, three):
    assert (edit_distance(one, two) == 0) is (one == two)
    assert edit_distance(one, two) == edit_distance(two, one)
    assert edit_distance(one, three) <= edit_distance(one, two) + edit_distance(two, three)
    assert abs(len(one) - len(two)) <= edit_distance(one, two) <= max(len(one), len(two))


@pytest.mark.parametrize(
    ("task", "golden", "now", "tolerance", "undecided"),
    [
        (PETS, [1.0, 1.00005, 0], [1.00006, 1.0, 0], 1e-4, True),
        (PETS, [1.0, 1.1, 0], [1.1, 1.0, 0], 1e-4, False),
        # Accepted from 0.5 on: e^x / (e^x + 2) is 0.5 at x = ln 2.
        (PETS, [0, 0.69314, 0], [0, 0.69316, 0], 1e-4, True),
        (PETS, [0, 0.6, 0], [0, 0.8, 0], 1e-4, False),
        # sigmoid(x) = 0.7 at x = 0.8472979.
        (ILL, [0.8473], [0.8472], 2e-4, True),
        (ILL, [0.9], [0.8], 2e-4, False),
        (TAGS, [1e-5, -9, 2], [-1e-5, -9, 2], 1e-4, True),
        (TAGS, [1e-5, -9, 2], [-1e-5, -1, 2], 1e-4, False),
        (SIZES, [1, 2], [1.0001, 2], 1e-4, True),
        (SIZES, [1, 2], [1.001, 2], 1e-4, False),
        (PLATE, [[1, 1.00005, 0], [9, 0, 0]], [[1.0001, 1, 0], [9, 0, 0]], 1e-4, True),
        (PLATE, [[1, 1.00005, 0], [9, 0, 0]], [[1.0001, 1, 0], [0, 9, 0]], 1e-4, False),
    ],
)
def test_a_difference_is_undecided_only_where_the_tolerance_could_make_it(
    task, golden, now, tolerance, undecided
):
    row = np.float32(golden)
    assert is_undecided(task, result(task, now), result(task, golden), row, tolerance) is undecided


def test_a_probability_of_the_graph_itself_is_moved_within_0_and_1():
    stated = Binary(activation="none", labels=("no", "yes"), labels_source="list", positive=1, threshold=1.0)
    row = np.float32([1.0])
    assert is_undecided(stated, result(stated, [0.99999]), result(stated, row), row, 1e-4)
    below = np.float32([0.9])
    assert not is_undecided(stated, result(stated, row), result(stated, below), below, 1e-4)


def test_two_outputs_move_against_one_another():
    pair = Binary(activation="softmax", labels=("no", "yes"), labels_source="list", positive=0, threshold=0.5)
    row = np.float32([1.00005, 1.0])
    assert is_undecided(pair, result(pair, [1, 1.0001]), result(pair, row), row, 1e-4)
    assert not is_undecided(pair, result(pair, [1, 2]), result(pair, [2, 1]), np.float32([2, 1]), 1e-4)


def test_a_scaler_that_overflows_within_the_tolerance_decides_nothing():
    steep = Regression(values=(Quantity(name="n", unit=None, clip=(None, None)),), values_source="list",
                       undo=(UndoLog1p(),))  # fmt: skip
    row = np.float32([709.0])
    assert not is_undecided(steep, result(steep, [700]), result(steep, row), row, 1e-1)


def test_the_step_that_leaves_a_generated_text_is_found():
    words = Sequence(activation="softmax", labels=("a", "b", "."), labels_source="list", layout="NTC",
                     decoding=Plain(stop=2, ignore=()), joiner="")  # fmt: skip
    now = result(words, [[5, 0, 0], [1, 1.00001, 0], [0, 0, 5]])
    assert now.text == "ab"
    assert (generated_step(now, "aa", ""), generated_step(now, "abb", ""), generated_step(now, "b", "")) == (
        1,
        2,
        0,
    )
    assert is_generation_undecided(now, "aa", "", 1e-4)
    assert not is_generation_undecided(now, "abb", "", 1e-4)
    assert not is_generation_undecided(now, "b", "", 1e-4)


def test_a_number_may_move_as_far_as_its_own_quantity_allows():
    row = np.float32([1000.0, 0.1])
    plain = replace(SIZES, undo=(), values=tuple(replace(one, clip=(None, None)) for one in SIZES.values))
    scale = np.array([1000.0, 0.1])
    assert is_undecided(plain, result(plain, [1000.05, 0.1]), result(plain, row), row, 1e-4, scale)
    assert not is_undecided(plain, result(plain, [1000, 0.15]), result(plain, row), row, 1e-4, scale)
    assert is_undecided(plain, result(plain, [1000, 0.15]), result(plain, row), row, 1e-4, 1000.0)
