"""A model of a table from row to answer: one answer a row, under the row's name, and only the wrong rows fail."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from truecopy.contract import GraphInput
from truecopy.errors import InputError
from truecopy.predict import Failure


@pytest.fixture
def model(fake_model, digits_contract, change, table):
    """Ten classes; the class is the number of rooms."""
    contract = change(
        digits_contract,
        graph={"inputs": (GraphInput(name="x", dtype="float32", layout="NF", shape=("batch", 5)),)},
    )
    contract = msgspec.structs.replace(contract, input=table, steps=())
    return fake_model(lambda fed: np.eye(10, dtype=np.float32)[fed[:, 1].astype(int)], contract=contract)


def test_a_row_has_an_answer(model, row):
    assert model(row).index == 3
    assert model(row).source == "<row>"


def test_a_file_has_an_answer_a_row_in_order_and_failures_between_them(model, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("colour,size,age,rooms\nred,L,34,3\nred,L,34\npink,S,30,1\nblue,S,,7\n")
    answers = model.predict(path, on_error="yield")
    assert [answer.source for answer in answers] == [f"{path}:{line}" for line in (2, 3, 4, 5)]
    first, short, pink, last = answers
    assert (first.index, last.index) == (3, 7)
    assert isinstance(short, Failure)
    assert "the row is 1 cell short" in str(short.error)
    assert isinstance(pink, Failure)
    assert "expected one of 'blue', 'red', got 'pink'" in str(pink.error)


def test_the_first_wrong_row_is_raised_where_that_is_asked_for(model, row):
    with pytest.raises(InputError, match=r"column 'rooms' has another type: .*'three' - at <row 1>"):
        model.predict([row, {**row, "rooms": "three"}], on_error="raise")


def test_arrays_and_no_rows_are_answered(model):
    rows = np.array([[34.0, 3, None, "red", "L"], [float("nan"), 5, "", "blue", "S"]], object)
    assert [answer.index for answer in model.predict(rows)] == [3, 5]
    assert model.predict([]) == []
