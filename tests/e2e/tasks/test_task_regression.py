"""The progression of an illness from ten numbers, some of them missing: a number with its unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.preprocessing import StandardScaler
from tests.e2e.tasks import diabetes_rows as diabetes

import truecopy
from truecopy_export import export

HIGHEST = 250.0


@pytest.fixture(scope="module")
def standard():
    return diabetes.fitted(StandardScaler())


@pytest.fixture(scope="module")
def logarithmic():
    return diabetes.fitted(diabetes.log_then_standard())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """rows.csv: the first 60 rows, missing cells empty; truth.csv: their progression."""
    folder = tmp_path_factory.mktemp("diabetes")
    frame, points = diabetes.table()
    frame[:60].to_csv(folder / "rows.csv", index=False)
    pd.DataFrame({"progression": points[:60]}).to_csv(folder / "truth.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def made(standard, folder):
    """One quantity with a unit and an end, its target standardised: (path, report)."""
    path = folder / "progression.onnx"
    report = export(
        standard.network, path, recipe=standard.pipeline, proof=folder / "rows.csv", proof_labels=folder / "truth.csv",
        task={
            "kind": "regression",
            "values": [{"name": "progression", "unit": "points", "clip": [None, HIGHEST]}],
            "undo": [standard.target],
        },
    )  # fmt: skip
    return path, report


def test_the_features_are_those_of_the_fitted_pipeline(made, standard):
    contract = made[1].contract
    assert (contract.proof.level, contract.proof.images) == ("bit-exact", 60)
    assert contract.proof.tensor.differing_values == 0
    frame = diabetes.table()[0]
    expected = standard.pipeline.transform(frame).astype(np.float32)
    found = [truecopy.preprocess(row, contract) for row in frame.to_dict("records")]
    assert np.array_equal(np.stack(found).view(np.uint32), expected.view(np.uint32))


def test_the_proof_states_its_error_in_the_unit(made, standard):
    proof = made[1].contract.proof
    (apart,) = proof.decisions.max_error
    assert 0 <= apart < 1e-3
    assert proof.decisions.max_probability_delta is None
    frame, points = diabetes.table()
    theirs = np.mean(np.abs(np.minimum(standard.answer(frame[:60]), HIGHEST) - points[:60]))
    assert proof.errors.items == 60
    assert proof.errors.original == pytest.approx((theirs,), rel=1e-5)
    assert proof.errors.truecopy == pytest.approx((theirs,), rel=1e-5)


def test_every_row_has_the_originals_number_and_the_clip_is_said(made, standard, folder):
    frame = diabetes.table()[0]
    expected = standard.answer(frame)
    answers = truecopy.load(made[0]).predict(frame)
    found = np.array([answer["progression"] for answer in answers])
    np.testing.assert_allclose(found, np.minimum(expected, HIGHEST), rtol=1e-5)
    clipped = [answer.values[0].clipped for answer in answers]
    assert clipped == ["high" if points > HIGHEST else None for points in expected]
    assert clipped.count("high") >= 1
    assert {answer.values[0].unit for answer in answers} == {"points"}


def test_its_error_in_points_is_the_original_pipelines(made, standard):
    frame, points = diabetes.table()
    inside = standard.answer(frame) <= HIGHEST
    answers = truecopy.load(made[0]).predict(frame[inside])
    ours = np.mean(np.abs([answer["progression"] for answer in answers] - points[inside]))
    theirs = np.mean(np.abs(standard.answer(frame[inside]) - points[inside]))
    assert ours == pytest.approx(theirs, rel=1e-5)
    assert theirs < 45  # the mean alone is wrong by 66


def test_log1p_is_undone_after_the_scaler(logarithmic, folder):
    path = folder / "logarithmic.onnx"
    report = export(
        logarithmic.network, path, recipe=logarithmic.pipeline, proof=folder / "rows.csv",
        task={"kind": "regression", "values": ["progression"], "undo": [logarithmic.target[-1], {"op": "log1p"}]},
    )  # fmt: skip
    assert report.contract.proof.level == "bit-exact"
    frame = diabetes.table()[0]
    found = [answer["progression"] for answer in truecopy.load(path).predict(frame)]
    np.testing.assert_allclose(found, logarithmic.answer(frame), rtol=1e-5)


CODE = """
from sklearn.preprocessing import StandardScaler
from torch import nn

from tests.e2e.tasks import diabetes_rows as diabetes

fitted = diabetes.fitted(StandardScaler())
pipeline, target = fitted.pipeline, fitted.target


def network():
    return nn.Sequential(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, 1))
"""
TASK = """
kind: regression
values: [{name: progression, unit: points, clip: [null, 250]}]
undo: ["python:diabetes_script:target"]
"""


def test_a_checkpoint_and_a_task_in_a_file_give_the_same_model(
    made, standard, folder, truecopy, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "diabetes_script.py").write_text(CODE)
    (tmp_path / "task.yaml").write_text(TASK)
    torch.save(standard.network.state_dict(), tmp_path / "best.pt")
    done = truecopy(
        "export", "best.pt", "--arch", "python:diabetes_script:network", "--task", "task.yaml", "--json",
        "--recipe", "python:diabetes_script:pipeline", "--proof", folder / "rows.csv", "-o", "again.onnx",
    )  # fmt: skip
    assert done.code == 0, done.err
    (document,) = done.rows
    assert document["proof"]["level"] == "bit-exact"
    shown = truecopy("predict", "again.onnx", folder / "rows.csv", "--json")
    assert shown.rows == truecopy("predict", made[0], folder / "rows.csv", "--json").rows


def test_people_read_the_number_with_its_unit_and_no_confidence(made, folder, truecopy):
    table = truecopy("predict", made[0], folder / "rows.csv")
    assert "progression (points)" in table.out
    assert "confidence" not in table.out
    told = truecopy("inspect", made[0])
    assert "progression in points" in told.out
    assert "activation" not in told.out


def test_a_file_of_rows_is_answered_where_no_training_library_is(made, standard, folder, alone):
    checked, done = alone(
        folder, ("selftest", "progression.onnx", "--json"), ("predict", "progression.onnx", "rows.csv", "--json")
    )  # fmt: skip
    assert checked.rows[0]["ok"]
    expected = np.minimum(standard.answer(diabetes.table()[0][:60]), HIGHEST)
    np.testing.assert_allclose([row["values"][0]["value"] for row in done.rows], expected, rtol=1e-5)
    # The first line holds the names.
    assert [row["line"] for row in done.rows] == list(range(2, 62))
    assert all(row["values"][0]["unit"] == "points" for row in done.rows)
    assert not any("confidence" in row or "probability" in row for row in done.rows)
