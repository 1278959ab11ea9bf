"""The report in a real browser: no request leaves, the console stays empty, every plot is drawn, wide and narrow.

Chromium is run as a program, without a driver. Requests are read from its net log, where a request that the browser
makes for itself has no initiator; what was drawn is measured by a script in a copy of the page that allows this one script.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.evaluations import HOSTILE, TASKS, evaluation

from truecopy.contract import ImageInput
from truecopy.jobs.evaluation_page import evaluation_page
from truecopy.report.page import POLICY

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((found for name in BROWSERS if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(
    BROWSER is None, reason=f"no browser: none of {', '.join(BROWSERS)} is installed"
)

WIDTHS = (1400, 360)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Not even the browser's own requests leave this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
PICTURES = ImageInput(
    decoder="pillow", color="RGB", orientation="ignore", alpha="drop", depth16="clip", cmyk="pillow", frame=0
)
# Runs in the copy of the page: opens what is folded, measures, and tells the page around it.
MEASURE = """
addEventListener("load", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  const plots = [...document.querySelectorAll("svg")].map(svg => {
    const box = svg.getBoundingClientRect(), inside = svg.getBBox();
    const over = [...svg.querySelectorAll("text")].filter(text => {
      const at = text.getBoundingClientRect();
      return at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 1 || at.bottom > box.bottom + 1;
    });
    return {name: svg.getAttribute("aria-label"), width: box.width, height: box.height, inside: inside.width * inside.height,
      marks: svg.querySelectorAll("rect,path,line").length, over: over.map(text => text.textContent)};
  });
  const root = document.documentElement;
  parent.postMessage(JSON.stringify({task: "TASK", width: innerWidth, needs: root.scrollWidth, plots,
    pictures: [...document.images].map(one => [one.naturalWidth, one.naturalHeight, one.width, one.height])}), "*");
});
"""
AROUND = """<!DOCTYPE html><body><script>
const said = [];
addEventListener("message", event => {
  said.push(JSON.parse(event.data));
  if (said.length < %d) return;
  const made = document.createElement("pre");
  made.id = "measured";
  made.textContent = JSON.stringify(said);
  document.body.append(made);
});
</script>%s</body>"""


@dataclass(frozen=True)
class Seen:
    """document: after it was loaded. requests: that it made. console: lines that stand there."""

    document: str
    requests: list[str]
    console: list[str]


def look_at(page: Path, room: Path) -> Seen:
    """`page` in a new browser, whose files go to `room`."""
    assert BROWSER is not None
    log = room / "net.json"
    done = subprocess.run(
        [
            BROWSER,
            *FLAGS,
            f"--user-data-dir={room / 'profile'}",
            f"--log-net-log={log}",
            "--net-log-capture-mode=Everything",
            "--enable-logging=stderr",
            "--virtual-time-budget=3000",
            "--dump-dom",
            page.as_uri(),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return Seen(done.stdout, requests_in(json.loads(log.read_text())), console)


def requests_in(log: dict[str, Any]) -> list[str]:
    """Addresses that a page asked for; the browser's own requests have no initiator."""
    begin = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [event["params"] for event in log["events"] if event["type"] == begin and "params" in event]
    # The end of a request is an event, too, and names no address.
    return [one["url"] for one in asked if "url" in one and one["initiator"] != "not an origin"]


def made(task: str, folder: Path) -> str:
    image = None if task in {"regression", "sequence"} else PICTURES
    return evaluation_page(
        evaluation(task, folder), when="2026-01-31", command=f"truecopy evaluate '{HOSTILE}'", image=image
    )


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What the browser drew of the page of every task at each of the widths, in one run."""
    folder = tmp_path_factory.mktemp("drawn")
    frames = ""
    for task in TASKS:
        measured = MEASURE.replace("TASK", task)
        # The copy allows inline scripts, and nothing else more.
        copy = made(task, folder).replace(POLICY, f"{POLICY}; script-src 'unsafe-inline'")
        copy = copy.replace("</body>", f"<script>{measured}</script></body>")
        (folder / f"{task}.html").write_text(copy, "utf-8")
        frames += "".join(
            f'<iframe src="{task}.html" style="width:{width}px;border:0"></iframe>' for width in WIDTHS
        )
    (folder / "around.html").write_text(AROUND % (len(TASKS) * len(WIDTHS), frames), "utf-8")
    seen = look_at(folder / "around.html", folder)
    found = re.search(r'<pre id="measured">(.*?)</pre>', seen.document, re.DOTALL)
    assert found, seen.console
    pages = json.loads(html.unescape(found[1]))
    return {task: [page for page in pages if page["task"] == task] for task in TASKS}


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
