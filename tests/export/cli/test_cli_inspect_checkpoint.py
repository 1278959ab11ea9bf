"""`truecopy inspect best.pt` with the exporter installed."""

from __future__ import annotations

import shutil

import pytest
import torch


@pytest.fixture
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.usefixtures("wide")
def test_it_is_a_window_onto_the_checkpoint_with_the_line_to_type(truecopy, project):
    done = truecopy("inspect", "best.pt")
    assert done.code == 0
    assert "a PyTorch checkpoint (torch.save, zip)" in done.out
    assert "taken: state_dict_ema (average)" in done.out
    assert "next: truecopy export best.pt --arch timm:NAME" in done.err


def test_programs_get_one_document(truecopy, project):
    shown = truecopy("inspect", "best.pt", "--json").json
    assert (shown["status"], shown["weights"]["field"], shown["weights"]["taken"]) == (
        "ok",
        "state_dict_ema",
        "ema",
    )
    assert shown["export"].startswith("truecopy export best.pt ")


def test_the_name_of_the_file_does_not_matter(truecopy, project, tmp_path):
    shutil.copy("best.pt", tmp_path / "whatever")
    assert truecopy("inspect", tmp_path / "whatever", "--json").json["format"] == "pytorch-zip"


def test_an_artifact_under_another_name_is_shown_as_what_it_is(truecopy, export, tmp_path):
    assert export().code == 0
    (tmp_path / "out.onnx").rename(tmp_path / "renamed.pt.bak")
    assert truecopy("inspect", tmp_path / "renamed.pt.bak", "--json").json["seal"] == "sealed"


def test_weights_that_must_be_said_are_exit_code_3_with_the_window_shown(truecopy, project, tmp_path):
    state = torch.load("best.pt", weights_only=False)["state_dict"]
    torch.save({"model": state, "other_net": {**state}}, tmp_path / "two.pt")
    done = truecopy("inspect", tmp_path / "two.pt")
    assert done.code == 3
    assert "other_net" in done.out
    assert "refused" in done.out
    asjson = truecopy("inspect", tmp_path / "two.pt", "--json")
    assert (asjson.code, asjson.json["kind"]) == (3, "AmbiguousEma")


def test_a_file_that_is_not_there_is_not_to_be_exported(truecopy, tmp_path):
    done = truecopy("inspect", tmp_path / "missing.pth")
    assert done.code == 3
    assert "missing.pth. Check its path" in done.err
    (tmp_path / "dangling.pth").symlink_to("gone.pth")
    assert "a link leads to nothing" in truecopy("inspect", tmp_path / "dangling.pth").err
    assert "truecopy export" not in done.err


def test_one_that_is_refused_does_not_stop_the_others(truecopy, project, tmp_path):
    (tmp_path / "page.pth").write_text("<!DOCTYPE html><html>")
    done = truecopy("inspect", tmp_path / "page.pth", "best.pt", "--json")
    first, second = done.out.splitlines()
    assert done.code == 3
    assert "an HTML page" in first
    assert '"pytorch-zip"' in second
