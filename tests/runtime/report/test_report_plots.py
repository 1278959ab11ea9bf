"""Plots: what stands in the SVG. How they look is for the browser."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from tests.evaluations import HOSTILE

from truecopy.report.plots import (
    Bin,
    Gained,
    class_scores,
    confusion_matrix,
    coverage_curve,
    gains,
    reliability_diagram,
    residuals,
    said_against_true,
)
from truecopy.report.svg import Drawing


def tree(drawing: Drawing) -> ET.Element:
    return ET.fromstring(drawing.html())  # noqa: S314 - of our own making


def texts(drawing: Drawing) -> list[str]:
    return ["".join(span.text or "" for span in text.iter("tspan")) for text in tree(drawing).iter("text")]


def all_drawings() -> dict[str, Drawing]:
    counts = np.array([[5, 1, 0], [0, 7, 2], [0, 0, 0]])
    labels = ("cat", HOSTILE, "owl")
    bins = [Bin(0, 0.5, 0, np.nan, np.nan), Bin(0.5, 1, 4, 0.8, 0.75)]
    line = np.array([0.25, 0.5, 1.0])
    numbers = np.array([1.0, 2.0, 4.0])
    return {
        "confusion": confusion_matrix(counts, labels),
        "reliability": reliability_diagram(bins, 0.05),
        "coverage": coverage_curve(line, line / 5, (0.5, 0.1)),
        "scores": class_scores(labels, [0.9, 0.8, np.nan], [6, 9, 0]),
        "gains": gains(
            [Gained("base", None, False, 1, 1), Gained(HOSTILE, (1, -1, 3), False, 5, 5)], "points"
        ),
        "against": said_against_true(numbers, numbers + 1, "mm"),
        "residuals": residuals(numbers, numbers + 1, HOSTILE),
    }


@pytest.mark.parametrize("name", all_drawings())
def test_a_plot_is_well_formed_named_and_inside_its_box(name: str) -> None:
    drawing = all_drawings()[name]
    root = tree(drawing)
    assert root.get("role") == "img"
    assert root.get("aria-label")
    for box in root.iter("rect"):
        x, y, width, height = (float(box.get(key, "nan")) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + width <= drawing.width + 0.01
        assert 0 <= y <= y + height <= drawing.height + 0.01


@pytest.mark.parametrize("name", all_drawings())
def test_the_same_numbers_give_the_same_bytes(name: str) -> None:
    assert all_drawings()[name].html() == all_drawings()[name].html()


def test_a_small_matrix_has_its_numbers_and_leaves_empty_cells_empty() -> None:
    drawing = all_drawings()["confusion"]
    assert [text for text in texts(drawing) if text.isdigit()] == ["5", "1", "7", "2"]
    titles = [title.text for title in tree(drawing).iter("title")]
    assert "true cat, said cat: 5 (83.3\u00a0%)" in titles
    assert "62.5" not in drawing.words
    assert "80.0\u00a0%" in drawing.words


def test_a_large_matrix_has_no_numbers_and_few_elements() -> None:
    drawing = confusion_matrix(np.ones((100, 100), int), [f"c{i}" for i in range(100)])
    assert not any(text.isdigit() for text in texts(drawing))
    assert len(list(tree(drawing).iter("path"))) == 1
    assert drawing.html().count("z") >= 10_000


def test_a_matrix_that_nobody_could_read_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 100"):
        confusion_matrix(np.zeros((101, 101), int), ["c"] * 101)


def test_a_bin_without_items_has_no_bar() -> None:
    drawing = all_drawings()["reliability"]
    assert [title.text for title in tree(drawing).iter("title")] == [
        "confidence 50.0\u00a0% to 100.0\u00a0%: 80.0\u00a0% on average, 75.0\u00a0% right, 4 items",
        "4 items",
    ]
    assert "ECE 5.00\u00a0%" in texts(drawing)


def test_the_curve_names_the_point_of_the_threshold() -> None:
    assert "threshold: 50.0\u00a0% answered, 10.0\u00a0% of them wrong" in texts(all_drawings()["coverage"])


def test_a_curve_of_many_points_stays_small() -> None:
    line = np.linspace(1e-5, 1, 100_000)
    assert len(coverage_curve(line, line / 5).html()) < 10_000


def test_bars_begin_with_the_weakest_and_count_what_is_left_out() -> None:
    drawing = class_scores([f"c{i}" for i in range(40)], [1 - i / 40 for i in range(40)], [1] * 40, most=3)
    assert [text for text in texts(drawing) if text.startswith("c")] == ["c39", "c38", "c37"]
    assert "and 37 more classes, all of them better" in texts(drawing)


def test_a_class_without_an_f1_has_no_bar() -> None:
    assert "owl" not in texts(all_drawings()["scores"])


def test_a_class_without_items_that_was_said_has_a_bar_since_its_f1_of_0_counts() -> None:
    assert texts(class_scores(("cat", "owl"), [0.9, 0.0], [6, 0]))[5:7] == ["owl", "0.0\u00a0%, 0"]


@pytest.mark.parametrize(
    ("interval", "few", "kind"),
    [((1, 0.5, 2), False, "first"), ((1, -0.5, 2), False, "hollow"), ((1, 0.5, 2), True, "hollow")],
)
def test_a_gain_is_filled_where_its_interval_means_something_and_leaves_zero_out(
    interval: tuple[float, float, float], few: bool, kind: str
) -> None:
    drawing = gains([Gained("base", None, False, 1, 1), Gained("tta", interval, few, 2, 2)], "points")
    squares = [box.get("class") for box in tree(drawing).iter("rect") if box.get("width") == "8"]
    assert squares == [kind]
    assert "2\u00d7, 2 passes" in texts(drawing)


def test_a_scatter_of_many_items_shows_some_and_says_so() -> None:
    numbers = np.arange(10_000.0)
    drawing = said_against_true(numbers, numbers, None)
    assert "1\u00a0500 of 10\u00a0000 items" in texts(drawing)
    assert drawing.html().count("h0") == 1500


def test_an_outlier_does_not_squeeze_the_histogram_and_is_said() -> None:
    truth = np.zeros(1000)
    said = np.linspace(-1, 1, 1000)
    said[0] = 1e6
    drawing = residuals(truth, said, "mm")
    assert any(text.endswith("in the end bars") for text in texts(drawing))
    assert len(list(tree(drawing).iter("rect"))) == 25


def test_all_residuals_zero_is_one_bar() -> None:
    assert len(list(tree(residuals(np.ones(3), np.ones(3), None)).iter("rect"))) == 1


def test_labels_in_plots_are_text() -> None:
    for drawing in all_drawings().values():
        assert "<script" not in drawing.html()
        drawing.html().encode("utf-8")
