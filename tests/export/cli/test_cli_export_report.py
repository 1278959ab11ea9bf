"""The report of `truecopy export`: what was found in the checkpoint, what was decided, and what was typed."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape

import pytest


def read(page) -> str:
    made = page.read_text("utf-8")
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", made)).replace("\u00a0", " ").split())


@pytest.fixture
def made(export, tmp_path):
    """(words of the page, document, what was typed)"""
    done = export()
    assert done.code == 0, done.err
    assert f"report: {tmp_path / 'out.report.html'}" in done.err
    return read(tmp_path / "out.report.html"), json.loads((tmp_path / "out.report.json").read_text())


def test_the_file_and_what_it_says_are_found(made, project):
    page, document = made
    found = document["findings"]
    assert (found["name"], found["format"]) == ("best.pt", "pytorch-zip")
    assert found["bytes"] == (project / "best.pt").stat().st_size
    assert found["sha256"] == document["provenance"]["checkpoint"]["sha256"]
    assert found["sha256"] in page
    assert "a PyTorch checkpoint" in page
    assert ["args.img_size", "8"] in found["facts"]


def test_the_decision_between_raw_and_averaged_weights_is_told(made):
    page, document = made
    for line in document["findings"]["weights"]:
        assert line in page
    assert any("state_dict_ema" in line for line in document["findings"]["weights"])
    assert document["provenance"]["checkpoint"]["weights"] == "ema"
    distance = document["provenance"]["checkpoint"]["raw_to_ema_distance"]
    assert f"{distance:.3g}" in page
    right = document["truths"]["right"]
    assert set(right) == {"raw", "ema", "original", "truecopy"}
    for who, name in (("raw", "raw weights"), ("ema", "averaged weights (EMA)"), ("original", "original")):
        assert f"{name} {right[who]} {100 * right[who] / 3:.2f} %" in page


def test_the_command_is_shown_as_it_can_be_typed_again(export, tmp_path):
    strange = tmp_path / "it's $HOME.onnx"
    assert export(output=strange).code == 0
    document = json.loads(strange.with_suffix(".report.json").read_text())
    typed = shlex.split(document["command"])
    assert typed[:3] == ["truecopy", "export", "best.pt"]
    assert typed[typed.index("--output") + 1] == str(strange)
    assert [shlex.split(line)[:3] for line in document["next"]] == [
        ["truecopy", verb, str(strange)] for verb in ("selftest", "predict", "evaluate", "inspect")
    ]
    assert document["command"] in read(strange.with_suffix(".report.html"))


def test_no_report_leaves_the_model_alone(export, left):
    done = export("--no-report")
    assert done.code == 0
    assert "report:" not in done.err
    assert left() == ["out.onnx"]


def test_json_names_the_page(export, tmp_path):
    assert export("--json").json["html"] == str(tmp_path / "out.report.html")


def test_an_existing_report_stops_the_export_first(export, left, tmp_path):
    (tmp_path / "out.report.json").write_text("{}")
    done = export()
    assert done.code == 3
    assert "out.report.json exists. Type --overwrite to replace it, or --no-report" in done.err
    assert "- read best.pt" not in done.err
    assert left() == ["out.report.json"]
