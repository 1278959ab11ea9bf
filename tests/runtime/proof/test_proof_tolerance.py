from __future__ import annotations

import math

import numpy as np
import pytest

from truecopy.proof import margin, output_tolerance, relative_difference


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
