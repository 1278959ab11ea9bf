"""The task with the fitted numbers."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from truecopy.calibration import Target, fit_acceptance, fit_temperature, fit_threshold, fit_thresholds
from truecopy.contract import Binary, Multiclass, Multilabel, Task
from truecopy.predict.heads import activate

from .answers import Answers
from .goal import Goal
from .truth_arrays import label_probabilities, truth_of_labels


def fitted(task: Task, goal: Goal, answers: Answers) -> Task:
    """`task` as it is decided under what is fitted on `answers`; `goal` as `goal_for` gave it.

    Raises:
        InputError: no number reaches the target, or there is nothing to fit it on.
    """
    match task, goal:
        case Multiclass(), Target(least=float(least)):
            made = activate(task, answers.rows)
            correct = made.argmax(axis=1) == np.array(answers.truths)
            return replace(task, threshold=fit_acceptance(made.max(axis=1), correct, least).value)
        case Multiclass(), _:
            fit = fit_temperature(answers.rows, np.array(answers.truths), before=task.temperature)
            return replace(task, temperature=fit.value)
        case Binary(), Target():
            made, truth = label_probabilities(task, answers.rows), truth_of_labels(task, answers.truths)
            score = fit_threshold(made[:, 0], truth[:, 0], goal, task.labels[task.positive])
            return replace(task, threshold=score.value)
        case Multilabel(), Target():
            made, truth = label_probabilities(task, answers.rows), truth_of_labels(task, answers.truths)
            scores = fit_thresholds(made, truth, goal, task.labels)
            return replace(task, thresholds=tuple(score.value for score in scores))
    raise AssertionError("`goal_for` refuses every other pair")
