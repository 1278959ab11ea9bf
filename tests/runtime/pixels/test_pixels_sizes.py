from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.errors import InputError
from truecopy.pixels.sizes import output_size

SIDES = st.integers(1, 5000)


@pytest.mark.parametrize(
    ("picture", "side", "expected"),
    [
        ((375, 500), 256, (256, 341)),  # 341.33
        ((500, 375), 256, (341, 256)),
        ((480, 641), 224, (224, 299)),  # 299.13
        ((3, 5), 2, (2, 3)),  # 3.33
        ((100, 100), 7, (7, 7)),
        ((300, 451), 235, (235, 353)),  # 353.28
        ((9, 14), 5, (5, 7)),  # 7.78 is cut, not rounded
    ],
)
def test_rule_short_truncates_the_long_side(resize_step, picture, side, expected):
    assert output_size(resize_step("short", side), *picture) == expected


@given(SIDES, SIDES, st.integers(1, 600))
def test_rule_short_makes_the_short_side_exact(resize_step, height, width, side):
    resized = output_size(resize_step("short", side), height, width)
    assert min(resized) == side
    assert (resized[0] <= resized[1]) == (height <= width) or resized[0] == resized[1]


def test_rule_exact_is_height_and_width(resize_step):
    assert output_size(resize_step("exact", (5, 9)), 100, 3) == (5, 9)


@pytest.mark.parametrize(
    ("picture", "fit", "expected"),
    [
        ((100, 50), "contain", (20, 10)),
        ((100, 50), "cover", (60, 30)),
        ((50, 100), "contain", (15, 30)),
        ((8, 3), "contain", (20, 8)),  # 7.5 goes to the even neighbour
        ((8, 5), "contain", (20, 12)),  # 12.5 goes to the even neighbour
    ],
)
def test_rule_ratio_rounds_both_sides_half_to_even(resize_step, picture, fit, expected):
    assert output_size(resize_step("ratio", (20, 30), fit=fit), *picture) == expected


def test_rule_ratio_says_when_a_side_would_vanish(resize_step):
    with pytest.raises(InputError) as caught:
        output_size(resize_step("ratio", (20, 30), fit="contain"), 5000, 3)
    assert str(caught.value) == (
        "the picture is too narrow for resize rule 'ratio': a side would have no pixels: "
        "expected sides that can be brought to size (20, 30), got 3 x 5000 (width x height)"
    )
