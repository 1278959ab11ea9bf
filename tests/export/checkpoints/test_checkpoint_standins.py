"""The short closed list: what training libraries leave in a checkpoint is held, and never run."""

from __future__ import annotations

import argparse
import pathlib
import sys
import types
import zipfile
from collections import OrderedDict, defaultdict

import numpy as np
import pytest
import torch

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.checkpoints import choose_weights, read_checkpoint
from truecopy_export.checkpoints.pytorch.standins import Inert


@pytest.mark.parametrize(
    "value",
    [
        argparse.Namespace(lr=0.1, model="resnet18"),
        np.float64(0.91),
        np.float32(0.5),
        np.int64(7),
        np.bool_(True),
        np.float16(2.5),
        np.uint8(200),
        np.complex64(1 + 2j),
        np.dtype(">f8").type(3.5),
        pathlib.PurePosixPath("runs/fold_0"),
        pathlib.PureWindowsPath("C:/runs"),
        OrderedDict(a=1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_of_the_list_comes_back_equal(saved, value):
    found = saved({"state_dict": {"fc.weight": torch.ones(2, 2)}, "extra": value}).content["extra"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "value", [np.arange(6.0), np.dtype("float32"), np.str_("x"), np.datetime64("2026-01-01")]
)
def test_any_other_numpy_value_is_held_as_it_was_pickled(saved, value):
    assert isinstance(saved({"state_dict": {"w": torch.ones(2)}, "extra": value}).content["extra"], Inert)


class ForgedDtype:
    """Without the copy flag numpy.dtype gives the one float64 of the process, and the state would change it."""

    def __reduce__(self):
        return (np.dtype, ("f8", False, False), (3, "<", None, None, None, -1, -1, 63))


def test_a_forged_dtype_leaves_the_numpy_of_the_process_alone(saved):
    saved({"state_dict": {"w": torch.ones(2)}, "extra": ForgedDtype()})
    assert np.dtype("f8").flags == 0
    assert np.zeros(3).sum() == 0


def test_a_path_comes_back_as_one_that_cannot_touch_the_file_system(saved):
    found = saved({"state_dict": {"w": torch.ones(2)}, "path": pathlib.Path("runs/best.pt")}).content["path"]
    assert isinstance(found, pathlib.PurePath)
    assert not isinstance(found, pathlib.Path)


def _module(monkeypatch, name: str, **members: object) -> None:
    for part in (name.rpartition(".")[0], name):
        monkeypatch.setitem(sys.modules, part, types.ModuleType(part))
    for member, value in members.items():
        value.__module__ = name
        value.__qualname__ = member
        setattr(sys.modules[name], member, value)


def test_a_yacs_config_is_read_without_yacs(tmp_path, monkeypatch):
    class CfgNode(dict):
        pass

    _module(monkeypatch, "yacs.config", CfgNode=CfgNode)
    config = CfgNode(MODEL=CfgNode(NUM_CLASSES=10))
    config.__dict__["__immutable__"] = True
    torch.save({"model": {"w": torch.ones(2)}, "config": config}, tmp_path / "swin.pth")
    monkeypatch.undo()

    found = read_checkpoint(tmp_path / "swin.pth").content["config"]

    assert found["MODEL"]["NUM_CLASSES"] == 10
    assert "yacs" not in sys.modules


def test_an_omegaconf_container_is_read_without_omegaconf(tmp_path, monkeypatch):
    class DictConfig:
        pass

    class ContainerMetadata:
        pass

    _module(monkeypatch, "omegaconf.base", ContainerMetadata=ContainerMetadata)
    _module(monkeypatch, "omegaconf.dictconfig", DictConfig=DictConfig)
    config, metadata = DictConfig(), ContainerMetadata()
    metadata.__dict__.update(object_type=dict, key_type=int, resolver_cache=defaultdict(dict))
    config.__dict__.update(_metadata=metadata, _content={"lr": 0.1})
    torch.save({"state_dict": {"w": torch.ones(2)}, "hyper_parameters": config}, tmp_path / "hydra.ckpt")
    monkeypatch.undo()

    found = read_checkpoint(tmp_path / "hydra.ckpt").content["hyper_parameters"]

    assert isinstance(found, Inert)
    assert found.state["_content"] == {"lr": 0.1}


def test_a_class_of_the_same_library_outside_the_list_is_blocked(tmp_path, monkeypatch):
    class Runner:
        pass

    _module(monkeypatch, "mmengine_like.runner", Runner=Runner)
    torch.save({"state_dict": {"w": torch.ones(2)}, "runner": Runner()}, tmp_path / "a.pt")
    monkeypatch.undo()
    with pytest.raises(Blocked, match=r"got mmengine_like\.runner\.Runner"):
        read_checkpoint(tmp_path / "a.pt")


class Lookup:
    def __reduce__(self):
        return (getattr, (argparse.Namespace, "__init__"))


def test_a_lookup_of_an_attribute_looks_nothing_up(saved):
    found = saved({"state_dict": {"w": torch.ones(2)}, "method": Lookup()}).content["method"]
    assert isinstance(found, Inert)
    assert found.arguments == (argparse.Namespace, "__init__")


@pytest.mark.parametrize("held", [argparse.Namespace, Lookup], ids=["Namespace", "Inert"])
def test_tensors_held_by_a_stand_in_are_never_taken_for_weights(tmp_path, held):
    """What is taken must be a dictionary of tensors in the file itself, not an attribute of something else."""
    weights = {"fc.weight": torch.ones(2, 2)}
    with zipfile.ZipFile(tmp_path / "best.pt", "w") as archive:
        archive.writestr("best/data.pkl", _object_with_a_state_dict(held))
        archive.writestr("best/data/0", weights["fc.weight"].numpy().tobytes())
    checkpoint = read_checkpoint(tmp_path / "best.pt")
    holder = checkpoint.content["model"]
    assert torch.equal(
        (vars(holder) if held is argparse.Namespace else holder.state)["fc.weight"], weights["fc.weight"]
    )
    with pytest.raises(CheckpointError, match="holds no model weights"):
        choose_weights(checkpoint)


def _object_with_a_state_dict(kind: type) -> bytes:
    """A pickle of {"model": kind() with the state {"fc.weight": ones of 2 x 2}}."""
    named = {
        argparse.Namespace: b"cargparse\nNamespace\n",
        Lookup: b"cmmengine.logging.history_buffer\nHistoryBuffer\n",
    }[kind]
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ"
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00K\x02K\x02\x86K\x02K\x01\x86\x89NtR"
    return b"\x80\x02}X\x05\0\0\0model" + named + b")\x81}X\x09\0\0\0fc.weight" + tensor + b"sbs."


def test_the_stand_ins_are_allowed_only_while_a_checkpoint_is_read(saved):
    before = torch.serialization.get_safe_globals()
    choose_weights(saved({"w": torch.ones(2)}))
    assert torch.serialization.get_safe_globals() == before
