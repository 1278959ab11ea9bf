"""Regression: names, units and ranges of the numbers, and how training's scaling is undone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from truecopy.contract import GraphOutput, Quantity, Regression
from truecopy.contract.scalers import UndoLog1p, UndoMinMax, UndoStandard
from truecopy.errors import RecipeError
from truecopy_export.recipes import read_labels
from truecopy_export.tasks import TaskSpec, build_task

TARGETS = np.array([[1.0, 10.0], [2.0, 30.0], [4.0, 20.0]])


def build(fields, outputs=2, labels=None):
    output = GraphOutput(name="values", dtype="float32", shape=("batch", outputs))
    return build_task(TaskSpec("regression", fields, "task.yaml"), labels, output)


@pytest.mark.parametrize("values", ["price", ["price"], {"name": "price"}, [{"name": "price", "unit": None}]])
def test_one_number_is_named_in_every_easy_form(values):
    task = build({"values": values}, outputs=1)
    quantity = Quantity(name="price", unit=None, clip=(None, None))
    assert task == Regression(values=(quantity,), values_source="task.yaml", undo=())


def test_units_and_ranges_stand_beside_the_names():
    task = build({"values": [{"name": "age", "unit": "years", "clip": [0, None]}, "height"]})
    assert task.values[0] == Quantity(name="age", unit="years", clip=(0.0, None))
    assert isinstance(task.values[0].clip[0], float)
    assert task.values[1].name == "height"


def test_labels_name_the_numbers_too():
    task = build({}, labels=read_labels(["age", "height"]))
    assert [value.name for value in task.values] == ["age", "height"]
    assert task.values_source == "list"


@pytest.mark.parametrize(
    ("undo", "expected"),
    [
        (None, ()),
        ({"op": "log1p"}, (UndoLog1p(),)),
        (["log1p"], (UndoLog1p(),)),
        ({"op": "standard", "mean": 3, "scale": [2, 4]}, (UndoStandard(mean=(3.0, 3.0), scale=(2.0, 4.0)),)),
        ({"op": "standard", "scale": 2}, (UndoStandard(mean=None, scale=(2.0, 2.0)),)),
        ([{"op": "min_max", "min": 0, "scale": 0.5}, "log1p"], (UndoMinMax(min=(0.0, 0.0), scale=(0.5, 0.5)), UndoLog1p())),
    ],
)  # fmt: skip
def test_scalers_are_undone_in_the_order_that_was_said(undo, expected):
    assert build({"values": ["a", "b"], "undo": undo}).undo == expected


def test_fitted_scalers_say_their_own_numbers():
    standard, min_max = StandardScaler().fit(TARGETS), MinMaxScaler().fit(TARGETS)
    task = build({"values": ["a", "b"], "undo": [standard, min_max, {"op": "log1p"}]})
    assert task.undo == (
        UndoStandard(mean=tuple(standard.mean_), scale=tuple(standard.scale_)),
        UndoMinMax(min=tuple(min_max.min_), scale=tuple(min_max.scale_)),
        UndoLog1p(),
    )
    assert build({"values": ["a", "b"], "undo": standard}).undo == task.undo[:1]


def test_a_scaler_may_stand_in_a_python_file(tmp_path, monkeypatch):
    (tmp_path / "scaling_of_mine.py").write_text(
        "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler().fit([[1.0], [3.0]])\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    task = build({"values": ["a"], "undo": ["python:scaling_of_mine:scaler"]}, outputs=1)
    assert task.undo == (UndoStandard(mean=(2.0,), scale=(1.0,)),)


@pytest.mark.parametrize(
    ("fields", "labels", "message"),
    [
        ({}, None, "the numbers of a regression need names: expected `values`, one for each output of 'values'"),
        ({"values": ["a", "b"]}, read_labels(["a", "b"]), "`values` and labels both name the numbers"),
        ({"values": ["a"]}, None, "1 values for 2 outputs of 'values'"),
        ({"values": ["a", "a"]}, None, "names of `values` repeat"),
        ({"values": ["a", 3]}, None, "a value: expected a name, or {name, unit, clip}, got 3"),
        ({"values": ["a", {"name": "b", "units": "m"}]}, None, "a value has no 'units', did you mean 'unit'?"),
        ({"values": ["a", {"name": "b", "clip": 3}]}, None, "`clip` of 'b': expected [least, most]"),
        ({"values": ["a", {"name": "b", "clip": [2, 1]}]}, None, "`clip` of 'b' ends below its begin"),
        ({"values": ["a", "b"], "undo": "sqrt"}, None, "a step of `undo`: expected {op: standard"),
        ({"values": ["a", "b"], "undo": {"op": "sqrt"}}, None, "a step of `undo`: expected op standard, min_max, log1p, got 'sqrt'"),
        ({"values": ["a", "b"], "undo": {"op": "log1p", "base": 2}}, None, "op 'log1p' has no field 'base': expected no field"),
        ({"values": ["a", "b"], "undo": ["log1p", {"op": "standard", "mean": [1, 2, 3]}]}, None, "`undo[1]` is for 3 numbers, and there are 2"),
        ({"values": ["a", "b"], "undo": {"op": "min_max", "min": 0, "scale": 0}}, None, "`scale` divides by zero"),
        ({"values": ["a", "b"], "undo": {"op": "min_max", "scale": 1}}, None, "$.task.undo[0].min"),
        ({"values": ["a", "b"], "undo": [3.0]}, None, "got 3.0 - at task.yaml, undo[0]"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_text(fields, labels, message):
    with pytest.raises(RecipeError) as caught:
        build(fields, labels=labels)
    assert message in str(caught.value)


def test_one_fitted_on_another_number_of_targets_is_refused():
    with pytest.raises(RecipeError, match=r"`undo\[0\]` is for 2 numbers, and there are 1"):
        build({"values": ["a"], "undo": [StandardScaler().fit(TARGETS)]}, outputs=1)
