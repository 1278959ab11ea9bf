"""From a model and two places with labelled items to a task with other numbers, and what they change."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from truecopy.contract import Binary, Multiclass, Multilabel, Task, fitted_numbers
from truecopy.jobs.labelled import Labelled, find_labelled
from truecopy.metrics import ClassScore
from truecopy.predict import Opened

from .answers import Answers, Asking, Counting, uncounted
from .figures import Figure, figures, label_scores
from .fit import fitted
from .goal import TEMPERATURE, Goal, goal_for, in_words
from .overlap import check_apart, check_two_places


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two places. items: that were answered. failed: name and error of the others."""

    path: str
    items: int
    failed: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "path": self.path,
            "items": self.items,
            "failed": [{"name": name, "error": error} for name, error in self.failed],
            "figures": [figure.to_dict() for figure in self.figures],
        }


@dataclass(frozen=True, slots=True)
class Calibration:
    """The task with the fitted numbers, and the measures of both sides; only those of the report count.

    labels: precision, recall and F1 of each label on the report's items, under the new task; none of a multiclass task.
    worse: sentences about what is worse on the report than it was before. short: about what is less than was asked.
    """

    goal: Goal
    old: Task
    task: Task
    fit: Side
    report: Side
    labels: tuple[ClassScore, ...]
    notes: tuple[str, ...]
    worse: tuple[str, ...]
    short: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "goal": in_words(self.goal),
            "before": fitted_numbers(self.old),
            "after": fitted_numbers(self.task),
            "fit": self.fit.to_dict(),
            "report": self.report.to_dict(),
            "labels": [score.to_dict() for score in self.labels],
            "notes": list(self.notes),
            "worse": list(self.worse),
            "short": list(self.short),
        }


def calibrate(
    opened: Opened,
    fit: str | os.PathLike[str],
    report: str | os.PathLike[str],
    *,
    goal: Goal | None = None,
    device: str = "cpu",
    counting: Counting = uncounted,
) -> Calibration:
    """Fit on the items at `fit`, measure on those at `report`; nothing is written.

    goal: None: the temperature of one of n classes. counting: shows how far it is.

    Raises:
        DeviceError: the device does not run the graph.
        StrategyError: the task has no such number, the target cannot be reached, or both sides share pictures.
        InputError: the labelled items cannot be read, or none of a side can be answered.
    """
    check_two_places(fit, report)
    old = opened.member.contract.task
    goal = goal_for(old, goal)
    labelled = [_labelled(opened, place) for place in (fit, report)]
    notes = [note for one in labelled for note in one.notes]
    notes += check_apart(opened.member, labelled[0].items, labelled[1].items)
    asking = Asking(opened, device)
    answers = [
        asking.answers(one.items, os.fsdecode(place), counting)
        for one, place in zip(labelled, (fit, report), strict=True)
    ]
    new = fitted(old, goal, answers[0])
    notes += _stale(old, new)
    sides = [
        Side(os.fsdecode(place), len(one.rows), one.failed, figures(old, new, goal, one))
        for place, one in zip((fit, report), answers, strict=True)
    ]
    scores = _scores(new, answers[1])
    report_says = _worse(goal, sides[1]), _short(goal, sides[1], scores)
    return Calibration(goal, old, new, sides[0], sides[1], scores, tuple(notes), *report_says)


def _labelled(opened: Opened, place: str | os.PathLike[str]) -> Labelled:
    return find_labelled(place, opened.member.contract, opened.member.intake)


def _stale(old: Task, new: Task) -> tuple[str, ...]:
    """A threshold is a confidence, and another temperature makes other confidences."""
    if not isinstance(old, Multiclass) or not isinstance(new, Multiclass):
        return ()
    if old.threshold is None or old.temperature == new.temperature:
        return ()
    told = f"the threshold {old.threshold:g} was chosen under the temperature {old.temperature:g}"
    return (f"{told}: fit it anew on the new file (--thresholds precision=...)",)


def _scores(task: Task, answers: Answers) -> tuple[ClassScore, ...]:
    return label_scores(task, answers) if isinstance(task, Binary | Multilabel) else ()


def _worse(goal: Goal, side: Side) -> tuple[str, ...]:
    """What was to become better and became worse. A measure that fell and still is what was asked for is no loss."""
    if goal == TEMPERATURE:
        return tuple(_changed(one, "rose") for one in side.figures if one.worse)
    aimed = [one for one in side.figures if goal.aim in one.name.lower()] or side.figures[-1:]
    return tuple(
        _changed(one, "fell") for one in aimed if one.worse and (goal.least is None or one.after < goal.least)
    )


def _short(goal: Goal, side: Side, scores: tuple[ClassScore, ...]) -> tuple[str, ...]:
    """What was asked for and is not reached; it may still be better than before."""
    if goal == TEMPERATURE or goal.least is None:
        return ()
    reached = [(f"{goal.aim} of {score.label!r}", getattr(score, goal.aim)) for score in scores]
    # NaN, where nothing was found or nothing is true, says nothing against the target.
    return tuple(
        f"the {name} is {share:.4f}, and {goal.least:g} was asked for"
        for name, share in reached or [(one.name, one.after) for one in side.figures[-1:]]
        if share < goal.least
    )


def _changed(figure: Figure, how: str) -> str:
    return f"{figure.name} {how} from {figure.before:.4f} to {figure.after:.4f}"
