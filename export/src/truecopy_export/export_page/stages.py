"""Every stage from the file to the answer: what was compared, what differs, and where nothing was compared, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from truecopy.contract import Contract, ImageInput, TableInput
from truecopy.metrics.plain import number
from truecopy.proof.tolerance import measure_of
from truecopy_export.proof.parity import STAGES, Stage, StageCount

from .account import Account

_PICTURES: Mapping[Stage, str] = {
    "decode": "pixels of the file",
    "canvas": "pixels after all geometry",
    "tensor": "what the graph takes",
}
_LEVELS = "levels of 255"


@dataclass(frozen=True)
class StageLine:
    """stage, what: in words. unit: of the largest difference. why: nothing was compared; `found` is empty then."""

    stage: Stage
    what: str
    unit: str
    found: StageCount
    why: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found = self.found
        return {
            "stage": self.stage,
            "what": self.what,
            "compared": self.why is None,
            "why": self.why,
            "items": found.items,
            "values": found.values,
            "differing": found.differing,
            "affected": found.affected,
            "largest": number(found.largest),
            "unit": self.unit,
            "first": found.first,
            "worst": found.worst,
        }


def stage_lines(account: Account) -> Iterator[StageLine]:
    """Those that an input of this kind has, in their order; none where nothing was proven."""
    if account.comparison is None:
        return
    for stage in STAGES:
        what = _what(stage, account.contract)
        if what is None:
            continue
        found = account.comparison.parity.stages[stage]
        why = _why_not(stage, account)
        yield StageLine(
            stage, what, _unit(stage, account.contract), found if why is None else StageCount(), why
        )


def _what(stage: Stage, contract: Contract) -> str | None:
    """None: items of this kind have no such stage."""
    if stage == "output":
        return "raw answers"
    if stage == "result":
        return "what a user is told"
    if isinstance(contract.input, ImageInput):
        return _PICTURES[stage]
    if stage != "tensor":
        return None
    return (
        "features that the graph takes"
        if isinstance(contract.input, TableInput)
        else "ids that the graph takes"
    )


def _unit(stage: Stage, contract: Contract) -> str:
    if stage in ("decode", "canvas"):
        return _LEVELS
    if stage == "output":
        return measure_of(contract)
    return "decisions" if stage == "result" else "in the tensor"


def _why_not(stage: Stage, account: Account) -> str | None:
    """Why nothing was compared at a stage; None where something was."""
    found = account.comparison
    assert found is not None  # noqa: S101 - asked before
    if stage in ("output", "result"):
        return None if account.other_network else "the graph is the original itself"
    if not account.has_original:
        return "the steps were written by hand: there is no original"
    if stage == "decode" and account.original.other_decoder is not None:
        return f"pixels of {account.original.other_decoder} are not reproduced: what follows starts from the same pixels"
    if stage in ("decode", "canvas") and not found.parity.stages[stage].items:
        return "an original shows its tensor only, and this one cannot be turned back into levels"
    return None
