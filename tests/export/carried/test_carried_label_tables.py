"""Tables of labels as training scripts keep them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from truecopy.errors import RecipeError
from truecopy_export.carried import carried_by
from truecopy_export.carried.label_tables import labels_in, unread_labels
from truecopy_export.checkpoints import read_checkpoint


@pytest.mark.parametrize(
    "table",
    [
        {"class_to_idx": {"cat": np.int64(1), "dog": np.int64(0)}},
        {"class_to_idx": {"cat": torch.tensor(1), "dog": torch.tensor(0)}},
        {"class_to_idx": {"cat": "1", "dog": "0"}},
        {"idx_to_class": {"1": "cat", "0": "dog"}},
        {"id2label": {np.int32(1): "cat", np.int32(0): "dog"}},
    ],
    ids=["numpy", "tensors", "digits", "json", "numpy keys"],
)
def test_whole_numbers_are_read_however_they_are_kept(tmp_path, table):
    path = tmp_path / "best.pt"
    torch.save({"model": {"w": torch.ones(2)}, **table}, path)
    found = carried_by(read_checkpoint(path))
    assert found.labels.labels == ("dog", "cat")
    assert found.labels.source == f"checkpoint {next(iter(table))}"


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ({"class_to_idx": {0: "cat", 1: "dog"}}, "class_to_idx is not understood (a dict of 2)"),
        ({"class_to_idx": {"cat": 0.5, "dog": 0}}, "class_to_idx is not understood (a dict of 2)"),
        ({"class_to_idx": {"cat": True, "dog": False}}, "class_to_idx is not understood (a dict of 2)"),
        ({"args": {"classes": {"cat": 0}}}, "args.classes is not understood (a dict of 1)"),
        ({"classes": ["cat", 3]}, "classes is not understood (a list of 2)"),
        ({"class_to_idx": {"cat": torch.ones(2), "dog": 0}}, "class_to_idx is not understood (a dict of 2)"),
    ],
)
def test_a_table_of_another_shape_is_no_table_and_is_said_to_be_there(table, kind):
    assert labels_in(table, "best.pt") is None
    assert list(unread_labels(table)) == [("labels", f"{kind}: --labels FILE says them")]


def test_settings_and_nothing_are_no_tables():
    content = {"classes": 4, "class_names": None, "CLASSES": (), "hyper_parameters": {"classes": "all"}}
    assert labels_in(content, "best.pt") is None
    assert list(unread_labels(content)) == []


def test_an_output_that_is_numbered_twice_is_refused():
    with pytest.raises(
        RecipeError, match=r"does not number the classes: expected 0 to 2, each once, got 0, 1, 1 - at"
    ):
        labels_in({"class_to_idx": {"a": 0, "b": 1, "c": 1}}, "best.pt")


def test_an_empty_name_is_said_with_its_file_and_what_to_type():
    with pytest.raises(
        RecipeError, match=r"got '' - at best\.pt, checkpoint classes, place 1\. Say .*--labels FILE"
    ):
        labels_in({"classes": ["cat", ""]}, "best.pt")
