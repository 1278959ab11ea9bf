"""The raw answers to labelled items: what calibration is fitted on, before any temperature or threshold."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from truecopy.contract import TableInput
from truecopy.engine import available_cores
from truecopy.errors import InputError, TruecopyError
from truecopy.jobs.labelled import LabelledItem, Truth
from truecopy.predict import Failure, Opened
from truecopy.predict.heads import activate
from truecopy.predict.stream import map_here, map_ordered


@dataclass(frozen=True, slots=True)
class Answers:
    """rows: raw, float32 (items, outputs). truths: of the same items. failed: name and error of the others."""

    rows: np.ndarray
    truths: tuple[Truth, ...]
    failed: tuple[tuple[str, str], ...]


class Counting(Protocol):
    """Goes over outcomes and may show how far it is."""

    def __call__(
        self, outcomes: Iterable[np.ndarray | Failure], total: int, /
    ) -> Iterable[np.ndarray | Failure]: ...


def uncounted(outcomes: Iterable[np.ndarray | Failure], _: int, /) -> Iterable[np.ndarray | Failure]:
    """Shows nothing."""
    return outcomes


class Asking:
    """An opened model on a device, asked for raw answers by as many threads as there are cores."""

    def __init__(self, opened: Opened, device: str) -> None:
        """Raises:
        DeviceError: the device does not run the graph.
        """
        self._member = opened.member
        self._workers = available_cores()
        # One core a call, many calls side by side: a row of a table is too small for threads.
        self._session = opened.session(device, 1)

    @property
    def device(self) -> str:
        return self._session.running.device

    def answers(self, items: Sequence[LabelledItem], where: str, counting: Counting) -> Answers:
        """Ask for every item; one that cannot be read or answered is a failure in its place.

        Raises:
            InputError: none could be answered; names the first reason.
        """
        rows: list[np.ndarray] = []
        truths: list[Truth] = []
        failed: list[tuple[str, str]] = []
        if isinstance(self._member.contract.input, TableInput):
            made = map_here(self._row, items)
        else:
            made = map_ordered(self._row, items, self._workers)
        with contextlib.closing(made) as outcomes:
            for item, outcome in zip(items, counting(outcomes, len(items)), strict=True):
                if isinstance(outcome, Failure):
                    failed.append((item.name, str(outcome.error)))
                else:
                    rows.append(outcome)
                    truths.append(item.truth)
        if not rows:
            raise InputError(
                "no item could be answered", got=failed[0][1] if failed else "no items", where=where
            )
        return Answers(np.concatenate(rows), tuple(truths), tuple(failed))

    def _row(self, item: LabelledItem) -> np.ndarray | Failure:
        """The raw answer, (1, outputs)."""
        try:
            fed = self._member.intake.item(item.source)
            row = self._member.rows(self._session, fed.feeds)
            # NaN, or a probability that is none: this item's failure, and not that of all together.
            activate(self._member.contract.task, row)
        except TruecopyError as error:
            return Failure(item.name, error)
        return row
