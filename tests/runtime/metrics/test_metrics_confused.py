"""Which classes are taken for which."""

from __future__ import annotations

import numpy as np

from truecopy.metrics import most_confused


def test_the_most_confused_pairs_come_first_and_the_diagonal_never():
    table = np.array([[9, 1, 0], [3, 5, 0], [0, 1, 0]])
    assert most_confused(table, 2) == [(1, 0, 3, 0.375), (0, 1, 1, 0.1)]


def test_where_nothing_is_confused_there_are_no_pairs():
    assert most_confused(np.diag([3, 0, 1]), 5) == []
