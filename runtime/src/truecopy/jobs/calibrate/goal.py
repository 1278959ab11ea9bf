"""What is fitted, and whether a task has it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from truecopy.calibration import BEST_F1, Target
from truecopy.contract import Binary, Multiclass, Multilabel, Task
from truecopy.contract.kind import kind_of
from truecopy.errors import StrategyError

TEMPERATURE: Final = "temperature"
# A temperature, or thresholds for a target.
Goal: TypeAlias = Literal["temperature"] | Target
_WORDS = "f1, precision=P or recall=R, with P and R above 0 and at most 1"


def read_thresholds(text: str) -> Target:
    """`f1`, `precision=0.95`, `recall=0.99`.

    Raises:
        StrategyError: anything else.
    """
    name, _, number = text.partition("=")
    if text == "f1":
        return BEST_F1
    try:
        target = float(number)
    except ValueError:
        target = 0.0
    if not 0.0 < target <= 1.0 or name not in ("precision", "recall"):
        raise StrategyError(
            "no such target for thresholds",
            expected=_WORDS,
            got=repr(text),
            fix="For example: --thresholds precision=0.95",
        )
    return Target("precision" if name == "precision" else "recall", target)


def goal_for(task: Task, asked: Goal | None) -> Goal:
    """What is fitted: as asked, and where nothing was a temperature for one of n classes.

    Raises:
        StrategyError: the task has no such number, or it must be said which.
    """
    match task, asked:
        case Multiclass(), "temperature" | None:
            _check_softmax(task)
            return TEMPERATURE
        case Multiclass(), Target(aim="precision"):
            return asked
        case Multiclass(), Target():
            raise StrategyError(
                "one of n classes has one threshold: the confidence from which an answer is accepted",
                expected="a precision, the share of right answers among the accepted",
                got=asked.aim,
                fix="For example: --thresholds precision=0.95",
            )
        case ((Binary() | Multilabel()), Target()):
            return asked
        case ((Binary() | Multilabel()), None):
            raise StrategyError(
                "say what the thresholds are for", expected=_WORDS, fix="For example: --thresholds f1"
            )
        case ((Binary() | Multilabel()), "temperature"):
            raise StrategyError(
                "a temperature is fitted for one of n classes",
                got=f"task.kind {kind_of(task)!r}",
                where="`$.task.kind`",
                fix="This task has thresholds: --thresholds f1",
            )
    raise StrategyError(
        "there is no confidence to calibrate: this task answers with numbers or with a text",
        expected="a model of task multiclass, binary or multilabel",
        got=f"task.kind {kind_of(task)!r}",
        where="`$.task.kind`",
    )


def _check_softmax(task: Multiclass) -> None:
    if task.activation != "softmax":
        raise StrategyError(
            "a temperature divides logits, and this graph answers with probabilities: it ends in its own softmax",
            expected="activation 'softmax', which the runtime applies",
            got=f"activation {task.activation!r}",
            where="`$.task.activation`",
            fix="Export the network without its softmax, or fit a threshold: --thresholds precision=0.95",
        )


def in_words(goal: Goal) -> str:
    return goal if isinstance(goal, str) else f"{goal.aim}{'' if goal.least is None else f'={goal.least:g}'}"
