"""The intake of tables: items, traces, stored and golden rows."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.table_vocabulary import rows_for, table_inputs

from truecopy.contract import Column, FeatureBlock, Impute, MinMax, OneHot, Ordinal, Standard, TableInput
from truecopy.digest import digest
from truecopy.errors import ContractError, InputError, Unsupported
from truecopy.tables import Columns, FeaturePlan, Row, as_json, golden_rows


def test_an_item_feeds_one_row_in_the_dtype_of_the_graph(intake, row):
    item = intake.item(row)
    (fed,) = item.feeds.values()
    assert (list(item.feeds), fed.dtype, fed.shape) == (["x"], np.float32, (1, 5))
    assert (item.source, item.warnings, item.steps) == ("<row>", (), None)


def test_an_item_of_a_named_row_is_called_as_the_row(intake, row):
    assert intake.item(Row("rows.csv:4", row)).source == "rows.csv:4"
    assert intake.name(Row("rows.csv:4", row)) == "rows.csv:4"
    assert intake.name(row) == "<row>"
    assert intake.name("rows.csv") == "rows.csv"


def test_a_trace_digests_the_typed_cells_the_features_and_what_is_fed(intake, row):
    traced = intake.traced(row)
    text = '{"age":34.0,"colour":"red","rooms":3,"size":"L"}'
    features = np.array([1.0, 3.0, 0.0, 1.0, 2.0])
    assert traced.decode == hashlib.sha256(text.encode()).hexdigest()
    assert traced.canvas == digest(features)
    assert traced.tensor == digest(features.astype(np.float32))
    assert traced.pixels is None
    assert np.array_equal(traced.item.feeds["x"], [features])


def test_the_trace_is_of_what_is_read_not_of_how_it_was_given(intake, row):
    same = {"size": np.str_("L"), "age": np.float32(34), "colour": "red", "rooms": 3.0, "note": None}
    assert intake.traced(same).decode == intake.traced(row).decode
    assert intake.traced({**row, "age": 33.0}).decode != intake.traced(row).decode


def test_a_colour_order_is_refused(intake, row):
    with pytest.raises(Unsupported, match=r"`color` is for pictures: a row has no channels: got color='BGR'"):
        intake.item(row, "BGR")


def test_the_cells_of_many_rows_are_those_of_each(intake, row):
    assert intake.cells([row, row]) == [intake.row(row).cells] * 2
    with pytest.raises(InputError, match=r"column 'age' has another type: .* - at <row 1>"):
        intake.cells([row, {**row, "age": "old"}])


def test_stored_bytes_are_read_as_the_row_that_they_were_made_of(intake, row):
    row["age"] = None
    assert intake.row(intake.stored(intake.encoded(row))).cells == intake.row(row).cells


def test_half_of_a_surrogate_pair_is_answered_but_not_stored(intake, row):
    row["size"] = "\ud800a"
    assert intake.item(row).feeds["x"].shape == (1, 5)
    with pytest.raises(InputError) as caught:
        intake.encoded(row)
    assert str(caught.value) == (
        "the text cannot be stored as UTF-8: expected whole characters, got half of a surrogate pair, '\\ud800' - at "
        "<row>. Read the text again, as UTF-8 with errors='strict'"
    )


@pytest.mark.parametrize(
    ("stored", "error"),
    [(b"[1, 2]", "the stored row is no JSON object: got list"), (b"{", "the stored row is not valid JSON"),
     (b'{"a": NaN}', "NaN is no JSON number"), (b'{"a": [[1]]}', "nested too deeply")],
)  # fmt: skip
def test_stored_bytes_that_are_no_row_are_refused(intake, stored, error):
    with pytest.raises(ContractError, match=error):
        intake.stored(stored)


def test_golden_rows_are_typical_low_high_and_empty(intake):
    rows = {name: json.loads(encoded) for name, encoded in intake.golden()}
    assert rows == {
        "typical": {"age": 30.0, "rooms": 0, "colour": "blue", "size": "S"},
        "low": {"age": 26.0, "rooms": 0, "colour": "red", "size": "L"},
        "high": {"age": 34.0, "rooms": 1, "colour": "blue", "size": "L"},
        "empty": {"age": None, "rooms": 1, "colour": "red", "size": None},
    }


def test_golden_rows_are_always_the_same_bytes(intake, table):
    assert intake.golden() == golden_rows(table) == golden_rows(table)


def test_golden_rows_are_accepted_stored_and_traced(intake):
    for _, encoded in intake.golden():
        row = intake.stored(encoded)
        assert intake.encoded(row) == encoded
        assert np.isfinite(intake.traced(row).item.feeds["x"]).all()


def test_golden_numbers_lie_in_both_halves_of_a_min_max_range():
    spec = TableInput(
        columns=(Column(name="a", dtype="float64"),),
        features=(FeatureBlock(columns=("a",), dtype="float64",
                               chain=(MinMax(scale=(0.25,), min=(-1.0,), clip=(0.0, 1.0)),)),),
        missing="error",
    )  # fmt: skip
    plan = FeaturePlan.of(spec, "float64")
    rows = [json.loads(encoded) for _, encoded in golden_rows(spec)]
    assert plan.features(rows, [""] * 4)[:, 0].tolist() == [0.5, 0.0, 1.0, 0.8]


def test_a_golden_row_is_empty_only_where_the_model_takes_it():
    names = ("filled", "bare", "sentinel", "known", "zeros", "strict")
    word = ("x", "y")
    chains = {
        "filled": (Impute(strategy="mean", missing=None, fill=(2.0,)),),
        "bare": (Standard(mean=(1.0,), scale=None),),
        "sentinel": (Impute(strategy="mean", missing=-1, fill=(2.0,)),),
        "known": (Ordinal(categories=((*word, None),), unknown="error", unknown_value=None, missing_value=5.0),),
        "zeros": (OneHot(categories=(word,), drop=(None,), unknown="zeros"),),
        "strict": (OneHot(categories=(word,), drop=(None,), unknown="error"),),
    }  # fmt: skip
    for missing, wanted in (
        ("error", {"filled", "known", "zeros"}),
        ("pass", {"filled", "bare", "known", "zeros"}),
    ):
        spec = TableInput(
            columns=tuple(
                Column(name=name, dtype="float64" if place < 3 else "text")
                for place, name in enumerate(names)
            ),
            features=tuple(
                FeatureBlock(columns=(name,), dtype="float64", chain=chains[name]) for name in names
            ),
            missing=missing,
        )
        last = json.loads(golden_rows(spec)[3][1])
        assert {name for name, cell in last.items() if cell is None} == wanted
        FeaturePlan.of(spec, "float64").features([last], ["last"])


def test_a_category_in_a_golden_row_is_known_to_every_encoder_of_its_column():
    spec = TableInput(
        columns=(Column(name="a", dtype="text"),),
        features=tuple(
            FeatureBlock(columns=("a",), dtype="float64",
                         chain=(OneHot(categories=(known,), drop=(None,), unknown="error"),))
            for known in (("x", "y", "z"), ("z", "y"))
        ),
        missing="error",
    )  # fmt: skip
    plan = FeaturePlan.of(spec, "float64")
    rows = [json.loads(encoded) for _, encoded in golden_rows(spec)]
    assert plan.features(rows, [""] * 4).shape == (4, 5)
    assert {row["a"] for row in rows} == {"y", "z"}


@given(table_inputs())
def test_any_table_takes_its_golden_rows_and_gives_their_bytes_back(spec):
    columns, plan = Columns.of(spec), FeaturePlan.of(spec, "float64")
    rows = golden_rows(spec)
    assert len({name for name, _ in rows}) == 4
    for name, encoded in rows:
        cells = columns.of_mapping(json.loads(encoded), name)
        assert as_json(cells) == encoded
        plan.features([cells], [name])


@given(st.data())
def test_any_row_comes_back_from_its_stored_form(data):
    spec = data.draw(table_inputs())
    for row in data.draw(rows_for(spec)):
        cells = Columns.of(spec).of_mapping(row, "row")
        again = Columns.of(spec).of_mapping(json.loads(as_json(cells)), "row")
        assert as_json(again) == as_json(cells)
        assert again == cells
