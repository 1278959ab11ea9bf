"""The worst mistakes: what was said and what is true, with the picture where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from truecopy.contract.document import ImageInput
from truecopy.errors import TruecopyError
from truecopy.jobs.evaluation import Mistake, StrategyScore
from truecopy.jobs.headlines import Headline
from truecopy.limits import Limits
from truecopy.pixels import decode
from truecopy.report import Block, Picture, Pictures, Table, Text, thumbnail
from truecopy.report.numbers import plain, share

MOST_PICTURES = 24
MOST_ROWS = 50


def mistakes(score: StrategyScore, image: ImageInput | None, limits: Limits) -> Iterator[Block]:
    """Those of `score`, in its order: thumbnails where `image` says how a picture is read, else a table."""
    headlines = score.headlines
    order = "the surest first" if headlines[0].unit is None else "the largest errors first"
    several = ", each as a multiple of the mean error of its quantity" if len(headlines) > 1 else ""
    yield Text(f"Of {score.name}, {order}{several}.")
    if image is None:
        sure = "confidence" if headlines[0].unit is None else "off by"
        rows = [(one.name, one.said, one.true, _sure(one, headlines)) for one in score.worst[:MOST_ROWS]]
        yield Table("What was said, and what is true", ["item", "said", "true", sure], rows, frozenset({3}))
        return
    yield Pictures([_picture(one, headlines, image, limits) for one in score.worst[:MOST_PICTURES]])


def _picture(one: Mistake, headlines: Sequence[Headline], image: ImageInput, limits: Limits) -> Picture:
    """Turned and coloured as the model sees it, before its resize. A file that cannot be read by now says so."""
    sure = _sure(one, headlines)
    if headlines[0].unit is None:
        lines = [("said", f"{one.said}, {sure}"), ("true", one.true)]
    else:
        lines = [("said", one.said), ("true", one.true), ("off by", sure)]
    try:
        uri, size = thumbnail(decode(one.source, image, limits=limits).pixels())
    except TruecopyError as error:
        return Picture(one.name, None, (0, 0), lines, f"no picture: {error.what}")
    return Picture(one.name, uri, size, lines)


def _sure(one: Mistake, headlines: Sequence[Headline]) -> str:
    if len(headlines) > 1:
        return f"{plain(one.confidence, 3)} times the mean"
    unit = headlines[0].unit
    return share(one.confidence) if unit is None else f"{plain(one.confidence)} {unit}".rstrip()
