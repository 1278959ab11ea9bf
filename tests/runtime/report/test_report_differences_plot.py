"""The plot of how far two sides are apart, and the blocks that a report of an export adds."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.evaluations import HOSTILE

from truecopy.report import Highlight, Listed, Picture, Pictures, Table, lossless
from truecopy.report.plots import differences


def tree(drawing):
    return ET.fromstring(drawing.html())  # noqa: S314 - of our own making


def titles(drawing):
    """What each bar says when one points at it."""
    return [title.text for rect in tree(drawing).iter("rect") for title in rect.iter("title")]


def labels(drawing):
    return ["".join(span.text or "" for span in text.iter("tspan")) for text in tree(drawing).iter("text")]


def test_equal_items_have_a_bar_of_their_own_and_the_others_stand_by_powers_of_ten():
    drawing = differences(np.array([0.0, 0.0, 2e-7, 3e-7, 5e-5]), "difference", 1e-4)
    assert titles(drawing) == ["equal: 2", "1.8e-07 to 3.2e-07: 2", "3.2e-05 to 5.6e-05: 1"]
    assert {"allowed", "1e-4", "0", "difference"} <= set(labels(drawing))
    assert "5 items: 2 are equal, the largest is 5.0e-05" in drawing.words


def test_without_a_tolerance_there_is_no_line():
    assert "allowed" not in labels(differences([1e-3, 2e-3], "difference", None))


@pytest.mark.parametrize("apart", [[], [0.0], [np.inf], [np.nan, 1.0], [1e-300, 1.0], [1e-4]])
def test_any_numbers_make_a_plot(apart):
    drawing = differences(apart, HOSTILE, 1e-4)
    counted = sum(int(title.rpartition(": ")[2]) for title in titles(drawing))
    assert counted == sum(not np.isnan(one) for one in apart)
    assert "<script>" not in drawing.html()


@settings(deadline=None, max_examples=60)
@given(
    apart=st.lists(st.floats(0, 1e6, allow_subnormal=False), max_size=30), line=st.sampled_from([None, 1e-4])
)
def test_every_item_stands_in_one_bar(apart, line):
    drawing = differences(apart, "difference", line)
    assert sum(int(title.rpartition(": ")[2]) for title in titles(drawing)) == len(apart)
    assert drawing == differences(apart, "difference", line)


def test_new_blocks_escape_what_they_hold():
    picture = Picture(HOSTILE, None, (0, 0), [(HOSTILE, HOSTILE)], HOSTILE)
    for block in (Highlight(HOSTILE, "bad"), Listed(HOSTILE, [HOSTILE]), Pictures([picture], large=True)):
        made = block.html()
        assert "<script>" not in made
        assert "\u202e" not in made
        ET.fromstring(made)  # noqa: S314 - of our own making


def test_the_mood_is_told_by_a_sign_and_not_by_colour_alone():
    signs = {mood: Highlight("All is well.", mood).html() for mood in ("good", "caution", "bad")}
    assert len({made.replace(mood, "") for mood, made in signs.items()}) == 3
    assert all("All is well." in made for made in signs.values())


def test_a_list_without_a_title_has_none():
    assert Listed("", ["one", "two"]).html().count("<li>") == 2
    assert "figcaption" not in Listed("", ["one"]).html()


def test_long_cells_are_cut_unless_the_table_says_otherwise():
    long = "x" * 500
    assert long not in Table("t", ["a"], [[long]]).html()
    assert long in Table("t", ["a"], [[long]], longest=500).html()


def test_a_map_of_differences_keeps_every_level():
    levels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    uri, size = lossless(levels)
    assert size == (7, 5)
    kind, _, encoded = uri.partition(";base64,")
    assert kind == "data:image/png"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded)))), levels)
    assert lossless(np.zeros((400, 100, 1), np.uint8), 200)[1] == (50, 200)
