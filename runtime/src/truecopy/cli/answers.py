"""How an answer is printed: the cells of a table for people, a row of JSON for programs. One form a kind of result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from truecopy.contract import Binary, Multiclass, Multilabel, Quantity, Regression, Sequence, Task
from truecopy.jobs.answers import Answered
from truecopy.predict import Failure, Result, results

Cells: TypeAlias = tuple[str, ...]

# More numbers than these stand below one another.
_MOST_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Heading:
    """number: the column stands on the right and is never folded."""

    title: str
    number: bool


def headings(task: Task) -> tuple[Heading, ...]:
    """Of the columns between the item and its notes."""
    match task:
        case Multiclass():
            return Heading("answer", number=False), Heading("confidence", number=True)
        case Binary():
            return Heading("answer", number=False), Heading(f"P({task.labels[task.positive]})", number=True)
        case Multilabel():
            return Heading("labels", number=False), Heading("probability", number=True)
        case Regression() if len(task.values) <= _MOST_COLUMNS:
            return tuple(Heading(_with_unit(quantity), number=True) for quantity in task.values)
        case Regression():
            return Heading("quantity", number=False), Heading("value", number=True)
        case Sequence():
            return Heading("text", number=False), Heading("confidence", number=True)


def _with_unit(quantity: Quantity) -> str:
    return quantity.name if quantity.unit is None else f"{quantity.name} ({quantity.unit})"


def cells(result: Result, top: int) -> Iterator[tuple[Cells, tuple[str, ...]]]:
    """Rows of cells under `headings`, each with its notes; the first row is the answer.

    top: of classes the best ones, of labels those too that were not found, of a text the best tokens of every step.
    """
    match result:
        case results.Classification():
            yield from _classes(result, top)
        case results.Binary():
            yield (result.label, _share(result.probability)), ()
        case results.Multilabel():
            yield from _labels(result, top)
        case results.Regression():
            yield from _numbers(result)
        case results.Sequence():
            yield from _text(result, top)


def _classes(result: results.Classification, top: int) -> Iterator[tuple[Cells, tuple[str, ...]]]:
    """One row a class, so that a label of several lines keeps its number beside it."""
    notes: tuple[str, ...] = () if result.accepted else ("below the threshold",)
    for score in result.top_k(top):
        yield (score.label, _share(score.probability)), notes
        notes = ()


def _labels(result: results.Multilabel, top: int) -> Iterator[tuple[Cells, tuple[str, ...]]]:
    found = {score.index for score in result.found}
    scores = result.top_k(top) if top > 1 else result.found
    if not scores:
        yield ("none", ""), ()
    for score in scores:
        below = () if score.index in found else (f"below its threshold, {result.thresholds[score.index]:g}",)
        yield (score.label, _share(score.probability)), below


def _numbers(result: results.Regression) -> Iterator[tuple[Cells, tuple[str, ...]]]:
    if len(result.values) <= _MOST_COLUMNS:
        yield (
            tuple(f"{one.value:.6g}" for one in result.values),
            tuple(note for one in result.values for note in _clipped(one)),
        )
        return
    for one in result.values:
        yield (one.name, one.in_unit), _clipped(one)


def _clipped(value: results.Value) -> tuple[str, ...]:
    if value.clipped is None:
        return ()
    beyond = "least" if value.clipped == "low" else "most"
    return (f"{value.name} clipped to its {beyond}, {value.value:g}",)


def _text(result: results.Sequence, top: int) -> Iterator[tuple[Cells, tuple[str, ...]]]:
    notes = () if result.text else ("the text is empty",)
    if result.finished is False:
        notes = (*notes, "no stop token ended it")
    yield (result.text, _share(result.confidence)), notes
    if top > 1:
        for token in result.tokens:
            best = result.top_k(token.step, top)
            told = ", ".join(f"{score.label!r} {_share(score.probability)}" for score in best)
            yield (f"step {token.step}: {told}", ""), ()


def _share(probability: float) -> str:
    return f"{probability:.4f}"


def json_row(answered: Answered, *, top: int, probabilities: bool) -> dict[str, Any]:
    """`{"path", "line"?, "frame"?, "seconds"?, "status", ...}`; a text that was given itself has `given`, too."""
    outcome = answered.outcome
    place: dict[str, Any] = {"path": answered.path}
    if answered.path is None:
        place["given"] = answered.given
    if answered.line is not None:
        place["line"] = answered.line
    if answered.frame is not None:
        place |= {"frame": answered.frame, "seconds": answered.seconds}
    if isinstance(outcome, Failure):
        row = {**place, "status": "error", **outcome.to_dict()}
    else:
        row = {**place, "status": "ok", **outcome.to_dict(probabilities=probabilities, top=top)}
    del row["source"]
    return row
