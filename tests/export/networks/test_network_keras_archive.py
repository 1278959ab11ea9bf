"""Hostile and damaged `.keras` archives: typed errors, bounded memory, and nothing of them is run."""

from __future__ import annotations

import base64
import io
import json
import marshal
import pickle
import time
import tracemalloc
import zipfile

import pytest
from tests.export.networks.keras_small import (
    agrees,
    changed,
    hdf5,
    keras_on_torch,
    members,
    opened,
    packed,
    randomized,
    saved,
)

from truecopy.errors import CheckpointError, TruecopyError
from truecopy_export.networks.keras.archive import read_archive

keras = keras_on_torch()
layers = keras.layers


@pytest.fixture(scope="module")
def model():
    made = [
        keras.Input((6, 7, 3)),
        layers.Conv2D(2, 3),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dense(2),
    ]
    return randomized(keras.Sequential(made))


@pytest.fixture(scope="module")
def good(model, tmp_path_factory):
    return saved(model, tmp_path_factory.mktemp("keras") / "m.keras")


def refusal(path) -> str:
    with pytest.raises(CheckpointError) as caught:
        opened(path)
    return str(caught.value)


class Marks:
    """Unpickled, it creates the file that it names."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def hostile_layers(mark):
    """name -> a layer that would create the file `mark`, in every way that Keras was ever passed by."""
    code = compile(f"open({str(mark)!r}, 'w')", "x", "exec")
    packed_code = base64.b64encode(marshal.dumps(code)).decode()
    pickled = base64.b64encode(pickle.dumps(Marks(mark))).decode()
    as_layer = {"module": "keras.layers", "registered_name": None}
    function = {
        "class_name": "__lambda__",
        "config": {"code": packed_code, "defaults": None, "closure": None},
    }
    return {
        "a Lambda with marshalled code": {**as_layer, "class_name": "Lambda", "config": {"name": "x", "function": function}},
        "a Lambda with a name": {**as_layer, "class_name": "Lambda", "config": {
            "name": "x", "function": {"module": "builtins", "class_name": "function", "config": "exec"},
            "arguments": {"globals": {}}}},
        "a function of another module": {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        "a class of another module": {"module": "subprocess", "class_name": "Popen", "registered_name": None,
                                      "config": {"name": "x", "args": ["touch", str(mark)]}},
        "keras's own downloader": {"module": "keras.utils", "class_name": "function", "config": "get_file",
                                   "registered_name": "get_file"},
        "keras's own switch of safe mode": {"module": "keras.config", "class_name": "function",
                                            "config": "enable_unsafe_deserialization", "registered_name": None},
        "a torch module in a pickle": {**as_layer, "class_name": "TorchModuleWrapper", "config": {
            "name": "x", "module": {"class_name": "__bytes__", "config": {"value": pickled}}}},
        "a SavedModel beside it": {**as_layer, "class_name": "TFSMLayer", "config": {"name": "x", "filepath": str(mark)}},
        "a vocabulary in another file": {**as_layer, "class_name": "StringLookup", "config": {
            "name": "x", "vocabulary": "/etc/passwd"}},
        "a registered name": {**as_layer, "class_name": "Dense", "registered_name": "theirs>Run", "config": {"name": "x", "units": 1}},
    }  # fmt: skip


@pytest.mark.parametrize("name", hostile_layers("x"))
@pytest.mark.parametrize(
    "place", ["a layer", "an activation", "an argument of a call", "a dtype", "a build configuration"]
)
def test_code_in_a_configuration_is_never_run(name, place, good, tmp_path):
    mark = tmp_path / "was-run"
    bad = hostile_layers(mark)[name]

    def change(config):
        inside = config["config"]["layers"]
        match place:
            case "a layer":
                inside.insert(1, bad)
            case "an activation":
                inside[1]["config"]["activation"] = bad
            case "an argument of a call":
                inside[1]["inbound_nodes"] = [{"args": [bad], "kwargs": {}}]
            case "a dtype":
                inside[1]["config"]["dtype"] = bad
            case _:
                inside[1]["build_config"] = {"input_shape": bad}

    assert "layer" in refusal(changed(good, tmp_path / "bad.keras", change))
    assert not mark.exists()


@pytest.mark.parametrize("name", hostile_layers("x"))
def test_code_where_only_training_would_look_is_left_out(name, model, good, tmp_path):
    mark = tmp_path / "was-run"
    bad = hostile_layers(mark)[name]

    def change(config):
        config["compile_config"] = {"loss": bad, "optimizer": bad, "metrics": [bad]}
        config["config"]["layers"][1]["config"] |= {
            "kernel_initializer": bad,
            "kernel_regularizer": bad,
            "bias_constraint": bad,
        }

    agrees(opened(changed(good, tmp_path / "odd.keras", change)), model, (2, 6, 7, 3))
    assert not mark.exists()


@pytest.mark.parametrize(
    "name", ["../../outside", "/tmp/outside", "..\\outside", "assets/../../outside", "C:\\outside"]
)
def test_a_member_that_points_out_of_the_archive_is_refused(name, good, tmp_path):
    path = packed({**members(good), name: b"x"}, tmp_path / "bad.keras")
    assert "a member of the archive points out of it" in refusal(path)
    assert not (tmp_path.parent / "outside").exists()


def test_a_member_that_unpacks_to_more_than_it_holds_is_refused_before_it_is_unpacked(good, tmp_path):
    found = members(good)
    path = packed(
        {**found, "model.weights.h5": bytes(1 << 28)}, tmp_path / "bomb.keras", zipfile.ZIP_DEFLATED
    )
    assert path.stat().st_size < 1 << 20
    tracemalloc.start()
    assert "claims to unpack to more than it can hold: expected" in refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
    path = packed({**found, "config.json": b" " * (1 << 27)}, tmp_path / "bomb.keras", zipfile.ZIP_DEFLATED)
    assert "config.json claims to unpack to more than it can hold" in refusal(path)


def test_an_archive_that_was_packed_again_is_read(model, good, tmp_path):
    agrees(opened(packed(members(good), tmp_path / "again.keras", zipfile.ZIP_DEFLATED)), model, (2, 6, 7, 3))
    inside = {f"model/{name}": data for name, data in members(good).items()}
    assert "the archive has no member config.json" in refusal(packed(inside, tmp_path / "folder.keras"))
    assert "Pack the files themselves, not their folder" in refusal(packed(inside, tmp_path / "folder.keras"))


def test_a_member_twice_or_missing_is_refused(good, tmp_path):
    path = packed(members(good), tmp_path / "twice.keras")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("config.json", "{}")
    assert "the archive has a member twice: expected one of each, got 'config.json'" in refusal(path)
    found = members(good)
    del found["metadata.json"]
    assert "the archive has no member metadata.json" in refusal(packed(found, tmp_path / "less.keras"))


def test_metadata_that_does_not_name_a_version_is_refused(good, tmp_path):
    for text in (b"", b"[]", b'{"keras_version": ', b"{}"):
        found = {**members(good), "metadata.json": text}
        assert "metadata.json does not say which Keras wrote the file" in refusal(
            packed(found, tmp_path / "x.keras")
        )


@pytest.mark.parametrize("version", ["9" * 5000, "3.x y", "", "\u0663.1", None, ["3.0"]])
def test_a_version_that_is_none_is_refused(good, tmp_path, version):
    found = {**members(good), "metadata.json": json.dumps({"keras_version": version}).encode()}
    assert "the file does not say which Keras wrote it: expected keras_version, like 3.15.1" in refusal(
        packed(found, tmp_path / "x.keras")
    )


def test_a_file_of_a_newer_keras_says_what_to_install(good, tmp_path):
    def change(config):
        config["config"]["layers"][1]["config"]["not_known_yet"] = 1

    path = changed(good, tmp_path / "x.keras", change)
    found = {**members(path), "metadata.json": json.dumps({"keras_version": "3.99.1"}).encode()}
    message = refusal(packed(found, tmp_path / "newer.keras"))
    assert "not_known_yet" in message
    assert message.endswith('A newer Keras wrote it. Type: pip install "keras>=3.99.1"')


def test_an_archive_of_keras_2_is_read_and_what_keras_3_means_otherwise_is_not(model, good, tmp_path):
    old = json.dumps({"keras_version": "2.15.0", "date_saved": "2023-12-04@20:32:59"}).encode()
    found = {**members(good), "metadata.json": old}
    read = opened(packed(found, tmp_path / "old.keras"))
    agrees(read, model, (2, 6, 7, 3))
    assert read.network.notes[0].startswith("the file was written by Keras 2.15.0 and is read by Keras 3.")
    assert dict(read.carried.facts)["saved"] == "2023-12-04@20:32:59"

    def hard(config):
        config["config"]["layers"][1]["config"]["activation"] = "hard_sigmoid"

    path = changed(packed(found, tmp_path / "old.keras"), tmp_path / "hard.keras", hard)
    message = refusal(path)
    assert message.startswith("Keras 2.15.0 wrote the file, and Keras 3 does not read it: layer 'conv2d")
    assert message.endswith("tf_keras.models.load_model(FILE).save('x.h5'); then type: truecopy export x.h5")


def test_names_with_backslashes_are_read_as_slashes(model, good, tmp_path):
    """As Keras 2.12 to 2.15 wrote them on Windows: one group `layers\\conv2d`."""
    import h5py

    def build(file):
        with h5py.File(io.BytesIO(members(good)["model.weights.h5"]), "r") as whole:
            for name in whole["layers"]:
                whole.copy(whole["layers"][name], file, f"layers\\{name}")

    old = json.dumps({"keras_version": "2.15.0"}).encode()
    found = {**members(good), "metadata.json": old, "model.weights.h5": hdf5(build)}
    read = opened(packed(found, tmp_path / "windows.keras"))
    agrees(read, model, (2, 6, 7, 3))
    assert "names with backslashes" in read.network.notes[1]


def test_a_file_cut_short_or_with_bits_turned_is_refused_or_read_right(model, good, tmp_path):
    data = good.read_bytes()
    path = tmp_path / "x.keras"
    for cut in range(0, len(data), len(data) // 7):
        path.write_bytes(data[:cut])
        with pytest.raises(CheckpointError):
            opened(path)
    for place in range(60, len(data), len(data) // 12):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        try:
            read_archive(path, tmp_path / "w.h5")
        except CheckpointError:
            continue
        # A bit that no checksum covers: dates and attributes of members.
        assert members(path) == members(good)


def test_a_weights_file_with_a_link_is_refused_in_an_archive_too(good, tmp_path):
    import h5py

    def build(file):
        file["layers/conv2d/vars/0"] = h5py.ExternalLink("/etc/passwd", "/x")

    path = packed({**members(good), "model.weights.h5": hdf5(build)}, tmp_path / "x.keras")
    assert "a link stands where weights should" in refusal(path)


def test_random_archives_end_in_time(good, tmp_path):
    started = time.monotonic()
    found = members(good)
    for text in (b"null", b'{"class_name":"Sequential","config":{"layers":[[]]}}', b'{"class_name":"Sequential","config":{}}',
                 b'{"class_name":"Functional","config":{"name":"x","layers":[],"input_layers":[],"output_layers":[]}}'):  # fmt: skip
        with pytest.raises(TruecopyError):
            opened(packed({**found, "config.json": text}, tmp_path / "x.keras"))
    assert time.monotonic() - started < 120
