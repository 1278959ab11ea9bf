"""What a section is made of. Every block takes plain text and escapes it; none takes markup, but `Plot` its own SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from .escape import MOST, escaped, escaped_lines
from .svg import Drawing
from .thumbnails import FEW


class Block(Protocol):
    """Anything that stands in a section."""

    def html(self) -> str:
        """The block as HTML."""


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph."""

    text: str

    def html(self) -> str:
        return f"<p>{escaped(self.text, len(self.text))}</p>"


@dataclass(frozen=True, slots=True)
class Highlight:
    """The sentence that is read first. mood: its colour and its sign, which tells it without colour, too."""

    text: str
    mood: Literal["good", "caution", "bad"]

    def html(self) -> str:
        sign = {"good": "✓", "caution": "!", "bad": "✗"}[self.mood]
        return (
            f'<div class="highlight {self.mood}"><span aria-hidden="true">{sign}</span>'
            f"<p>{escaped(self.text, len(self.text))}</p></div>"
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """Sentences one below the other, under a title, or none where it is empty."""

    title: str
    lines: Sequence[str]

    def html(self) -> str:
        title = f"<figcaption>{escaped(self.title)}</figcaption>" if self.title else ""
        lines = "".join(f"<li>{escaped(one, len(one))}</li>" for one in self.lines)
        return f'<figure>{title}<ul class="listed">{lines}</ul></figure>'


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are, at a glance."""

    facts: Sequence[tuple[str, str]]

    def html(self) -> str:
        rows = (
            f"<div><dt>{escaped(key)}</dt><dd><bdi>{escaped(value)}</bdi></dd></div>"
            for key, value in self.facts
        )
        return f'<dl class="facts">{"".join(rows)}</dl>'


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their heads. A cell that is written as a number stands to the right, and so does its head.

    numbers: which columns are numbers, by their place. The first cell of a row is its head. longest: characters of a cell
    that are shown. It scrolls in a box of its own where the page is too narrow.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    longest: int = MOST

    def html(self) -> str:
        kinds = ["number" if index in self.numbers else "text" for index in range(len(self.heads))]
        heads = "".join(
            f'<th scope="col" class="{kind}">{escaped(head)}</th>'
            for kind, head in zip(kinds, self.heads, strict=True)
        )
        rows = "".join(f"<tr>{_cells(row, kinds, self.longest)}</tr>" for row in self.rows)
        return (
            f'<figure class="table"><figcaption>{escaped(self.caption, len(self.caption))}</figcaption>'
            f'<div class="scroll" tabindex="0" role="region" aria-label="{escaped(self.caption)}">'
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></figure>"
        )


def _cells(row: Sequence[str], kinds: Sequence[str], longest: int) -> str:
    cells = [
        f'<td class="{kind}"><bdi>{escaped(cell, longest)}</bdi></td>'
        for kind, cell in zip(kinds, row, strict=True)
    ]
    if kinds[0] == "text":
        cells[0] = f'<th scope="row" class="text"><bdi>{escaped(row[0], longest)}</bdi></th>'
    return "".join(cells)


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing under its title. note: a sentence below it, on how it is read."""

    title: str
    drawing: Drawing
    note: str = ""

    def html(self) -> str:
        note = f"<p>{escaped(self.note, len(self.note))}</p>" if self.note else ""
        return (
            f"<figure><figcaption>{escaped(self.title)}</figcaption>"
            f'<div class="scroll">{self.drawing.html()}</div>{note}</figure>'
        )


@dataclass(frozen=True, slots=True)
class Plots:
    """Plots beside each other where there is room."""

    plots: Sequence[Plot]

    def html(self) -> str:
        return f'<div class="plots">{"".join(plot.html() for plot in self.plots)}</div>'


@dataclass(frozen=True, slots=True)
class Picture:
    """uri: a `data:` URI of `thumbnail`, or None: what is instead said of it is `missing`. size: (w, h) in pixels.

    lines: (what it is, its words) below the picture, such as ("said", "cat, 97.1 %").
    """

    name: str
    uri: str | None
    size: tuple[int, int]
    lines: Sequence[tuple[str, str]]
    missing: str = ""

    def html(self) -> str:
        if self.uri is None:
            shown = f"<span>{escaped(self.missing)}</span>"
        else:
            tiny = ' class="tiny"' if max(self.size) < FEW else ""
            shown = f'<img{tiny} src="{escaped(self.uri, len(self.uri))}" width="{self.size[0]}" height="{self.size[1]}" alt="{escaped(self.name)}">'
        lines = "".join(
            f"<div>{escaped(key)} <b><bdi>{escaped(words)}</bdi></b></div>" for key, words in self.lines
        )
        return (
            f'<li><figure><div class="frame">{shown}</div><figcaption>{lines}'
            f'<div class="name"><bdi>{escaped(self.name)}</bdi></div></figcaption></figure></li>'
        )


@dataclass(frozen=True, slots=True)
class Pictures:
    """Thumbnails with what is said of them. large: few of them, each as wide as a canvas."""

    pictures: Sequence[Picture]
    large: bool = False

    def html(self) -> str:
        kind = "pictures large" if self.large else "pictures"
        return f'<ul class="{kind}">{"".join(picture.html() for picture in self.pictures)}</ul>'


@dataclass(frozen=True, slots=True)
class Command:
    """Something to type, line by line."""

    command: str

    def html(self) -> str:
        return f"<pre><code>{escaped_lines(self.command)}</code></pre>"


@dataclass(frozen=True, slots=True)
class Folded:
    """Blocks that are there, and open when they are asked for."""

    title: str
    blocks: Sequence[Block]

    def html(self) -> str:
        return (
            f"<details><summary>{escaped(self.title)}</summary>"
            f"{''.join(block.html() for block in self.blocks)}</details>"
        )
