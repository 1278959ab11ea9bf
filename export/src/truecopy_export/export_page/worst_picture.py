"""The worst picture: as it is, as each side's canvas shows it, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from truecopy.errors import TruecopyError
from truecopy.pixels import decode
from truecopy.proof import told
from truecopy.report import Picture, Pictures, lossless, thumbnail
from truecopy.report.numbers import count, plain
from truecopy_export.proof import Feeds
from truecopy_export.proof.levels import levels_of
from truecopy_export.proof.parity import ItemParity
from truecopy_export.proof.worst_case import WorstCase

from .account import Account

SIDE = 320


def worst_picture(item: ItemParity, case: WorstCase, account: Account) -> Pictures:
    """Both canvases are read back from the tensors that the graph was fed: levels of 255, cut to 0 to 255 to be shown."""
    return Pictures([*_pictures(item, case, account)], large=True)


def _pictures(item: ItemParity, case: WorstCase, account: Account) -> Iterator[Picture]:
    yield _itself(item, account)
    ours = levels_of(_only(case.copy), account.contract)
    if not account.has_original:
        yield _canvas("Truecopy's canvas", ours, [("canvas of", "Truecopy"), ("answer", told(item.ours))])
        return
    theirs = levels_of(_only(case.original), account.contract)
    yield _canvas(
        "the original's canvas", theirs, [("canvas of", "the original"), ("answer", told(item.theirs))]
    )
    yield _canvas("Truecopy's canvas", ours, [("canvas of", "Truecopy"), ("answer", told(item.ours))])
    yield _difference(item, theirs, ours)


def _only(feeds: Feeds) -> np.ndarray:
    """A picture is the graph's one input."""
    (tensor,) = feeds.values()
    picture: np.ndarray = tensor[0]
    return picture


def _itself(item: ItemParity, account: Account) -> Picture:
    """The file as Truecopy decodes it; one that cannot be read by now says so."""
    lines = [("picture", "as it was decoded")]
    try:
        decoded = decode(item.source, account.contract.image).pixels()
    except TruecopyError as error:
        return Picture(item.name, None, (0, 0), lines, f"no picture: {error.what}")
    height, width = decoded.shape[:2]
    uri, size = thumbnail(decoded, SIDE)
    return Picture(item.name, uri, size, [*lines, ("size", f"{width} x {height}")])


def _canvas(name: str, levels: np.ndarray, lines: list[tuple[str, str]]) -> Picture:
    height, width = levels.shape[:2]
    uri, size = thumbnail(_shown(levels), SIDE)
    return Picture(f"{name}, {width} x {height}", uri, size, lines)


def _difference(item: ItemParity, theirs: np.ndarray, ours: np.ndarray) -> Picture:
    """Distances of levels, so much amplified that the largest is white."""
    lines = [("tensor values that differ", f"{count(item.differing)} of {count(ours.size)}")]
    with np.errstate(invalid="ignore"):
        apart = np.nan_to_num(np.abs(theirs - ours), nan=255.0, posinf=255.0)
    largest = float(apart.max(initial=0.0))
    if not item.differing or largest == 0:
        return Picture("the difference", None, (0, 0), lines, "no value differs")
    lines.append(("largest", f"{plain(largest, 3)} levels of 255"))
    uri, size = lossless(_shown(apart * (255.0 / largest)), SIDE)
    return Picture(f"the difference, amplified {plain(255.0 / largest, 3)} times", uri, size, lines)


def _shown(levels: np.ndarray) -> np.ndarray:
    """uint8 (h, w, 1 or 3)"""
    whole: np.ndarray = np.clip(np.rint(np.nan_to_num(levels)), 0, 255).astype(np.uint8)
    return whole if whole.shape[2] in (1, 3) else whole[:, :, :1]
