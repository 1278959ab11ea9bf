"""An explanation as one picture: every stage, the answer, and beside them what the classic mistakes would have fed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Sequence as Many

from PIL import Image

from truecopy.contract.task_words import names_in_words
from truecopy.contract.words import in_words
from truecopy.predict import Binary, Classification, Multilabel, Regression, Result, Score, Sequence
from truecopy.predict.results import Token

from .cells import BODY, COLUMNS, HEADING, ROOM, Badge, Bar, Cell, Paragraph, Part, Row, Said, stacked
from .explanation import (
    Explanation,
    Fed,
    Stage,
    answer_in_words,
    distance_in_words,
    policy_in_words,
    range_in_words,
    verdict_in_words,
)
from .lettering import FAINT, INK, RED, Color, Line, wrapped
from .shown import BOX, Numbers

_TITLE, _SECTION = 30, 22
_MOST_VALUES = 6


def sheet(explanation: Explanation) -> Image.Image:
    """Mode RGB; five pictures wide, as high as its rows."""
    return stacked(
        [*_head(explanation), *_contract_rows(explanation), *_mistake_rows(explanation), *_foot(explanation)]
    )


def _head(explanation: Explanation) -> Iterator[Part]:
    contract = explanation.contract
    names = (os.path.basename(name) for name in (explanation.answer.source, explanation.model))  # noqa: PTH119
    yield Paragraph(wrapped(" through ".join(names), _TITLE, ROOM, most=2, bold=True))
    steps = "; ".join(in_words(step) for step in contract.steps)
    signature = contract.graph.inputs[0]
    shape = " x ".join(map(str, signature.shape))
    summary = (
        f"Input: {policy_in_words(contract.image)}.   "
        f"Graph: {signature.dtype} {signature.layout} {shape}, {names_in_words(contract.task)}, "
        f"{contract.graph.precision} on {explanation.device}.   Proof: {contract.proof.level}."
    )
    yield _text(summary, before=6)
    yield _text(f"Steps: {steps}", most=3)
    for warning in explanation.answer.warnings:
        yield _text(f"Warning: {warning}", color=RED)


def _text(text: str, *, before: int = 0, most: int = 2, color: Color = FAINT) -> Paragraph:
    return Paragraph(wrapped(text, BODY, ROOM, most=most, color=color), before)


def _section(title: str, how: str) -> Iterator[Part]:
    yield Paragraph(wrapped(title, _SECTION, ROOM, most=1, bold=True), before=40, ruled=True)
    yield _text(how, most=3)


def _rows(cells: Many[Cell]) -> Iterator[Part]:
    for index in range(0, len(cells), COLUMNS):
        yield Row(cells[index : index + COLUMNS])


def _contract_rows(explanation: Explanation) -> Iterator[Part]:
    hidden = (
        f" Steps before the last one that are not shown: {explanation.hidden}." if explanation.hidden else ""
    )
    yield from _section(
        "What the contract feeds",
        "Pixels are shown as they are (0 black, 255 white). Numbers that were scaled, such as the tensor, are shown with "
        f"their smallest value black and their largest white, one scale for all channels.{hidden}",
    )
    cells = [_stage(number, stage) for number, stage in enumerate(explanation.stages, 1)]
    yield from _rows([*cells, _answer(len(cells) + 1, explanation.answer)])


def _stage(number: int, stage: Stage) -> Cell:
    operation, _, fields = (
        stage.words.partition(" ") if stage.name.startswith("step") else (stage.name, "", stage.words)
    )
    numbers = stage.numbers
    size = f"{numbers.width} x {numbers.height} (width x height), {numbers.dtype}"
    return Cell(_captions(f"{number}. {operation}", fields, size, *_range(numbers)), stage.picture)


def _captions(heading: str, faint: str, *lines: str) -> tuple[Line, ...]:
    """Wrapped to the width of a cell: the heading bold, then a faint explanation, then what is to be checked."""
    return (
        *wrapped(heading, HEADING, BOX[0], most=2, bold=True),
        *wrapped(faint, BODY, BOX[0], most=4, color=FAINT),
        *(part for line in lines for part in wrapped(line, BODY, BOX[0], most=3)),
    )


def _range(numbers: Numbers) -> tuple[str, str]:
    low_to_high, means = range_in_words(numbers)
    return f"range {low_to_high}", f"mean per channel {means}"


def _answer(number: int, answer: Result) -> Cell:
    what, shown = _answer_parts(answer)
    refused = isinstance(answer, Classification) and not answer.accepted
    below = ("below the contract's threshold",) if refused else ()
    return Cell(_captions(f"{number}. answer", what, *below), bars=shown)


def _answer_parts(answer: Result) -> tuple[str, tuple[Bar | Said, ...]]:
    """What is shown, in words, and the bars: shares of labels and tokens, and never of a number with a unit."""
    match answer:
        case Classification():
            scores = answer.top_k(3)
            return f"the {len(scores)} most probable classes", _bars(scores, {scores[0].index})
        case Binary():
            pairs = zip(answer.labels, answer.probabilities, strict=True)
            both = [Score(label, index, float(share)) for index, (label, share) in enumerate(pairs)]
            return f"both labels; threshold {answer.threshold:g}", _bars(both, {answer.index})
        case Multilabel():
            scores = answer.top_k(3)
            found = {score.index for score in answer.found}
            return f"the {len(scores)} most probable labels; {len(found)} found", _bars(scores, found)
        case Regression():
            shown = answer.values[:_MOST_VALUES]
            words = [f"{one.name}: {one.in_unit}" for one in shown]
            return f"{len(shown)} of {len(answer.values)} values", tuple(Said(one, HEADING) for one in words)
        case Sequence():
            least = sorted(answer.tokens, key=_confidence)[:3]
            bars = (Bar(f"{one.token!r} at step {one.step}", one.confidence, leading=False) for one in least)
            return "the text, and its least certain tokens", (
                Said(repr(answer.text), HEADING, bold=True),
                *bars,
            )


def _bars(scores: Many[Score], leading: set[int]) -> tuple[Bar, ...]:
    return tuple(Bar(score.label, score.probability, leading=score.index in leading) for score in scores)


def _confidence(token: Token) -> float:
    return token.confidence


def _mistake_rows(explanation: Explanation) -> Iterator[Part]:
    yield from _section(
        "What the classic mistakes would have fed",
        "Each picture is the tensor on the scale of the contract's tensor above: its smallest value black, its largest "
        'white, what lies beyond clipped. "Moves by": mean absolute difference of the two tensors, in percent of the '
        "range (largest minus smallest value) of the contract's tensor.",
    )
    yield from _rows([_fed(fed, explanation.answer) for fed in explanation.fed])


def _fed(fed: Fed, before: Result) -> Cell:
    name, instead, own = fed.mistake.name.partition(" instead of ")
    after = f"-> {answer_in_words(fed.answer, fed.failure)}"
    changes = fed.label_changes is True
    lines = (
        *_captions(name, (instead + own).strip()),
        *_captions("", fed.mistake.sentence, answer_in_words(before)),
        *wrapped(after, BODY, BOX[0], most=3, color=RED if changes else INK, bold=changes),
        *_captions("", "", *distance_in_words(fed), *_range(fed.numbers)),
    )
    return Cell(lines, fed.picture, badge=Badge(verdict_in_words(fed, before), alarm=changes))


def _foot(explanation: Explanation) -> Iterator[Part]:
    if explanation.left_out:
        yield from _section("Not shown", "Mistakes that this photo cannot show:")
        for out in explanation.left_out:
            yield _text(f"{out.name}: {out.reason}", color=INK)
