"""The sheet as pixels: nothing beyond its margins, and what one must see is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.proof.cells import GAP, MARGIN, PAPER, ROOM, Badge, Bar, Cell, Paragraph, Row, stacked
from truecopy.proof.explain import explain
from truecopy.proof.explanation import Explanation, LeftOut
from truecopy.proof.lettering import GREEN, RED, drawable, font, width, wrapped
from truecopy.proof.sheet import sheet
from truecopy.proof.shown import BOX

NASTY = ("国宝大熊猫" * 60, "W" * 900, "i" * 900, "a\nb\x1b[31m\udcff\u202e end", "ein langes Etikett " * 40)


@pytest.fixture(scope="module")
def explanation(digits: Path, digit_images) -> Explanation:
    return explain(digits, digit_images[0], device="cpu")


def beyond_margins(pixels: np.ndarray) -> np.ndarray:
    """All pixels of the margins, less the four that a frame may take."""
    edge = MARGIN - 5
    sides = pixels[:, :edge], pixels[:, -edge:], pixels[:edge].swapaxes(0, 1), pixels[-edge:].swapaxes(0, 1)
    return np.concatenate([side.reshape(-1, 3) for side in sides])


def count(pixels: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((pixels == color).all(axis=2).sum())


def test_a_sheet_has_one_width_and_stays_inside_its_margins(explanation) -> None:
    made = sheet(explanation)
    assert (made.mode, made.width) == ("RGB", ROOM + 2 * MARGIN)
    assert (beyond_margins(np.asarray(made)) == PAPER).all()


@pytest.mark.parametrize("label", NASTY)
def test_any_label_and_file_name_stay_inside_the_margins(label: str, explanation) -> None:
    answer = replace(explanation.answer, label=label, labels=(label,) * 10, source=f"/a/{label}.png", accepted=False,
                     warnings=(label,))  # fmt: skip
    fed = tuple(replace(fed, answer=replace(answer)) for fed in explanation.fed)
    made = replace(
        explanation, model=f"/b/{label}.onnx", answer=answer, fed=fed, left_out=(LeftOut(label, label),) * 30
    )
    pixels = np.asarray(sheet(made))
    assert (beyond_margins(pixels) == PAPER).all()


def test_changed_labels_are_marked_in_words_frames_and_colour(explanation) -> None:
    none = replace(explanation, fed=tuple(replace(fed, label_changes=False) for fed in explanation.fed))
    every = replace(explanation, fed=tuple(replace(fed, label_changes=True) for fed in explanation.fed))
    without, with_all = (np.asarray(sheet(made)) for made in (none, every))
    assert without.shape == with_all.shape
    assert count(without, RED) == 0
    assert count(without, GREEN) > 0
    assert count(with_all, GREEN) == 0
    assert count(with_all, RED) > len(every.fed) * 4 * BOX[1]


def test_an_explanation_without_mistakes_is_a_sheet_too(explanation) -> None:
    assert sheet(replace(explanation, fed=(), left_out=())).height < sheet(explanation).height


def test_rows_do_not_overlap_however_long_their_captions(explanation) -> None:
    picture = explanation.stages[0].picture
    cells = [
        Cell(wrapped("word " * n, 15, BOX[0], most=99), picture, badge=Badge("x", alarm=True))
        for n in (1, 90, 300)
    ]
    row = Row(cells)
    below = Paragraph(wrapped("the end", 15, ROOM, most=1))
    pixels = np.asarray(stacked([row, below]))
    end = MARGIN + row.height
    # The longest caption ends inside its row; the paragraph starts right below.
    assert (pixels[end - 2 : end, MARGIN + BOX[0] :] == PAPER).all()
    assert (pixels[end : end + below.height] != PAPER).any()
    between = MARGIN + BOX[0] + GAP // 2
    assert (pixels[MARGIN:end, between] == PAPER).all()


@pytest.mark.parametrize("share", [0.0, 1e-9, 0.5, 1.0, 1.5])
def test_a_bar_is_as_long_as_its_share_and_never_longer(share: float) -> None:
    pixels = np.asarray(stacked([Row([Cell((), bars=(Bar("a", share, leading=True),))])]))
    blue = (pixels == (36, 100, 170)).all(axis=2).any(axis=0).sum()
    room = BOX[0] - 2 * GAP
    assert blue == (0 if share < 1e-3 else round(min(share, 1) * room) + 1)


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(14, 30), st.integers(60, 400), st.integers(1, 4))
def test_wrapped_lines_are_few_and_fit(text: str, size: int, room: int, most: int) -> None:
    lines = wrapped(text, size, room, most=most)
    assert len(lines) <= most
    assert all(width(line.text, size) <= room for line in lines)
    # What is drawn, twice for bold, ends inside what was measured.
    assert all(font(size).getbbox(line.text)[2] + 1 <= room for line in lines)


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(60, 400))
def test_nothing_is_lost_where_there_are_lines_enough(text: str, room: int) -> None:
    lines = wrapped(text, 15, room, most=1000)
    assert "".join(line.text for line in lines).replace(" ", "") == drawable(text).replace(" ", "")


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    (*_, last) = wrapped("many words " * 50, 15, 200, most=2)
    assert last.text.endswith("…")
    assert not wrapped("few words", 15, 200, most=2)[-1].text.endswith("…")


def test_text_without_a_glyph_is_a_box_and_accents_are_dropped() -> None:
    box = drawable("京")
    assert drawable("京PL3N67é.jpg") == f"{box}PL3N67e.jpg"
    assert font(20).getmask(box).getbbox() is not None


@pytest.fixture
def long_steps() -> Callable[[int], str]:
    return lambda count: "resize rule=short; " * count


def test_a_text_of_millions_of_letters_is_soon_cut(long_steps) -> None:
    lines = wrapped(long_steps(300_000), 15, ROOM, most=3)
    assert len(lines) == 3
