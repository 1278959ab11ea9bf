"""An explanation as one picture: every stage, the answer, and beside them what the classic mistakes would have fed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from PIL import Image

from truecopy.contract import names_of
from truecopy.contract.words import in_words
from truecopy.predict import Classification

from .cells import BODY, COLUMNS, HEADING, ROOM, Badge, Bar, Cell, Paragraph, Part, Row, stacked
from .explanation import (
    Explanation,
    Fed,
    Stage,
    answer_in_words,
    distance_in_words,
    policy_in_words,
    range_in_words,
)
from .lettering import FAINT, INK, RED, Color, Line, wrapped
from .shown import BOX, Numbers

_TITLE, _SECTION = 30, 22


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
        f"Graph: {signature.dtype} {signature.layout} {shape}, {len(names_of(contract.task))} classes, "
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


def _rows(cells: Sequence[Cell]) -> Iterator[Part]:
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


def _answer(number: int, answer: Classification) -> Cell:
    scores = answer.top_k(3)
    bars = tuple(
        Bar(score.label, score.probability, leading=index == 0) for index, score in enumerate(scores)
    )
    refused = () if answer.accepted else ("below the contract's threshold",)
    return Cell(
        _captions(f"{number}. answer", f"the {len(scores)} most probable classes", *refused), bars=bars
    )


def _mistake_rows(explanation: Explanation) -> Iterator[Part]:
    yield from _section(
        "What the classic mistakes would have fed",
        "Each picture is the tensor on the scale of the contract's tensor above: its smallest value black, its largest "
        'white, what lies beyond clipped. "Moves by": mean absolute difference of the two tensors, in percent of the '
        "range (largest minus smallest value) of the contract's tensor.",
    )
    yield from _rows([_fed(fed, explanation.answer) for fed in explanation.fed])


def _fed(fed: Fed, before: Classification) -> Cell:
    name, instead, own = fed.mistake.name.partition(" instead of ")
    after = f"-> {answer_in_words(fed.answer, fed.failure)}"
    changes = fed.label_changes
    lines = (
        *_captions(name, (instead + own).strip()),
        *_captions("", fed.mistake.sentence, answer_in_words(before)),
        *wrapped(after, BODY, BOX[0], most=3, color=RED if changes else INK, bold=changes),
        *_captions("", "", *distance_in_words(fed), *_range(fed.numbers)),
    )
    return Cell(lines, fed.picture, badge=Badge("LABEL CHANGES" if changes else "label stays", alarm=changes))


def _foot(explanation: Explanation) -> Iterator[Part]:
    if explanation.left_out:
        yield from _section("Not shown", "Mistakes that this photo cannot show:")
        for out in explanation.left_out:
            yield _text(f"{out.name}: {out.reason}", color=INK)
