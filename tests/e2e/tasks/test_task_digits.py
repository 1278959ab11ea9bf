"""Digits as pictures: several yes-or-no questions at once, and one."""

from __future__ import annotations

import numpy as np
import pytest
from tests.e2e.tasks import digit_pictures as digits

import truecopy
from truecopy_export import export

THRESHOLDS = {"has a loop": 0.6, "is odd": 0.5, "below five": 0.4}


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return digits.folder_of(tmp_path_factory.mktemp("digits") / "photos", 24)


def truth(file):
    """The labels that hold for a picture, by the digit in its name."""
    held = digits.facts(int(file.stem[-1]))
    return [label for label, holds in zip(digits.QUESTIONS, held, strict=True) if holds]


@pytest.fixture(scope="module")
def questions():
    return digits.trained(3, np.array([digits.facts(one) for one in digits.pictures()[1]]))


@pytest.fixture(scope="module")
def many(questions, photos):
    """The three questions, exported: (path, report)."""
    path, truths = photos.parent / "questions.onnx", photos.parent / "truths.csv"
    lines = [f"{file.name},{'|'.join(truth(file))}" for file in sorted(photos.iterdir())]
    truths.write_text("\n".join(["file,label", *lines]) + "\n")
    report = export(
        questions, path, recipe=digits.validation, labels=digits.QUESTIONS, proof=photos, proof_labels=truths,
        task={"kind": "multilabel", "thresholds": THRESHOLDS},
    )  # fmt: skip
    return path, report


@pytest.fixture(scope="module")
def zero():
    """One output: is it a zero?"""
    return digits.trained(1, (digits.pictures()[1] == 0)[:, np.newaxis])


def test_a_multilabel_model_is_proven_bit_exact(many):
    proof = many[1].contract.proof
    assert (proof.level, proof.images, proof.tensor.differing_values) == ("bit-exact", 24, 0)
    assert (proof.decisions.flips, proof.decisions.crossings) == (0, 0)
    assert proof.output.max_abs_over_max_logit < 1e-5
    assert proof.decisions.max_probability_delta < 1e-5


def test_a_multilabel_answer_is_the_originals_sigmoid_against_each_threshold(many, questions, photos):
    files = sorted(photos.iterdir())
    right = []
    for answer, file in zip(truecopy.load(many[0]).predict(files), files, strict=True):
        expected = digits.sigmoid(digits.raw(questions, file))
        np.testing.assert_allclose(answer.probabilities, expected, rtol=0, atol=1e-6)
        held = [label for label, p in zip(digits.QUESTIONS, expected, strict=True) if p >= THRESHOLDS[label]]
        assert [score.label for score in answer.found] == held
        assert [score.label for score in answer.scores] == digits.QUESTIONS
        right.append(held == truth(file))
    accuracy = many[1].contract.proof.accuracy
    assert accuracy.original == accuracy.truecopy == np.mean(right)
    assert accuracy.truecopy >= 0.75


def test_one_output_is_the_probability_of_the_positive_label(zero, photos, tmp_path):
    path = tmp_path / "zero.onnx"
    report = export(
        zero, path, recipe=digits.validation, labels=["zero", "other"], proof=photos,
        task={"kind": "binary", "positive": "zero", "threshold": 0.3},
    )  # fmt: skip
    task, proof = report.contract.task, report.contract.proof
    assert (task.activation, task.positive, task.threshold) == ("sigmoid", 0, 0.3)
    assert (proof.level, proof.decisions.flips, proof.decisions.crossings) == ("bit-exact", 0, 0)
    files = sorted(photos.iterdir())
    for answer, file in zip(truecopy.load(path).predict(files), files, strict=True):
        (expected,) = digits.sigmoid(digits.raw(zero, file))
        assert answer.probability == pytest.approx(expected, abs=1e-6)
        assert answer.label == ("zero" if expected >= 0.3 else "other")
        assert answer.positive == (file.stem[-1] == "0")


def test_two_outputs_are_a_softmax_over_both_labels_and_no_training_library_is_needed(
    many, photos, tmp_path, alone
):
    pair = digits.trained(2, (digits.pictures()[1] == 0).astype(np.int64))
    path = tmp_path / "pair.onnx"
    report = export(
        pair, path, recipe=digits.validation, labels=["other", "zero"], task="binary", proof=photos
    )
    assert (report.contract.task.activation, report.contract.task.positive) == ("softmax", 1)
    assert any("'zero'" in note for note in report.notes)  # positive was not said
    files = sorted(photos.iterdir())
    checked, checked_many, done, done_many = alone(
        tmp_path,
        ("selftest", path, "--json"),
        ("selftest", many[0], "--json"),
        ("predict", path, photos, "--json"),
        ("predict", many[0], photos, "--json"),
    )
    assert checked.rows[0]["ok"]
    assert checked_many.rows[0]["ok"]
    for row, file in zip(done.rows, files, strict=True):
        logits = digits.raw(pair, file).astype(np.float64)
        expected = (np.exp(logits) / np.exp(logits).sum())[1]
        assert row["probability"] == pytest.approx(expected, abs=1e-6)
        assert row["label"] == ("zero" if expected >= 0.5 else "other")
        assert "confidence" not in row
    here = truecopy.load(many[0]).predict(files)
    assert [row["labels"] for row in done_many.rows] == [[score.label for score in one.found] for one in here]


def test_a_number_from_a_picture_has_a_unit_and_no_probability(photos, tmp_path):
    network = digits.network(1, seed=4).eval()
    path = tmp_path / "ink.onnx"
    task = {
        "kind": "regression",
        "values": [{"name": "ink", "unit": "mg"}],
        "undo": {"op": "standard", "mean": 7, "scale": 2},
    }
    report = export(network, path, recipe=digits.validation, task=task, proof=photos)
    assert report.contract.proof.level == "bit-exact"
    for answer in truecopy.load(path).predict(sorted(photos.iterdir())):
        expected = digits.raw(network, answer.source)[0] * 2 + 7
        assert answer["ink"] == pytest.approx(float(expected), rel=1e-6)
        assert answer.values[0].unit == "mg"
        assert not hasattr(answer, "probabilities")
