"""Numbers, categories and an order in one table, through one fitted ColumnTransformer."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from scipy.special import expit, softmax
from tests.e2e.tasks import loan_rows as loans

import truecopy
from truecopy_export import attach, export

RISKS = ["low", "middle", "high"]


@pytest.fixture(scope="module")
def columns():
    return loans.transformer()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loans")
    loans.write_csv(loans.table()[0][:50], folder / "rows.csv")
    return folder


@pytest.fixture(scope="module")
def network(columns):
    return loans.trained(3, columns)


@pytest.fixture(scope="module")
def made(columns, network, folder):
    path = folder / "risk.onnx"
    return path, export(network, path, recipe=columns, labels=RISKS, proof=folder / "rows.csv")


def test_the_proof_is_bit_exact_on_every_row(made):
    proof = made[1].contract.proof
    assert (proof.level, proof.images, proof.tensor.differing_values) == ("bit-exact", 50, 0)
    assert proof.decisions.flips == 0
    assert proof.output.max_abs_over_max_logit < 1e-5


def test_features_are_bits_of_the_transformer_with_missing_and_unseen_cells(made, columns):
    frame = loans.table()[0].copy()
    frame.loc[5, "city"] = "Bath"
    expected = loans.features(columns, frame)
    found = np.stack([truecopy.preprocess(row, made[1].contract) for row in frame.to_dict("records")])
    assert np.array_equal(found.view(np.uint32), expected.view(np.uint32))


def test_a_dataframe_dicts_and_a_file_give_the_same_answers(made, columns, network, folder):
    frame = loans.table()[0][:50]
    model = truecopy.load(made[0])
    by_frame, by_dicts = model.predict(frame), model.predict(frame.to_dict("records"))
    by_file = model.predict(folder / "rows.csv")
    reordered = model.predict(frame[["size", "city", "income", "age"]])
    expected = softmax(loans.raw(columns, network, frame), axis=1)
    for answers in (by_frame, by_dicts, by_file, reordered):
        assert [answer.index for answer in answers] == expected.argmax(1).tolist()
        rows = np.stack([answer.probabilities for answer in answers])
        np.testing.assert_allclose(rows, expected, atol=1e-6)
        assert np.array_equal(
            rows.view(np.uint32), np.stack([answer.probabilities for answer in by_frame]).view(np.uint32)
        )


def test_a_binary_head_on_a_table(columns, folder):
    network = loans.trained(1, columns)
    path = folder / "refuse.onnx"
    report = export(
        network, path, recipe=columns, labels=["grant", "refuse"], proof=folder / "rows.csv",
        task={"kind": "binary", "positive": "refuse", "threshold": 0.4},
    )  # fmt: skip
    assert report.contract.proof.level == "bit-exact"
    frame = loans.table()[0]
    expected = expit(loans.raw(columns, network, frame)[:, 0])
    answers = truecopy.load(path).predict(frame)
    np.testing.assert_allclose([answer.probability for answer in answers], expected, atol=1e-6)
    assert [answer.label for answer in answers] == ["refuse" if p >= 0.4 else "grant" for p in expected]


def test_a_graph_that_is_there_already_takes_the_same_recipe(made, columns, folder):
    plain = onnx.load(made[0])
    del plain.metadata_props[:]
    onnx.save(plain, folder / "plain.onnx")
    report = attach(
        folder / "plain.onnx",
        folder / "attached.onnx",
        recipe=columns,
        labels=RISKS,
        proof=folder / "rows.csv",
    )
    proof = report.contract.proof
    assert (proof.level, proof.images, proof.tensor.differing_values) == ("bit-exact", 50, 0)
    assert report.contract.input == made[1].contract.input
    ours, theirs = (
        [answer.to_dict(probabilities=True) for answer in truecopy.load(path).predict(folder / "rows.csv")]
        for path in (folder / "attached.onnx", made[0])
    )
    assert ours == theirs


def test_a_row_in_and_a_row_out_where_no_training_library_is(made, columns, network, folder, alone):
    checked, done = alone(
        folder, ("selftest", "risk.onnx", "--json"), ("predict", "risk.onnx", "rows.csv", "--json")
    )
    assert checked.rows[0]["ok"]
    expected = loans.raw(columns, network, loans.table()[0][:50]).argmax(1)
    assert [row["index"] for row in done.rows] == expected.tolist()
    assert [row["line"] for row in done.rows] == list(range(2, 52))
    assert {row["label"] for row in done.rows} <= set(RISKS)
