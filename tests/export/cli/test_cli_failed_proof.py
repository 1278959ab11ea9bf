"""A proof that does not hold: exit code 4, the stage by name, no model file, and the worst case to look at."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from onnx import numpy_helper
from torchvision import transforms

from truecopy_export import writer

WORST = ["out.failed-proof.html", "out.failed-proof.json", "out.failed-proof.npz"]


def different_tensors(monkeypatch):
    """The transform's own library computes something else than its objects say."""
    normalize = transforms.functional.normalize
    monkeypatch.setattr(transforms.functional, "normalize", lambda *given: normalize(*given) + 1e-6)


def failing_transform(monkeypatch):
    def fail(*_):
        raise ValueError("a user's own mistake")

    monkeypatch.setattr(transforms.functional, "normalize", fail)


class Wrapped:
    """A session whose answers are changed on the way."""

    def __init__(self, session, change):
        self._session, self._change = session, change

    @property
    def running(self):
        return self._session.running

    def run(self, feeds):
        return {name: self._change(array) for name, array in self._session.run(feeds).items()}


def answers(change):
    def tamper(monkeypatch):
        opened = writer.open_session
        monkeypatch.setattr(writer, "open_session", lambda *given: Wrapped(opened(*given), change))

    return tamper


def failing_selftest(monkeypatch):
    recorded = writer.record

    def record(*given):
        sample = recorded(*given)
        return type(sample)(
            **{name: getattr(sample, name) for name in sample.__struct_fields__} | {"canvas": "0" * 64}
        )

    monkeypatch.setattr(writer, "record", record)


def another_graph(monkeypatch):
    """What torch.onnx writes answers differently than the network."""
    from truecopy_export.graph import eager

    made = eager.by_dynamo

    def export(*given):
        model = made(*given)
        for value in model.graph.initializer:
            if value.name.endswith("4.bias"):
                changed = numpy_helper.to_array(value) + np.float32(1)
                value.CopyFrom(numpy_helper.from_array(changed, value.name))
        return model

    monkeypatch.setattr(eager, "by_dynamo", export)


@pytest.mark.parametrize(
    ("tamper", "message", "files"),
    [
        (different_tensors, "tensor values differ on 3 of 3 images: expected 0, got differences of up to 1e-06 - at stage tensor, first photos/cat/0.png", WORST),
        (failing_transform, "the original transform fails on 0.png: ValueError: a user's own mistake - at stage tensor", []),
        (answers(lambda rows: rows * np.float32(1.01)), "the outputs differ too much: expected at most 1e-04 of the largest logit, got 1.0e-02 - at stage output, photos/", WORST),
        (answers(lambda rows: rows * np.float32(np.nan)), "the graph answered with NaN or infinity: expected finite numbers - at stage output, photos/cat/0.png", []),
        (failing_selftest, "the finished file fails its own selftest on sample", []),
        (another_graph, "the exported graph differs from the network at batch 1", []),
    ],
    ids=["tensors", "transform fails", "outputs", "NaN", "selftest", "graph"],
)  # fmt: skip
def test_the_stage_is_named_and_no_model_is_left(export, left, monkeypatch, tamper, message, files):
    tamper(monkeypatch)
    done = export()
    assert done.code == 4, done.err
    (line,) = [line for line in done.err.splitlines() if line.startswith("truecopy: ")]
    assert message in line
    assert "Traceback" not in done.err
    assert done.out == ""
    assert left() == files


def test_the_worst_case_of_a_failed_proof_holds_both_tensors(export, monkeypatch, tmp_path):
    different_tensors(monkeypatch)
    assert "The worst case is saved: numpy.load('" in export().err
    saved = np.load(tmp_path / WORST[-1])
    assert str(saved["image"]).startswith("photos/")
    assert saved["original_tensor"].shape == saved["copy_tensor"].shape
    assert 0 < np.abs(saved["original_tensor"] - saved["copy_tensor"]).max() < 2e-6
    assert saved["original_output"].dtype == saved["copy_output"].dtype == np.float32


def test_the_file_that_was_there_stays(export, left, monkeypatch, tmp_path):
    assert export().code == 0
    before = (tmp_path / "out.onnx").read_bytes()
    different_tensors(monkeypatch)
    assert export("--overwrite").code == 4
    assert (tmp_path / "out.onnx").read_bytes() == before
    assert left() == [*WORST, "out.onnx", "out.report.html", "out.report.json"]


def test_outputs_within_the_tolerance_that_flip_a_label_fail_too(export, left, monkeypatch):
    """Two logits that are nearly equal: the tolerance holds, the decision does not."""
    compare = sys.modules["truecopy_export.proof.compare"]
    by_copy, by_original = compare.of_copy, compare.of_original
    row = np.float32([1.0, 1.00001, 0.0])

    def original(member, _, item):
        return by_original(member, lambda feeds: row[np.newaxis], item)

    def copy(member, session, item):
        return by_copy(member, Wrapped(session, lambda array: row[np.newaxis, [1, 0, 2]]), item)

    monkeypatch.setattr(compare, "of_original", original)
    monkeypatch.setattr(compare, "of_copy", copy)
    done = export()
    assert done.code == 4
    assert "3 of 3 images get another label: expected 0 - at stage result, first photos/cat/0.png" in done.err
    assert left() == WORST
