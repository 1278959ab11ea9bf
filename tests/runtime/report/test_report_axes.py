"""Numbers to px, and round ticks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.report.axes import Field, enclosing, ticks, widened
from truecopy.report.svg import at, fitted


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 9))
def test_ticks_are_within_the_range_and_not_too_many(low: float, length: float, most: int) -> None:
    high = low + length
    made = ticks(low, high, most)
    slack = (high - low) * 1e-6 + abs(low) * 1e-6
    assert len(made) <= most
    assert all(low - slack <= tick <= high + slack for tick in made)


@pytest.mark.parametrize(
    ("low", "high", "made"),
    [
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-3.0, 12.0, [0, 5, 10]),
        (7.0, 7.0, [7.0]),
        (-2.9, 5.6, [-2, 0, 2, 4]),
    ],
)
def test_ticks_are_round(low: float, high: float, made: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(made)


def test_enclosing_ticks_reach_what_is_drawn() -> None:
    assert enclosing(-2.33, 5) == [-4, -2, 0, 2, 4, 6]
    assert enclosing(-1.67, 11.67) == [-5, 0, 5, 10, 15]
    assert enclosing(0, 1) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert enclosing(0, 0) == [0]


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 9))
def test_enclosing_ticks_are_not_too_many_and_leave_nothing_beyond(
    low: float, length: float, most: int
) -> None:
    high = low + length
    made = enclosing(low, high, most)
    slack = (high - low) * 1e-6 + abs(low) * 1e-6
    assert len(made) <= max(most, 3)
    assert made[0] <= low + slack
    assert made[-1] >= high - slack


def test_a_field_puts_its_ends_at_its_corners() -> None:
    field = Field((10, 30), (-1, 1), left=5, right=105, top=0, bottom=50)
    assert (field.across(10), field.across(30), field.across(15)) == (5, 105, 30)
    assert (field.down(-1), field.down(1)) == (50, 0)


def test_one_number_alone_still_has_a_range() -> None:
    assert widened(4, 4) == (2, 6)
    assert widened(0, 0) == (-0.5, 0.5)
    assert widened(0, 10) == (-0.5, 10.5)


def test_coordinates_have_two_decimals_at_most_and_no_minus_zero() -> None:
    assert [at(1.0), at(1.236), at(-0.001), at(100.0)] == ["1", "1.24", "0", "100"]


def test_a_text_is_cut_to_its_room_and_wide_letters_count_twice() -> None:
    assert fitted("automobile", 100) == "automobile"
    assert fitted("automobile", 40) == "autom…"
    assert fitted("自動車自動車", 40) == "自動…"
