"""A look into a checkpoint makes nothing of it, and says what an export would do."""

from __future__ import annotations

import argparse
import json
import shlex

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from truecopy.errors import AmbiguousEma, Blocked, CheckpointError
from truecopy_export.carried import Carried
from truecopy_export.recipes import Labels
from truecopy_export.window import look_into
from truecopy_export.window.export_line import export_line
from truecopy_export.window.held import held_by


def small() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


@pytest.fixture
def averaged(tmp_path):
    network = small()
    average = AveragedModel(network, use_buffers=True)
    average.update_parameters(network)
    with torch.no_grad():
        network[0].weight += 1
    average.update_parameters(network)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    path = tmp_path / "best.pt"
    torch.save(
        {
            "model": network.state_dict(), "model_ema": average.state_dict(), "optimizer": optimizer.state_dict(),
            "epoch": 7, "class_to_idx": {"cat": 0, "dog": 1}, "args": argparse.Namespace(lr=0.1),
            "nothing": None, "history": [1.5, 2.5],
        },
        path,
    )  # fmt: skip
    return path


def test_the_window_says_which_weights_and_why_and_how_far_apart(averaged):
    window = look_into(str(averaged))
    assert window.refusal is None
    assert (window.choice.taken.kind, window.choice.taken.field) == ("ema", "model_ema")
    shown = window.to_dict()
    assert shown["weights"]["counter"] == 2
    assert shown["weights"]["raw_to_ema_distance"] == pytest.approx(window.choice.ema.distance)
    assert 0.01 < window.choice.ema.distance < 1
    assert (shown["format"], shown["bytes"]) == ("pytorch-zip", averaged.stat().st_size)
    assert (shown["labels"], shown["architecture"]) == (["cat", "dog"], None)
    assert json.loads(json.dumps(shown)) == shown


def test_every_place_of_the_file_is_told_in_words(averaged):
    held = dict(look_into(str(averaged)).held)
    assert held["model"] == "weights: 9 tensors, 43 numbers, float32, int64"
    assert held["model_ema"].startswith("weights: 10 tensors")
    assert (held["optimizer"], held["epoch"], held["nothing"]) == ("an optimizer's state", "7", "nothing")
    assert (held["args"], held["history"]) == ("a Namespace", "1.5, 2.5")


def test_rows_hold_what_a_person_asks_first(averaged):
    rows = look_into(str(averaged)).rows()
    shown = dict(rows)
    assert shown["format"] == "a PyTorch checkpoint (torch.save, zip)"
    assert shown["labels"] == "2 (checkpoint class_to_idx): cat, dog"
    assert shown["args.lr"] == "0.1"
    assert "taken: model_ema (average); counter 2, distance" in " ".join(words for _, words in rows)


def test_weights_that_cannot_be_told_apart_are_the_answer_not_a_failure(tmp_path):
    path = tmp_path / "two.pt"
    torch.save({"model": small().state_dict(), "weights_of_sunday": small().state_dict()}, path)
    window = look_into(str(path))
    assert isinstance(window.refusal, AmbiguousEma)
    assert "--ema FIELD" in window.line
    assert window.to_dict()["status"] == "error"
    assert dict(window.rows())["refused"] == str(window.refusal)


def test_the_line_of_a_published_network_says_how_many_outputs_it_has(tmp_path):
    models = pytest.importorskip("torchvision.models")
    torch.manual_seed(0)
    state = models.shufflenet_v2_x0_5(num_classes=4).state_dict()
    torch.save(state, tmp_path / "bare.pt")
    assert (
        " --arch torchvision:shufflenet_v2_x0_5 --arch-arg num_classes=4 "
        in look_into(str(tmp_path / "bare.pt")).line
    )
    arguments = argparse.Namespace(model="shufflenet_v2_x0_5", val_resize_size=256, val_crop_size=224)
    torch.save({"model": state, "args": arguments}, tmp_path / "script.pt")
    by_script = look_into(str(tmp_path / "script.pt"))
    assert dict(by_script.rows())["architecture"] == "torchvision:shufflenet_v2_x0_5 num_classes=4"
    assert "--arch" not in by_script.line
    wrong = argparse.Namespace(**{**vars(arguments), "model": "resnet18"})
    torch.save({"model": state, "args": wrong}, tmp_path / "wrong.pt")
    outvoted = look_into(str(tmp_path / "wrong.pt"))
    assert outvoted.alike == ("torchvision:shufflenet_v2_x0_5",)
    assert " --arch torchvision:shufflenet_v2_x0_5 --labels" in outvoted.line


def test_labels_that_contradict_one_another_are_shown_and_the_line_asks_for_them(tmp_path):
    content = {"model": small().state_dict(), "class_to_idx": {"a": 0, "b": 1}, "classes": ["b", "a"]}
    torch.save(content, tmp_path / "best.pt")
    window = look_into(str(tmp_path / "best.pt"))
    assert window.refusal is None
    assert window.choice.taken.field == "model"
    assert dict(window.rows())["labels"].startswith(
        "not taken: the checkpoint holds two tables of labels that differ"
    )
    assert window.to_dict()["labels_refusal"].endswith("--labels FILE, with one label per output")
    assert "--labels LABELS.txt" in window.line


def test_a_pickle_that_would_run_code_is_refused_and_named(tmp_path):
    path = tmp_path / "whole.pt"
    torch.save(small(), path)
    with pytest.raises(Blocked, match=r"torch\.nn\.modules\.container\.Sequential"):
        look_into(str(path))


def test_what_is_not_there_is_an_error(tmp_path):
    with pytest.raises(CheckpointError, match="No such file"):
        look_into(str(tmp_path / "gone.pt"))


def test_the_line_asks_only_for_what_the_file_does_not_say():
    everything = Carried("timm:resnet18", {}, "hf:folder", labels=Labels(("a", "b"), None, "checkpoint"))
    assert export_line("runs/best.pth.tar", everything, whole=False) == (
        "truecopy export runs/best.pth.tar --proof PHOTOS/ -o best.onnx"
    )
    nothing = shlex.split(export_line("my runs/best.pt", Carried(), whole=False))
    assert nothing[2:] == [
        "my runs/best.pt", "--arch", "timm:NAME", "--recipe", "python:MODULE:TRANSFORM", "--labels", "LABELS.txt",
        "--proof", "PHOTOS/", "-o", "best.onnx",
    ]  # fmt: skip
    numbers = export_line("m.keras", Carried(task={"kind": "regression"}, recipe="x.yaml"), whole=True)
    assert numbers == "truecopy export m.keras --proof PHOTOS/ -o m.onnx"
    assert "--ema FIELD" in export_line("a.pt", Carried(), whole=False, ema="FIELD")


def test_a_bare_state_dict_is_one_place_and_a_long_file_is_cut():
    assert list(held_by({"w": torch.ones(2, 3)})) == [("the file itself", "1 tensor, 6 numbers, float32")]
    long = list(held_by({f"k{number}": number for number in range(50)}))
    assert (len(long), long[-1]) == (31, ("...", "and 20 more"))
