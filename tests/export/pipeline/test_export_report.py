"""The report beside an exported file: one page and one JSON document."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import truecopy_export
from truecopy.errors import RecipeError
from truecopy_export.export_page import written
from truecopy_export.progress import Silent, Stopwatch

LABELS = ["cat", "dog", "owl"]
HOSTILE = "<script>alert('1')</script>"
SECTIONS = [
    "At a glance",
    "Notes and warnings",
    "What was found in the checkpoint",
    "Which weights",
    "The recipe in words",
    "Parity by stage",
    "What to type next",
]


def page(report) -> str:
    return Path(report.html).read_text("utf-8")


def document(report) -> dict:
    return json.loads(Path(report.html).with_suffix(".json").read_text("ascii"))


def words(page: str) -> str:
    """What is read, without markup."""
    body = page[page.index("<body>") :]
    return unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ")


@pytest.fixture
def export(make_network, transform, tmp_path):
    def call(**options):
        filled = {"recipe": transform, "labels": LABELS} | options
        if "proof" not in filled:
            filled.setdefault("unproven", True)
        return truecopy_export.export(make_network(), tmp_path / "out.onnx", **filled)

    return call


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_every_export_writes_a_page_and_a_document_beside_the_model(report):
    model = Path(report.path)
    assert files(model.parent) == ["small.onnx", "small.report.html", "small.report.json"]
    assert report.html == str(model.with_name("small.report.html"))
    assert report.to_dict()["html"] == report.html
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", page(report)) == SECTIONS


def test_the_page_needs_nothing_else(report):
    made = page(report)
    assert re.findall(r'(?:src|href)="(?!#|data:)', made) == []
    assert "<script" not in made
    assert "url(" not in made


def test_the_verdict_says_in_words_what_was_proven(report):
    said = document(report)["verdict"]
    assert said["mood"] == "good"
    assert said["text"].replace("\u00a0", " ") == (
        "Original and copy agree on 4 images: 0 of 768 tensor values differ, 0 of 4 decisions differ. The copy is right on "
        f"{report.comparison.hits['truecopy']} of 4 images."
    )
    assert said["text"].replace("\u00a0", " ") in " ".join(words(page(report)).split())


def test_without_labels_equality_is_proven_and_correctness_is_not(export, photos, tmp_path):
    (tmp_path / "flat").mkdir()
    Image.open(photos / "cat" / "0.png").save(tmp_path / "flat" / "a.png")
    said = document(export(proof=tmp_path / "flat"))["verdict"]
    assert said["mood"] == "caution"
    assert "Equality is proven, correctness is not: the images have no labels." in said["text"]


def test_without_a_proof_the_report_says_that_nothing_was_compared(export):
    made = export()
    found = document(made)
    assert found["verdict"]["mood"] == "caution"
    assert found["verdict"]["text"].startswith("Nothing was compared: the file is written at level unproven.")
    assert (found["stages"], found["worst"], found["outputs"], found["truths"]) == ([], [], None, None)
    assert "No proof was given, so nothing was compared." in page(made)


def test_the_document_holds_what_the_command_line_says_and_the_numbers_of_every_stage(report):
    found = document(report)
    told = report.to_dict()
    assert {name: found[name] for name in told if name != "html"} == {
        name: value for name, value in json.loads(json.dumps(told)).items() if name != "html"
    }
    stages = {one["stage"]: one for one in found["stages"]}
    assert list(stages) == ["decode", "canvas", "tensor", "output", "result"]
    assert all(one["compared"] and one["items"] == 4 for one in stages.values())
    assert stages["tensor"]["values"] == 768
    assert [stages[name]["differing"] for name in ("decode", "canvas", "tensor", "result")] == [0] * 4
    outputs = found["outputs"]
    assert outputs["largest"] == report.contract.proof.output.max_abs_over_max_logit
    assert outputs["median"] <= outputs["p99"] <= outputs["largest"] < outputs["allowed"] == 1e-4
    assert len(found["worst"]) == 4
    assert found["worst"][0]["name"] == outputs["worst"]
    assert found["worst"][0]["original"]["label"] == found["worst"][0]["truecopy"]["label"]
    assert found["truths"]["right"] == report.comparison.hits
    assert [stage for stage, _ in found["seconds"]] == [
        "trace the network",
        "check at batch 1, 2 and 5",
        "proof on 4 images",
        "seal, open anew, selftest",
    ]


def test_recipe_graph_and_task_stand_there_in_words(report):
    found, read = document(report), words(page(report))
    assert found["recipe"]["words"][0] == ["input", "RGB by pillow, EXIF turn ignore, alpha drop"]
    assert [step["op"] for step in found["recipe"]["steps"]] == ["resize", "center_crop", "values"]
    assert found["task"]["names"] == LABELS
    for part in (*found["recipe"]["words"], *found["graph"]["words"], *found["task"]["words"]):
        assert part[1] in read


def test_the_worst_picture_is_shown_with_both_canvases(report):
    made = page(report)
    assert made.count('src="data:image/jpeg;base64,') == 3
    assert "no value differs" in made
    assert "furthest apart on" in made


def test_a_picture_that_is_gone_by_now_gets_a_placeholder(export, photos, tmp_path, monkeypatch):
    from truecopy.errors import UnreadableInput
    from truecopy_export.export_page import worst_picture

    def gone(*_):
        raise UnreadableInput("cannot read the file", where="0.png")

    monkeypatch.setattr(worst_picture, "decode", gone)
    made = page(export(proof=photos))
    assert "no picture: cannot read the file" in made
    assert made.count('src="data:image/jpeg;base64,') == 2


def test_the_same_export_gives_the_same_page_but_for_the_time(export, photos):
    def timeless(report):
        made = re.sub(r"\d{4}-\d\d-\d\d(T[\d:]+Z)?", "DAY", page(report))
        made = re.sub(r"<td class=\"number\"><bdi>[\d.e\u2212-]+</bdi></td></tr>", "SECONDS", made)
        return re.sub(r"[\d.e-]+\u00a0s</bdi>", "SECONDS", made)

    first = timeless(export(proof=photos))
    assert first.count("SECONDS") > 4
    assert timeless(export(proof=photos, overwrite=True)) == first


def test_names_are_escaped(export, tmp_path):
    folder = tmp_path / "pictures" / "cat"
    folder.mkdir(parents=True)
    (folder / "0.png").write_bytes(b"")
    pixels = np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)
    Image.fromarray(pixels).save(folder / f"{HOSTILE.replace('/', ':')}.png")
    Image.fromarray(pixels).save(folder / "bytes\udcff.png")
    made = export(proof=tmp_path / "pictures", labels=["cat", HOSTILE, "a'b"])
    assert "<script" not in page(made)
    assert document(made)["task"]["names"][1] == HOSTILE


def test_nothing_of_this_machine_stands_in_a_report_beyond_what_was_typed(
    make_network, transform, photos, tmp_path, monkeypatch
):
    monkeypatch.chdir(photos.parent)
    output = Path("relative.onnx")
    made = truecopy_export.export(make_network(), output, recipe=transform, labels=LABELS, proof=photos.name)
    text = page(made) + json.dumps(document(made))
    for path in (made.html, made.path, str(Path(made.html).with_suffix(".json"))):
        Path(path).unlink()
    for place in (str(photos.parent), str(Path(__file__).parents[3]), str(Path.home())):
        assert place not in text


def test_report_false_leaves_both_out(export, tmp_path):
    made = export(report=False)
    assert made.html is None
    assert files(tmp_path) == ["out.onnx"]


def test_a_report_that_stands_for_another_model_is_named(export, tmp_path):
    export()
    made = export(report=False, overwrite=True)
    assert any("out.report.html is of the model that was there before" in note for note in made.notes)


@pytest.mark.parametrize("ending", ["html", "json"])
def test_an_existing_report_is_refused_before_anything_begins(export, tmp_path, monkeypatch, ending):
    mine = tmp_path / f"out.report.{ending}"
    mine.write_text("mine")
    from truecopy_export import exporter

    monkeypatch.setattr(exporter, "export_trained", None)
    with pytest.raises(
        RecipeError, match=rf"out\.report\.{ending} exists\. Type --overwrite to replace it, or --no-report"
    ):
        export()
    assert mine.read_text() == "mine"
    assert files(tmp_path) == [mine.name]


def test_overwrite_replaces_the_report_too(export, tmp_path):
    (tmp_path / "out.report.html").write_text("mine")
    assert "<!DOCTYPE html>" in page(export(overwrite=True))


def test_a_report_that_cannot_be_written_is_a_note_and_no_error(export, tmp_path, monkeypatch):
    def full(target, content):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(written, "write_atomically", full)
    made = export()
    assert made.html is None
    assert made.notes[-1].startswith("the report could not be written: No space left on device (")
    assert files(tmp_path) == ["out.onnx"]


def test_a_mistake_in_the_report_does_not_take_the_model_away(export, tmp_path, monkeypatch):
    monkeypatch.setattr(written, "export_page", lambda account: account.nothing)
    made = export()
    assert made.html is None
    assert made.notes[-1].startswith(
        "the report could not be made, which is a bug to report: AttributeError: "
    )
    assert files(tmp_path) == ["out.onnx"]


def test_attach_writes_a_report_too(bare_onnx, steps, photos, tmp_path):
    made = truecopy_export.attach(bare_onnx, tmp_path / "out.onnx", recipe=steps, labels=LABELS, proof=photos)
    found = document(made)
    stages = {one["stage"]: one["why"] for one in found["stages"]}
    assert stages["tensor"] == "the steps were written by hand: there is no original"
    assert stages["output"] == "the graph is the original itself"
    assert found["verdict"]["mood"] == "caution"
    assert found["verdict"]["text"].startswith("There is no original to compare with on these 4 images")
    assert set(found["truths"]["right"]) == {"truecopy"}
    assert "An ONNX file was given" in page(made)
    assert page(made).count('src="data:image/jpeg;base64,') == 2


def test_the_stopwatch_times_every_stage_once_and_passes_it_on():
    told = []

    class Told(Silent):
        def stage(self, name):
            told.append(name)

    watch = Stopwatch(Told())
    assert watch.seconds == ()
    for name in ("read", "prove", "read"):
        watch.stage(name)
    assert told == [name for name, _ in watch.seconds] == ["read", "prove", "read"]
    assert all(seconds >= 0 for _, seconds in watch.seconds)
    assert Stopwatch.of(watch) is watch
    assert Stopwatch.of(Silent()).seconds == ()
