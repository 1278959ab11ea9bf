"""What tuning an early exit found, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from truecopy.jobs.tuned import Half, Tuned

from .output import count

if TYPE_CHECKING:
    from rich.table import Table


def table(tuned: Tuned, fit: Half, report: Half, noun: str) -> Table:
    from rich.table import Table

    made = Table("")
    for half, role in ((fit, "found on"), (report, "reported on")):
        made.add_column(f"{role} {count(half.items, noun)}", justify="right")
    for name, cells in (
        (
            "decisions that differ",
            [f"{half.disagreements} ({_percent(half.share)})" for half in (fit, report)],
        ),
        ("  at most, by 95 %", [_percent(half.bound) for half in (fit, report)]),
        (f"passes of {tuned.passes}", [f"{half.passes:.2f}" for half in (fit, report)]),
        ("stopped early", [_percent(half.early) for half in (fit, report)]),
        ("right, full", [_percent(half.full) for half in (fit, report)]),
        ("right, adaptive", [_percent(half.adaptive) for half in (fit, report)]),
    ):
        made.add_row(name, *cells)
    return made


def verdict(tuned: Tuned) -> str:
    """What is found and what comes of it on the other half, which is counted there and not promised."""
    budget = f"at most {_percent(tuned.budget)} of disagreement"
    if tuned.report is None:
        return f"nothing gained: no {tuned.by} saves a pass with {budget}, so the full strategy stays"
    found, half = f"{tuned.by} {tuned.value!r}", tuned.report
    if not tuned.holds:
        return (
            f"{found} does not hold: {_percent(half.share)} of the decisions of the other half differ, and {budget} was "
            f"asked for. With {half.items} items that may be chance: give more, or a larger --max-disagreement"
        )
    counted = (
        f"{found}: {half.passes:.2f} of {tuned.passes} passes, {_percent(half.share)} of decisions differ"
    )
    if half.bound <= tuned.budget:
        return counted
    return (
        f"{counted}. On that half alone it could be up to {_percent(half.bound)} by chance, more than the "
        f"{_percent(tuned.budget)} asked for: the budget is held by the bound of the half on which the value was found"
    )


def remark(tuned: Tuned, noun: str) -> str:
    assert tuned.fit is not None  # noqa: S101 - it holds
    assert tuned.report is not None  # noqa: S101
    return (
        f"truecopy tune: at most {_percent(tuned.budget)} of decisions may change. Found on "
        f"{count(tuned.fit.items, noun)}; of {tuned.report.items} others {_percent(tuned.report.share)} changed, with "
        f"{tuned.report.passes:.2f} of {tuned.passes} passes."
    )


def typed(measure: dict[str, float]) -> str:
    return ",".join(f"{by}={value!r}" for by, value in measure.items())


def _percent(share: float) -> str:
    """`0.5 %`, `12.3 %`: three digits that count."""
    return f"{100 * share:.3g} %"
