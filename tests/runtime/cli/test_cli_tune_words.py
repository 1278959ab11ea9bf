"""What tuning found, in words: what is counted, what is promised, and what a refusal means."""

from __future__ import annotations

import pytest

from truecopy.cli.tune_words import verdict
from truecopy.jobs.tuned import Half, Tuned
from truecopy.metrics import upper_bound
from truecopy.predict import Strategy


def half(disagreements: int, items: int = 100) -> Half:
    return Half(
        items=items, disagreements=disagreements, share=disagreements / items, bound=upper_bound(disagreements, items),
        passes=1.25, early=0.75, full=0.9, adaptive=0.9,
    )  # fmt: skip


def tuned(report: Half | None, budget: float = 0.05) -> Tuned:
    value = None if report is None else 0.5
    return Tuned(
        Strategy(views=("horizontal_flip",)), "margin", budget, 2, value, report and half(0), report, ()
    )


def test_what_holds_with_its_bound_is_said_in_one_line() -> None:
    assert verdict(tuned(half(0))) == "margin 0.5: 1.25 of 2 passes, 0 % of decisions differ"


def test_what_holds_by_its_count_alone_says_how_far_chance_could_take_it() -> None:
    made = tuned(half(4))
    assert made.holds
    assert verdict(made) == (
        "margin 0.5: 1.25 of 2 passes, 4 % of decisions differ. On that half alone it could be up to 8.92 % by chance, "
        "more than the 5 % asked for: the budget is held by the bound of the half on which the value was found"
    )


@pytest.mark.parametrize("disagreements", [6, 100])
def test_what_does_not_hold_says_that_chance_may_have_a_part_in_it(disagreements: int) -> None:
    made = tuned(half(disagreements))
    assert not made.holds
    assert verdict(made) == (
        f"margin 0.5 does not hold: {disagreements} % of the decisions of the other half differ, and at most 5 % of "
        "disagreement was asked for. With 100 items that may be chance: give more, or a larger --max-disagreement"
    )


def test_where_nothing_is_gained_that_is_said() -> None:
    assert verdict(tuned(None)).startswith(
        "nothing gained: no margin saves a pass with at most 5 % of disagreement"
    )
