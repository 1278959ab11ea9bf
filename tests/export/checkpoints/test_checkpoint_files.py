"""Which files are read, and what is said of the others."""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import pickle
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from truecopy.errors import CheckpointError
from truecopy_export.carried.label_tables import labels_in
from truecopy_export.checkpoints import choose_weights, read_checkpoint


def refusal(path: Path, kind: type[CheckpointError] = CheckpointError) -> str:
    with pytest.raises(kind) as caught:
        read_checkpoint(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("zipped", "expected"), [(True, "pytorch-zip"), (False, "pytorch-legacy")], ids=["zip", "legacy"]
)
def test_both_formats_of_torch_save_are_read_whatever_the_file_is_called(
    tmp_path, make_network, zipped, expected
):
    state = make_network().state_dict()
    path = tmp_path / "weights.safetensors"
    torch.save({"state_dict": state, "epoch": 3}, path, _use_new_zipfile_serialization=zipped)

    checkpoint = read_checkpoint(path)

    assert checkpoint.format == expected
    assert checkpoint.name == "weights.safetensors"
    assert checkpoint.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    taken = choose_weights(checkpoint).taken.tensors
    assert list(taken) == list(state)
    assert all(torch.equal(taken[name], state[name]) for name in state)


def test_a_safetensors_file_is_read_under_any_name(tmp_path, make_network):
    state = make_network().state_dict()
    safetensors.torch.save_file(state, tmp_path / "model.bin")

    checkpoint = read_checkpoint(str(tmp_path / "model.bin"))

    assert checkpoint.format == "safetensors"
    assert torch.equal(choose_weights(checkpoint).taken.tensors["0.weight"], state["0.weight"])


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_file_saved_on_the_eighth_gpu_is_read_on_a_host_without_one(tmp_path, monkeypatch, zipped):
    monkeypatch.setattr(torch.serialization, "location_tag", lambda storage: "cuda:7")
    torch.save({"fc.weight": torch.ones(2, 3)}, tmp_path / "gpu.pt", _use_new_zipfile_serialization=zipped)
    assert b"cuda:7" in (tmp_path / "gpu.pt").read_bytes()

    taken = choose_weights(read_checkpoint(tmp_path / "gpu.pt")).taken

    assert taken.tensors["fc.weight"].device.type == "cpu"
    assert taken.tensors["fc.weight"].sum() == 6


def _tar(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("storages"), io.BytesIO())


def _zip(*members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for member in members:
            archive.writestr(member, b"{}")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said", "advice"),
    [
        (b"", "an empty file", "Copy or download it again"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a Git-LFS pointer", "git lfs pull"),
        (b"<!DOCTYPE html><html>Sign in</html>", "an HTML page", "raw link"),
        (b"\n  <html><body>404</body></html>", "an HTML page", "Download it again"),
        (b"\x08\x0a\x12\x07pytorch", "an ONNX model", "truecopy attach"),
        (b"\x1c\x00\x00\x00TFL3" + bytes(100), "a TensorFlow Lite model", "truecopy attach"),
        (b'{"format": "layers-model"}', "a JSON document without a model", "the file with the weights"),
        (b"\x1f\x8b\x08\x00", "a gzip archive", "gunzip"),
        (pickle.dumps({"a": 1}, protocol=2), "a plain Python pickle", "torch.save(model.state_dict()"),
        (b"\x93NUMPY\x01\x00", "a NumPy array", "torch.save(model.state_dict()"),
        (b"GIF89a", "no checkpoint", "torch.save(model.state_dict()"),
        (_zip("a.npy", "b.npy"), "a NumPy .npz archive", "torch.save"),
        (_zip("readme.txt"), "a zip archive that torch.save did not write", "Unpack it"),
    ],
)
def test_a_file_that_is_something_else_is_named_and_told_what_to_do_next(tmp_path, content, said, advice):
    path = tmp_path / "best.pt"
    path.write_bytes(content)
    message = refusal(path)
    assert said in message
    assert advice in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "a Keras model in HDF5 (.h5)"),
        (b"\x08\x01\x12\x90\x96\x05", "a TensorFlow SavedModel"),
        (b'{"modelTopology": {}, "weightsManifest": []}', "a TensorFlow.js layers model"),
        (_zip("m/constants.pkl", "m/code/m.py", "m/data.pkl"), "a TorchScript archive (torch.jit.save)"),
        (_zip("metadata.json", "config.json", "model.weights.h5"), "a Keras 3 archive (.keras)"),
        (_zip("m/models/model.json", "m/archive_format"), "a torch.export program (.pt2)"),
    ],
)
def test_a_file_that_holds_the_whole_network_is_no_state_dict_and_the_way_on_is_said(tmp_path, content, said):
    path = tmp_path / "best.pt"
    path.write_bytes(content)
    message = refusal(path)
    assert f"The file is {said}, not a state dict" in message
    assert "It holds the whole network: truecopy export takes it without --arch" in message


