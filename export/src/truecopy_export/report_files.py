"""Where the report of an export stands: beside its model, named after it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from truecopy.artifact import check_new_file

REPLACE = "Type --overwrite to replace it, or --no-report (in Python: overwrite=True, or report=False)"


class ReportFiles(NamedTuple):
    """html: for people. json: for programs, the same numbers."""

    html: Path
    json: Path


def report_files(output: Path) -> ReportFiles:
    """`best.onnx`: `best.report.html` and `best.report.json`."""
    return ReportFiles(output.with_suffix(".report.html"), output.with_suffix(".report.json"))


def failed_files(output: Path) -> ReportFiles:
    """Of a proof that did not hold: `best.failed-proof.html` and `best.failed-proof.json`.

    Names of their own, so that the report of a model that stands stays what it is, and the next try is not in their way.
    """
    return ReportFiles(output.with_suffix(".failed-proof.html"), output.with_suffix(".failed-proof.json"))


def check_report_files(output: Path, *, overwrite: bool) -> None:
    """Raises:
    TruecopyError: one of them is there, or cannot be made.
    """
    html, json = report_files(output)
    check_new_file(str(html), "the report is an HTML file", (".html",), overwrite=overwrite, replace=REPLACE)
    check_new_file(str(json), "the report is a JSON file", (".json",), overwrite=overwrite, replace=REPLACE)


def left_behind(output: Path) -> list[str]:
    """A sentence where the report of another model stands beside a new one that gets none."""
    html = report_files(output).html
    if not html.exists():
        return []
    return [f"{html} is of the model that was there before: remove it, or export without --no-report"]
