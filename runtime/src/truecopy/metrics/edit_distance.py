"""How far two texts are apart."""

from __future__ import annotations


def edit_distance(first: str, second: str) -> int:
    """Characters to put in, take out or replace to make one text the other.

    Source: Levenshtein 1966, by the rows of Wagner and Fischer 1974.
    """
    row = list(range(len(second) + 1))
    for place, letter in enumerate(first, start=1):
        diagonal, row[0] = row[0], place
        for column, other in enumerate(second, start=1):
            replaced = diagonal + (letter != other)
            diagonal = row[column]
            row[column] = min(replaced, diagonal + 1, row[column - 1] + 1)
    return row[-1]
