"""The report of a proof that does not hold: it is where one looks, and no model stands beside it."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from torchvision import transforms

import truecopy_export
from truecopy.errors import ProofError

LABELS = ["cat", "dog", "owl"]
FAILED = ["out.failed-proof.html", "out.failed-proof.json", "out.failed-proof.npz"]


@pytest.fixture
def export(make_network, transform, photos, tmp_path):
    def call(**options):
        filled = {"recipe": transform, "labels": LABELS, "proof": photos} | options
        return truecopy_export.export(make_network(), tmp_path / "out.onnx", **filled)

    return call


@pytest.fixture
def other_numbers(monkeypatch):
    """The transform's own library computes other numbers than its objects say."""
    normalize = transforms.functional.normalize
    monkeypatch.setattr(transforms.functional, "normalize", lambda *given: normalize(*given) + 1e-6)


@pytest.fixture
def other_pixels(monkeypatch):
    """It resizes with another filter."""
    resize = transforms.functional.resize
    nearest = transforms.InterpolationMode.NEAREST
    monkeypatch.setattr(transforms.functional, "resize", lambda image, size, *_: resize(image, size, nearest))


@pytest.fixture
def left(tmp_path):
    return lambda: sorted(path.name for path in tmp_path.iterdir())


def failed(export, tmp_path, **options):
    """The error, the page as it is read, and the document."""
    with pytest.raises(ProofError) as caught:
        export(**options)
    page = (tmp_path / FAILED[0]).read_text("utf-8")
    read = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").split())
    return caught.value, page, read, json.loads((tmp_path / FAILED[1]).read_text("ascii"))


def test_the_page_says_at_which_stage_and_no_model_is_written(export, other_numbers, tmp_path, left):
    error, page, read, document = failed(export, tmp_path)
    assert left() == FAILED
    assert f"The report shows it: {tmp_path / FAILED[0]}" in str(error)
    assert "<h1><bdi>Failed export of out.onnx</bdi></h1>" in page
    assert "✗" in page
    said = document["verdict"]
    assert said["mood"] == "bad"
    assert re.search(
        r"The proof does not hold: \d+ tensor values differ on 4 of 4 images at stage tensor", said["text"]
    )
    assert (
        said["text"]
        .replace("\u00a0", " ")
        .endswith(
            "The first stage that differs is tensor, what the graph takes, on 4 of 4 images. No model was written."
        )
    )
    assert said["text"].replace("\u00a0", " ") in read
    assert (document["status"], document["bytes"], document["proof"], document["next"]) == (
        "error",
        None,
        None,
        [],
    )
    assert document["error"]["kind"] == "ProofError"
    assert document["error"]["where"].startswith("stage tensor")
    assert document["notes"] == [note for note in document["notes"] if "level bounded" not in note]


def test_other_pixels_are_found_at_the_canvas_and_shown(export, other_pixels, tmp_path):
    _, page, read, document = failed(export, tmp_path)
    stages = {one["stage"]: one for one in document["stages"]}
    assert (stages["decode"]["differing"], stages["canvas"]["affected"]) == (0, 4)
    assert stages["canvas"]["unit"] == "levels of 255"
    assert "The first stage that differs is canvas" in read
    # The picture, both canvases and their difference.
    assert (page.count('src="data:image/jpeg;base64,'), page.count('src="data:image/png;base64,')) == (3, 1)
    assert "the difference, amplified" in read
    worst = document["worst"][0]
    assert f"The worst of them is {worst['name']}: {worst['tensor_values']} tensor values differ." in read
    assert [one["tensor_values"] for one in document["worst"]] == sorted(
        (one["tensor_values"] for one in document["worst"]), reverse=True
    )


def test_the_report_of_the_model_that_stands_stays(export, tmp_path, left, request):
    made = export()
    before = (tmp_path / "out.report.html").read_text()
    request.getfixturevalue("other_numbers")
    failed(export, tmp_path, overwrite=True)
    assert left() == [*FAILED, "out.onnx", "out.report.html", "out.report.json"]
    assert (tmp_path / "out.report.html").read_text() == before
    assert made.html == str(tmp_path / "out.report.html")


def test_a_failed_try_is_not_in_the_way_of_the_next_one(export, tmp_path, monkeypatch, request):
    with monkeypatch.context() as wrong:
        normalize = transforms.functional.normalize
        wrong.setattr(transforms.functional, "normalize", lambda *given: normalize(*given) + 1e-6)
        failed(export, tmp_path)
        failed(export, tmp_path)
    assert export().html == str(tmp_path / "out.report.html")


def test_without_a_report_the_worst_case_alone_is_left(export, other_numbers, left):
    with pytest.raises(ProofError) as caught:
        export(report=False)
    assert left() == FAILED[2:]
    assert "The report shows it" not in str(caught.value)


def test_a_report_that_cannot_be_written_does_not_hide_the_failure(export, other_numbers, monkeypatch, left):
    from truecopy_export.export_page import written

    def full(target, content):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(written, "write_atomically", full)
    with pytest.raises(
        ProofError, match=r"tensor values differ .* the report could not be written: No space left"
    ):
        export()
    assert left() == FAILED[2:]
