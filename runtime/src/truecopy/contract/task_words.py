"""What an answer means, in words, for people. Lists are cut; `truecopy inspect --json` has them whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from . import tasks
from .scalers import Undo, UndoLog1p, UndoMinMax, UndoStandard
from .tasks import (
    Autoregressive,
    Binary,
    Ctc,
    Multiclass,
    Multilabel,
    Plain,
    Quantity,
    Regression,
    Task,
    names_of,
)

Said: TypeAlias = tuple[str, str]  # part, words

_SHOWN = 4


def task_parts(task: Task) -> Iterator[Said]:
    """The task, its names, and what is done to the answer."""
    match task:
        case Multiclass():
            threshold = "no threshold" if task.threshold is None else f"threshold {task.threshold}"
            yield (
                "task",
                f"multiclass, activation {task.activation}, {threshold}, temperature {task.temperature}",
            )
            yield _labels("labels", task.labels, task.labels_source)
        case Binary():
            positive, other = task.labels[task.positive], task.labels[1 - task.positive]
            holds = f"{positive!r} where P({positive}) is at least {task.threshold}, else {other!r}"
            yield "task", f"binary, activation {task.activation}: {holds}"
            yield _labels("labels", task.labels, task.labels_source)
        case Multilabel():
            yield from _multilabel(task)
        case Regression():
            yield from _regression(task)
        case tasks.Sequence():
            yield from _sequence(task)


def names_in_words(task: Task) -> str:
    """`10 classes`, `2 values`, `68 tokens`."""
    nouns = {Multilabel: "label", Regression: "value", tasks.Sequence: "token"}
    number, noun = len(names_of(task)), nouns.get(type(task))
    if noun is None:
        return f"{number} classes"
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _multilabel(task: Multilabel) -> Iterator[Said]:
    several = len(set(task.thresholds)) > 1
    one = f"every label from {task.thresholds[0]} on"
    least, most = min(task.thresholds), max(task.thresholds)
    yield (
        "task",
        f"multilabel, activation {task.activation}: "
        + (f"each label from its own threshold on, {least} to {most}" if several else one),
    )
    if several:
        names = [f"{label} {at}" for label, at in zip(task.labels, task.thresholds, strict=True)]
        yield _labels("labels", names, task.labels_source)
    else:
        yield _labels("labels", task.labels, task.labels_source)


def _regression(task: Regression) -> Iterator[Said]:
    count = len(task.values)
    yield "task", f"regression, {count} {'value' if count == 1 else 'values'} from {task.values_source}"
    for quantity in task.values[: 2 * _SHOWN]:
        yield "value", quantity_in_words(quantity)
    if count > 2 * _SHOWN:
        yield "value", f"… {count - 2 * _SHOWN} more"
    if task.undo:
        yield "scaling undone", "; ".join(undo_in_words(step) for step in task.undo)


def quantity_in_words(quantity: Quantity) -> str:
    """`price in CHF, clipped to 0 or more`."""
    low, high = quantity.clip
    if low is not None and high is not None:
        clip = f", clipped to {low:g} to {high:g}"
    else:
        clip = f", clipped to {low:g} or more" if low is not None else ""
        clip += f", clipped to {high:g} or less" if high is not None else ""
    return quantity.name + (f" in {quantity.unit}" if quantity.unit else ", without a unit") + clip


def undo_in_words(step: Undo) -> str:
    """`standard: times 100, 1, plus 500, 3`."""
    match step:
        case UndoStandard():
            times = "" if step.scale is None else f"times {_numbers(step.scale)}"
            plus = "" if step.mean is None else f"plus {_numbers(step.mean)}"
            return f"standard: {', '.join(filter(None, (times, plus))) or 'as it is'}"
        case UndoMinMax():
            return f"min_max: minus {_numbers(step.min)}, divided by {_numbers(step.scale)}"
        case UndoLog1p():
            return "log1p: exp(y) - 1"


def _sequence(task: tasks.Sequence) -> Iterator[Said]:
    yield "task", f"sequence, activation {task.activation}, layout {task.layout}"
    yield "decoding", _decoding(task)
    joined = f", joined by {task.joiner!r}" if task.joiner else ""
    name, words = _labels("tokens", [repr(token) for token in task.labels], task.labels_source)
    yield name, words + joined


def _decoding(task: tasks.Sequence) -> str:
    """The rule in words, its tokens by name."""

    def token(index: int) -> str:
        return f"{task.labels[index]!r} ({index})"

    match task.decoding:
        case Plain(stop=stop, ignore=ignore):
            ends = "" if stop is None else f"; the first {token(stop)} ends the text"
            left_out = f"; left out: {', '.join(map(token, ignore))}" if ignore else ""
            return f"plain: the best token of every step{ends}{left_out}"
        case Ctc(blank=blank, collapse=collapse):
            once = "; equal neighbours count once" if collapse else ""
            return f"ctc: the best token of every step{once}; then the blank {token(blank)} is left out"
        case Autoregressive(reads=reads, stop=stop, max_new=most):
            row = "the last step" if reads == "last_step" else "the one row"
            ends = "" if stop is None else f"; {token(stop)} ends the text"
            return f"autoregressive: the best token of {row} is put behind, at most {most} times{ends}"


def _labels(part: str, labels: Sequence[str], source: str) -> Said:
    shown = ", ".join(labels[:_SHOWN]) + (", …" if len(labels) > _SHOWN else "")
    return part, f"{len(labels)} from {source}: {shown}"


def _numbers(numbers: Sequence[float]) -> str:
    shown = ", ".join(f"{number:.6g}" for number in numbers[: 2 * _SHOWN])
    return shown if len(numbers) <= 2 * _SHOWN else f"{shown}, … ({len(numbers)})"
