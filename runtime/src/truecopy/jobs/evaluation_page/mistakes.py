"""The worst mistakes: what was said and what is true, with the picture where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from truecopy.contract.document import ImageInput
from truecopy.errors import TruecopyError
from truecopy.jobs.evaluation import Mistake, StrategyScore
from truecopy.limits import Limits
from truecopy.pixels import decode
from truecopy.report import Block, Picture, Pictures, Table, Text, thumbnail
from truecopy.report.numbers import plain, share

from .measure import Measure

MOST_PICTURES = 24
MOST_ROWS = 50


def mistakes(
    score: StrategyScore, measure: Measure, image: ImageInput | None, limits: Limits
) -> Iterator[Block]:
    """Those of `score`, in its order: thumbnails where `image` says how a picture is read, else a table."""
    order = "the surest first" if measure.unit is None else "the largest errors first"
    yield Text(f"Of {score.name}, {order}.")
    if image is None:
        sure = "confidence" if measure.unit is None else "off by"
        rows = [(one.name, one.said, one.true, _sure(one, measure)) for one in score.worst[:MOST_ROWS]]
        yield Table("What was said, and what is true", ["item", "said", "true", sure], rows, frozenset({3}))
        return
    yield Pictures([_picture(one, measure, image, limits) for one in score.worst[:MOST_PICTURES]])


def _picture(one: Mistake, measure: Measure, image: ImageInput, limits: Limits) -> Picture:
    """Turned and coloured as the model sees it, before its resize. A file that cannot be read by now says so."""
    sure = _sure(one, measure)
    said = ("said", f"{one.said}, {sure}") if measure.unit is None else ("said", one.said)
    lines = [said, ("true", one.true)]
    if measure.unit is not None:
        lines.append(("off by", sure))
    try:
        uri, size = thumbnail(decode(one.source, image, limits=limits).pixels())
    except TruecopyError as error:
        return Picture(one.name, None, (0, 0), lines, f"no picture: {error.what}")
    return Picture(one.name, uri, size, lines)


def _sure(one: Mistake, measure: Measure) -> str:
    return (
        share(one.confidence) if measure.unit is None else f"{plain(one.confidence)} {measure.unit}".rstrip()
    )
