"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from truecopy.report.numbers import count, plain, points, share, signed


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (share(0.97313), "97.3\u00a0%"),
        (share(0.97313, 2), "97.31\u00a0%"),
        (share(math.nan), "\u2013"),
        (points(0.0125), "+1.25"),
        (points(-0.0125), "\u22121.25"),
        (points(-0.00001), "0.00"),
        (plain(12.5), "12.5"),
        (plain(-1234567.0), "\u22121.235e+06"),
        (plain(-0.0), "0"),
        (plain(math.inf), "inf"),
        (signed(3.0), "+3"),
        (signed(0.0), "0"),
        (count(1234567), "1\u00a0234\u00a0567"),
    ],
)
def test_a_number_is_written_as(made: str, text: str) -> None:
    assert made == text
