"""Fields of a task in NumPy's and pandas' numbers and lists: taken as the plain ones that they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from truecopy.contract import GraphOutput
from truecopy.contract.scalers import UndoStandard
from truecopy.errors import RecipeError
from truecopy_export.recipes import read_labels
from truecopy_export.tasks import TaskSpec, build_task, read_task


def build(task, outputs, labels=None, **flags):
    answer = GraphOutput(name="logits", dtype="float32", shape=("batch", outputs))
    return build_task(read_task(task, **flags), None if labels is None else read_labels(labels), answer)


def test_a_threshold_keeps_its_own_value():
    said = build("binary", 1, ["no", "yes"], threshold=np.float32(0.3)).threshold
    assert (type(said), said) == (float, float(np.float32(0.3)))
    assert build({"kind": "binary", "threshold": torch.tensor(0.25)}, 1, ["no", "yes"]).threshold == 0.25


def test_arrays_are_lists():
    task = build({"kind": "multilabel", "thresholds": np.array([0.25, 0.75])}, 2, ["a", "b"])
    assert task.thresholds == (0.25, 0.75)
    task = build({"kind": "multilabel", "thresholds": {np.str_("b"): np.float64(0.75)}}, 2, ["a", "b"])
    assert task.thresholds == (0.5, 0.75)


@pytest.mark.parametrize("positive", [np.int64(0), np.str_("no")])
def test_a_place_and_a_name_may_be_numpys(positive):
    assert build({"kind": "binary", "positive": positive}, 1, ["no", "yes"]).positive == 0


def test_values_clip_and_undo_of_a_regression():
    values = [{"name": np.str_("price"), "clip": [np.float64(0), np.int64(9)]}]
    undo = {"op": "standard", "mean": np.array([3.5]), "scale": np.float64(2)}
    task = build({"kind": "regression", "values": values, "undo": [undo]}, 1)
    assert (task.values[0].name, task.values[0].clip) == ("price", (0.0, 9.0))
    assert task.undo == (UndoStandard(mean=(3.5,), scale=(2.0,)),)
    columns = pd.DataFrame({"mass": [1.0], "age": [2.0]}).columns
    assert [one.name for one in build({"kind": "regression", "values": columns}, 2).values] == ["mass", "age"]


def test_a_task_that_is_a_spec_is_read_alike():
    spec = read_task(TaskSpec("multilabel", {"thresholds": np.array([0.5])}))
    assert spec.fields == {"thresholds": [0.5]}


def test_a_live_scaler_stays_what_it_is():
    scaler = StandardScaler().fit(np.array([[1.0], [4.0]]))
    assert read_task({"kind": "regression", "undo": [scaler]}).fields["undo"][0] is scaler


def test_an_unfitted_scaler_is_said_to_be_the_targets():
    with pytest.raises(RecipeError) as caught:
        build({"kind": "regression", "values": ["price"], "undo": [StandardScaler()]}, 1)
    assert str(caught.value) == (
        "StandardScaler is not fitted - at task, undo[0], the scaler of the target. Pass the StandardScaler that scaled "
        "the targets in the training, after its fit on them: `undo` holds its numbers"
    )


@pytest.mark.parametrize("step", [{"op": "standrad", "mean": 1}, "lg1p"])
def test_an_op_with_a_typing_error_is_told_the_nearest(step):
    with pytest.raises(RecipeError, match=r"a step of `undo`: .*Did you mean '(standard|log1p)'\?"):
        build({"kind": "regression", "values": ["price"], "undo": [step]}, 1)


def test_python_hears_the_name_of_its_argument():
    with pytest.raises(RecipeError, match=r"at task$"):
        read_task("binry", said="task")
    with pytest.raises(
        RecipeError, match=r"^threshold and the task contradict one another: got 0.5 and 0.25"
    ):
        read_task({"kind": "binary", "threshold": 0.25}, threshold=0.5, said="task")
    with pytest.raises(RecipeError, match=r"--labels labels.txt .*; in Python labels=\[\.\.\.\]"):
        build("binary", 1)
