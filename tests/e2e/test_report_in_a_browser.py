"""The report in a real browser: no request leaves, the console stays empty, every plot is drawn, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.browser import WIDTHS, draw, in_a_browser, look_at
from tests.evaluations import HOSTILE, TASKS, evaluation

from truecopy.contract import ImageInput
from truecopy.jobs.evaluation_page import evaluation_page

pytestmark = in_a_browser

PICTURES = ImageInput(
    decoder="pillow", color="RGB", orientation="ignore", alpha="drop", depth16="clip", cmyk="pillow", frame=0
)


def made(task: str, folder: Path) -> str:
    image = None if task in {"regression", "sequence"} else PICTURES
    return evaluation_page(
        evaluation(task, folder), when="2026-01-31", command=f"truecopy evaluate '{HOSTILE}'", image=image
    )


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What the browser drew of the page of every task at each of the widths, in one run."""
    folder = tmp_path_factory.mktemp("drawn")
    return draw({task: made(task, folder) for task in TASKS}, folder)


@pytest.mark.parametrize("task", TASKS)
def test_a_report_asks_for_nothing_and_the_console_stays_empty(task: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(made(task, tmp_path), "utf-8")
    seen = look_at(page, tmp_path)
    assert "What was evaluated" in seen.document
    assert seen.requests == []
    assert seen.console == []


def test_a_page_that_asks_for_something_or_writes_to_the_console_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "loud.html"
    page.write_text('<img src="http://127.0.0.1:9/x.png"><script>console.log("hello")</script>', "utf-8")
    seen = look_at(page, tmp_path)
    assert seen.requests == ["http://127.0.0.1:9/x.png"]
    assert any("hello" in line for line in seen.console)


def test_the_policy_of_a_report_stops_what_would_ask_or_run(tmp_path: Path) -> None:
    page = tmp_path / "stopped.html"
    loud = '<img src="http://127.0.0.1:9/x.png"><script>document.title="ran"</script></body>'
    page.write_text(made("sequence", tmp_path).replace("</body>", loud), "utf-8")
    seen = look_at(page, tmp_path)
    assert seen.requests == []
    assert "<title>ran" not in seen.document
    assert len([line for line in seen.console if "Content Security Policy" in line]) == 2


@pytest.mark.parametrize("task", TASKS)
def test_every_plot_is_drawn_inside_its_box_and_every_width_is_enough(
    task: str, drawn: dict[str, list[dict[str, Any]]]
) -> None:
    assert sorted(page["width"] for page in drawn[task]) == sorted(WIDTHS)
    for page in drawn[task]:
        assert page["needs"] <= page["width"], "the page scrolls sideways"
        assert page["plots"]
        for plot in page["plots"]:
            assert min(plot["width"], plot["height"], plot["inside"], plot["marks"]) > 0, plot["name"]
            assert plot["over"] == [], plot["name"]


@pytest.mark.parametrize("task", ["multiclass", "binary", "multilabel"])
def test_every_thumbnail_is_drawn_in_its_own_proportions(
    task: str, drawn: dict[str, list[dict[str, Any]]]
) -> None:
    for page in drawn[task]:
        assert len(page["pictures"]) == 23
        for natural_width, natural_height, width, height in page["pictures"]:
            assert max(natural_width, natural_height) <= 160
            assert min(width, height) > 0
            assert width / height == pytest.approx(natural_width / natural_height, rel=0.05)
