"""Rows of a report's table that depend on the task: decisions, and how right they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import UNSET

from truecopy.contract import Contract, Decisions, Regression, Task
from truecopy.contract.kind import kind_of
from truecopy.proof import quantities

from .proof import Comparison, noun_of

FLIPS: Mapping[str, str] = {
    "multiclass": "top-1 flips",
    "binary": "label flips",
    "multilabel": "items with another set of labels",
    "sequence": "texts that differ",
}
_WHO = ("raw", "ema", "original", "truecopy")


def decision_rows(task: Task, decisions: Decisions) -> list[tuple[str, str]]:
    """A number has an error in its unit and no probability; a class has no unit."""
    rows = []
    kind = kind_of(task)
    if kind in FLIPS:
        rows.append((FLIPS[kind], str(decisions.flips)))
    if decisions.edits is not UNSET:
        rows.append(("edit distance of all texts", str(decisions.edits)))
    if decisions.crossings is not UNSET:
        what = "ends of a clip range" if isinstance(task, Regression) else "thresholds"
        rows.append((f"{what} that one passed only", str(decisions.crossings)))
    if decisions.max_error is not UNSET:
        rows.append(("largest difference", quantities(task, np.array(decisions.max_error))))
    if decisions.max_probability_delta is not None:
        rows.append(("largest probability difference", f"{decisions.max_probability_delta:.1e}"))
    return rows


def truth_rows(contract: Contract, comparison: Comparison | None) -> list[tuple[str, str]]:
    """Accuracies, or mean errors of numbers; or that nothing is known about either."""
    proof, task = contract.proof, contract.task
    measure = "mean absolute error" if isinstance(task, Regression) else "accuracy"
    if comparison is None or not comparison.labelled:
        known = f"not checked: the {noun_of(contract)}s have no labels" if proof.images else "not checked"
        return [(measure, known)]
    total, rows = comparison.labelled, []
    for who in _WHO:
        off = comparison.mean_error(who)
        if off is not None:
            rows.append((f"{measure}, {who}", quantities(task, off)))
        if who in comparison.hits:
            hits = comparison.hits[who]
            rows.append((f"{measure}, {who}", f"{hits}/{total} = {hits / total:.4f}"))
    return rows
