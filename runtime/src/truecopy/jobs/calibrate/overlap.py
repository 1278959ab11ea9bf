"""Items that stand on both sides: what is fitted on an item says nothing about it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from truecopy.contract import ImageInput
from truecopy.engine import available_cores
from truecopy.errors import InputError, StrategyError
from truecopy.jobs.labelled import LabelledItem
from truecopy.predict import Member
from truecopy.predict.stream import map_ordered


def check_two_places(fit: str | os.PathLike[str], report: str | os.PathLike[str]) -> None:
    """Raises:
    StrategyError: both are one folder or file.
    """
    if Path(fit).resolve() == Path(report).resolve():
        raise StrategyError(
            "what is fitted on items is reported on others",
            expected="two folders",
            got=f"{os.fsdecode(fit)} twice",
            fix="Split the folder in two, each with pictures of every class",
        )


def check_apart(
    member: Member, fit: Sequence[LabelledItem], report: Sequence[LabelledItem]
) -> tuple[str, ...]:
    """Notes about rows or texts that stand on both sides: equal ones may well come twice. A picture does not.

    Raises:
        StrategyError: pictures with the same bytes stand on both sides; says how many.
    """
    known = {digest: item.name for digest, item in zip(_digests(member, fit), fit, strict=True) if digest}
    pairs = [
        (known[digest], item.name)
        for digest, item in zip(_digests(member, report), report, strict=True)
        if digest in known
    ]
    if not pairs:
        return ()
    count = f"{len(pairs)} of {len(report)} items"
    if not isinstance(member.contract.input, ImageInput):
        return (f"{count} of the report are equal to items of the fit: it may look better than it is",)
    raise StrategyError(
        "the same pictures stand on both sides: what is fitted on a picture says nothing about it",
        expected="no picture in both folders",
        got=f"{count} of the report; the first, {pairs[0][1]}, is {pairs[0][0]} of the fit",
        fix="Take them out of one of the two",
    )


def _digests(member: Member, items: Sequence[LabelledItem]) -> list[str | None]:
    """SHA-256 of each item's bytes; None of one that cannot be read, which is noted when it is asked."""

    def digest(item: LabelledItem) -> str | None:
        try:
            return hashlib.sha256(member.intake.encoded(item.source)).hexdigest()
        except InputError:
            return None

    return list(map_ordered(digest, items, available_cores()))