def test_a_tar_archive_is_named(tmp_path):
    _tar(tmp_path / "old.pth.tar")
    assert "a tar archive" in refusal(tmp_path / "old.pth.tar")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    assert "cannot be opened: got No such file" in refusal(tmp_path / "none.pt")
    assert "is a folder that is not known" in refusal(tmp_path)
    assert "Name the file inside it" in refusal(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"")
    assert "The file is a TensorFlow SavedModel" in refusal(tmp_path)


def test_the_one_file_of_weights_in_a_folder_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "model.pth").write_bytes(b"x")
    assert refusal(tmp_path).endswith(f"Name the file inside it: {tmp_path / 'model.pth'}")
    (tmp_path / "a.safetensors").write_bytes(b"x")
    assert refusal(tmp_path).endswith("Name the file inside it")


def test_a_link_that_leads_to_nothing_is_said_to_be_one(tmp_path):
    (tmp_path / "best.pt").symlink_to("gone.pt")
    assert f"a link leads to nothing: got {tmp_path / 'best.pt'} -> gone.pt" in refusal(tmp_path / "best.pt")
    (tmp_path / "round.pt").symlink_to("round.pt")
    assert "-> round.pt" in refusal(tmp_path / "round.pt")
    (tmp_path / "run").symlink_to("moved")
    assert f"got {tmp_path / 'run'} -> moved" in refusal(tmp_path / "run" / "best.pt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX systems")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "best.pt")
    assert "no regular file" in refusal(tmp_path / "best.pt")


def test_one_flipped_bit_is_found_and_its_member_named_although_torch_load_would_take_it(
    tmp_path, make_network
):
    path = tmp_path / "best.pt"
    torch.save(make_network().state_dict(), path)
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("best/data/0")
    damaged = bytearray(path.read_bytes())
    weights = make_network().state_dict()["0.weight"].numpy().tobytes()
    damaged[damaged.index(weights) + 5] ^= 1
    path.write_bytes(damaged)
    assert member.file_size == len(weights)
    torch.load(path, weights_only=True)  # does not notice

    message = refusal(path)

    assert "the checksum does not fit the bytes: got member best/data/0" in message


def test_a_file_saved_without_checksums_is_read(tmp_path, make_network):
    torch.serialization.set_crc32_options(False)
    try:
        torch.save(make_network().state_dict(), tmp_path / "best.pt")
    finally:
        torch.serialization.set_crc32_options(True)
    assert read_checkpoint(tmp_path / "best.pt").format == "pytorch-zip"


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_refused(tmp_path, make_network, zipped, kept):
    path = tmp_path / "best.pt"
    torch.save(make_network().state_dict(), path, _use_new_zipfile_serialization=zipped)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    assert "damaged or cut short" in refusal(path)


def test_a_safetensors_file_that_is_cut_short_is_refused(tmp_path, make_network):
    whole = safetensors.torch.save(make_network().state_dict())
    (tmp_path / "m.safetensors").write_bytes(whole[:-8])
    assert "safetensors file is damaged or cut short" in refusal(tmp_path / "m.safetensors")


def test_an_archive_that_another_tool_compressed_is_refused(tmp_path, make_network):
    torch.save(make_network().state_dict(), tmp_path / "a.pt")
    with (
        zipfile.ZipFile(tmp_path / "a.pt") as source,
        zipfile.ZipFile(tmp_path / "b.pt", "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
    assert "packed again by another tool" in refusal(tmp_path / "b.pt")


def test_a_file_that_is_no_dictionary_is_refused(saved):
    with pytest.raises(CheckpointError, match="holds no dictionary of names: got list"):
        saved([torch.ones(2)])


def test_arguments_and_labels_beside_the_weights_can_be_read(saved, make_network):
    args = argparse.Namespace(model="resnet18", mean=(0.5, 0.5, 0.5), crop_pct=0.875)
    state = make_network().state_dict()
    timm = saved({"state_dict": state, "args": args, "best": np.float64(0.9)})
    assert timm.arguments == {"model": "resnet18", "mean": (0.5, 0.5, 0.5), "crop_pct": 0.875}
    assert labels_in(timm.content, timm.name) is None
    table = saved({"model": state, "class_to_idx": {"cat": 1, "dog": 0}})
    assert labels_in(table.content, table.name).labels == ("dog", "cat")
    nested = saved({"model": state, "args": argparse.Namespace(class_to_idx={"a": 0})})
    assert labels_in(nested.content, nested.name).labels == ("a",)
    assert saved(state).arguments is None
