"""Pages in a real browser: what they ask for, what stands in the console, what is drawn.

Chromium is run as a program, without a driver. Requests are read from its net log, where a request that the browser
makes for itself has no initiator; what was drawn is measured by a script in a copy of the page that allows this one script.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from truecopy.report.page import POLICY

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((found for name in BROWSERS if (found := shutil.which(name))), None)
in_a_browser = pytest.mark.skipif(
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
  parent.postMessage(JSON.stringify({task: "NAME", width: innerWidth, needs: root.scrollWidth, plots,
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


def draw(pages: Mapping[str, str], folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What the browser drew of every page, by its name, at each of the widths, in one run. folder: for the copies."""
    frames = ""
    for name, page in pages.items():
        measured = MEASURE.replace("NAME", name)
        # The copy allows inline scripts, and nothing else more.
        copy = page.replace(POLICY, f"{POLICY}; script-src 'unsafe-inline'")
        copy = copy.replace("</body>", f"<script>{measured}</script></body>")
        (folder / f"{name}.html").write_text(copy, "utf-8")
        frames += "".join(
            f'<iframe src="{name}.html" style="width:{width}px;border:0"></iframe>' for width in WIDTHS
        )
    (folder / "around.html").write_text(AROUND % (len(pages) * len(WIDTHS), frames), "utf-8")
    seen = look_at(folder / "around.html", folder)
    found = re.search(r'<pre id="measured">(.*?)</pre>', seen.document, re.DOTALL)
    assert found, seen.console
    drawn = json.loads(html.unescape(found[1]))
    return {name: [page for page in drawn if page["task"] == name] for name in pages}
