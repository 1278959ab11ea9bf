from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from truecopy.contract import Binary, Multiclass, Multilabel, Quantity, Regression
from truecopy.proof import margin, output_tolerance, relative_difference
from truecopy.proof.tolerance import common_scale, measure


@pytest.mark.parametrize(
    ("precision", "device", "tolerance"),
    [
        ("fp32", "cpu", 1e-4),
        ("fp32", "cuda:0", 1e-3),
        ("fp32", "provider:X", 1e-3),
        ("fp16", "cpu", 2e-2),
        ("fp16", "cuda:0", 2e-2),
        ("int8", "cpu", None),
    ],
)
def test_the_tolerance_is_that_of_the_contract(precision, device, tolerance) -> None:
    assert output_tolerance(precision, device) == tolerance


@pytest.mark.parametrize(
    ("output", "golden", "difference"),
    [([1, -4], [1, -4], 0), ([1, -4], [1, -5], 0.2), ([0, 0], [0, 0], 0), ([1, 0], [0, 0], math.inf), ([3, -1], [2, -1], 0.5)],
)  # fmt: skip
def test_differences_are_relative_to_the_largest_golden_number(output, golden, difference) -> None:
    assert relative_difference(np.float32(output), np.float32(golden)) == pytest.approx(difference)


@pytest.mark.parametrize(
    ("row", "expected"),
    [([1, 3, 4], 0.25), ([5, 5, 1], 0), ([0, 0], 0), ([-8, -4, -6], 0.25), ([-8, 2], 1.25)],
)
def test_the_margin_is_the_distance_of_the_best_two_relative_to_the_largest(row, expected) -> None:
    assert margin(np.float32(row)) == pytest.approx(expected)


HOUSE = Regression(
    values=tuple(Quantity(name=name, unit=None, clip=(None, None)) for name in ("price", "rooms")),
    values_source="list", undo=(),
)  # fmt: skip
ILL = Binary(activation="sigmoid", labels=("no", "ill"), labels_source="list", positive=1, threshold=0.5)
TAGS = Multilabel(
    activation="sigmoid", labels=("a", "b"), label_ids=None, labels_source="list", thresholds=(0.5, 0.5)
)
PETS = Multiclass(activation="softmax", labels=("cat", "dog"), label_ids=None, labels_source="list", threshold=None,
                  temperature=1.0)  # fmt: skip


def rows(*given):
    return [np.float32(row) for row in given]


def stated(task):
    return replace(task, activation="none")


def test_each_quantity_has_a_scale_of_its_own():
    scale = common_scale(HOUSE, rows([1e6, 0.1], [-2e6, 0.3], [np.inf, -0.2]))
    assert scale.tolist() == pytest.approx([2e6, 0.3])
    apart = relative_difference(np.float32([1e6, -0.9]), np.float32([1e6, 0.3]), scale)
    assert apart == pytest.approx(4)
    assert relative_difference(np.float32([1, 1]), np.float32([1, 0]), np.array([1.0, 0.0])) == math.inf
    assert common_scale(HOUSE, rows([1, 2, 3])).tolist() == common_scale(HOUSE, []).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("task", "given", "scale"),
    [
        (ILL, rows([-3], [2]), 3.0),
        (stated(ILL), rows([1e-5], [2e-5]), 1.0),
        (stated(ILL), rows([0.25, 0.75]), None),
        (TAGS, rows([1, -2]), None),
        (stated(TAGS), rows([1e-5, 1e-6]), 1.0),
        (PETS, rows([1, -2]), None),
        (stated(PETS), rows([0.25, 0.75]), None),
    ],
)
def test_probabilities_judged_apart_are_held_against_1(task, given, scale):
    assert common_scale(task, given) == scale


@pytest.mark.parametrize(
    ("task", "width", "words"),
    [(PETS, 2, "of the largest logit"), (ILL, 1, "of the largest logit"), (stated(PETS), 2, "of the largest probability"),
     (stated(ILL), 2, "of the largest probability"), (stated(ILL), 1, "in probability"),
     (stated(TAGS), 2, "in probability"), (HOUSE, 2, "of the largest number")],
)  # fmt: skip
def test_a_difference_says_what_it_is_relative_to(task, width, words):
    assert measure(task, width) == words


def test_a_nan_is_infinitely_far_and_an_equal_impossible_outcome_is_not():
    assert relative_difference(np.float32([np.nan]), np.float32([1]), 1.0) == math.inf
    assert relative_difference(np.float32([-np.inf, 2]), np.float32([-np.inf, 1]), 1.0) == 1.0
    assert relative_difference(np.float32([0, 2]), np.float32([-np.inf, 1]), 1.0) == math.inf
