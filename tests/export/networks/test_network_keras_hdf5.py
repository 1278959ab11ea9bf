"""Whole Keras models in HDF5: read like Keras reads them, or refused with the reason and the line to type."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
import warnings

import numpy as np
import pytest
from tests.export.networks.keras_small import (
    agrees,
    graph_of,
    hdf5,
    keras_on_torch,
    opened,
    randomized,
    saved,
)

from truecopy.errors import CheckpointError
from truecopy_export.networks.keras import hdf5_child as keras_hdf5_child
from truecopy_export.networks.keras import weights as keras_weights
from truecopy_export.networks.keras.weights import Stored, read_hdf5, texts_of, write_hdf5

keras = keras_on_torch()
h5py = pytest.importorskip("h5py", reason="h5py comes with Keras")
layers = keras.layers


@pytest.fixture(scope="module")
def model():
    image = keras.Input((8, 9, 3))
    x = layers.BatchNormalization()(
        layers.SeparableConv2D(3, 3, activation="relu")(layers.Rescaling(1 / 255)(image))
    )
    x = layers.Add()([x, layers.DepthwiseConv2D(1)(x)])
    return randomized(keras.Model(image, layers.Dense(2)(layers.Flatten()(x))))


@pytest.fixture(scope="module")
def good(model, tmp_path_factory):
    return saved(model, tmp_path_factory.mktemp("keras") / "m.h5")


def refusal(path) -> str:
    with pytest.raises(CheckpointError) as caught:
        opened(path)
    return str(caught.value)


def edited(good, target, edit):
    target.write_bytes(good.read_bytes())
    with h5py.File(target, "r+") as file:
        edit(file)
    return target


def as_keras2(file, change=lambda config: None):
    """The attributes of a file that Keras 2 wrote."""
    config = json.loads(file.attrs["model_config"])
    change(config)
    file.attrs["model_config"] = json.dumps(config)
    file.attrs["keras_version"] = "2.15.0"


def test_a_whole_model_answers_as_in_keras_and_so_does_its_graph(model, good):
    found = opened(good)
    agrees(found, model, (3, 8, 9, 3))
    graph_of(found)
    assert (found.format, found.network.framework, found.network.notes) == ("keras-hdf5", "keras", ())
    assert dict(found.carried.facts)["written by"] == f"Keras {keras.__version__}"


def test_the_name_of_the_file_is_not_asked(model, good, tmp_path):
    (tmp_path / "model.pth").write_bytes(good.read_bytes())
    agrees(opened(tmp_path / "model.pth"), model, (2, 8, 9, 3))


def test_weights_alone_are_refused(model, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Keras's own use of NumPy
        model.save_weights(tmp_path / "m.weights.h5")
    message = refusal(tmp_path / "m.weights.h5")
    assert message.startswith("the file holds weights only: expected a whole model, got 11 arrays in layers")
    assert message.endswith("Save the whole model where it is built: model.save('x.keras')")
    path = tmp_path / "other.h5"
    path.write_bytes(hdf5(lambda file: file.create_dataset("table", data=np.ones(3))))
    assert "got 1 arrays in table" in refusal(path)


def test_a_file_of_keras_2_is_read_by_keras_3_with_a_note(model, good, tmp_path):
    found = opened(edited(good, tmp_path / "old.h5", as_keras2))
    agrees(found, model, (2, 8, 9, 3))
    assert found.network.notes == (
        f"the file was written by Keras 2.15.0 and is read by Keras {keras.__version__}: the proof compares with that",
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            lambda config: config["config"]["layers"][2]["config"].update(activation="hard_sigmoid"),
            "has hard_sigmoid",
        ),
        (lambda config: config["config"]["layers"][2]["config"].update(not_known=1), "not_known"),
    ],
)
def test_what_keras_3_cannot_read_names_tf_keras_and_both_lines_to_type(
    change, why, good, tmp_path, monkeypatch
):
    path = edited(good, tmp_path / "old.h5", lambda file: as_keras2(file, change))
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tf_keras" else real(name))
    message = refusal(path)
    assert message.startswith(
        "the file was written by Keras 2.15.0 and takes tf_keras, which is not installed"
    )
    assert why in message
    assert 'pip install "truecopy-export[tensorflow]"' in message
    assert 'pip install "truecopy-export[keras]"' in message


def test_what_keras_3_cannot_read_goes_to_tf_keras_where_it_is(good, tmp_path, monkeypatch):
    path = edited(
        good, tmp_path / "old.h5",
        lambda file: as_keras2(file, lambda config: config["config"]["layers"][2]["config"].update(activation="hard_sigmoid")),
    )  # fmt: skip
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: name in ("tf_keras", "tensorflow") or real(name)
    )
    other = type(sys)("truecopy_export.networks.tensorflow.keras2_hdf5")
    other.open_keras2_hdf5 = lambda asked: ("read", asked)
    monkeypatch.setitem(sys.modules, "truecopy_export.networks.tensorflow.keras2_hdf5", other)
    monkeypatch.setattr("truecopy_export.networks.tensorflow.keras2_hdf5", other, raising=False)
    assert opened(path) == ("read", path)


def test_weights_in_another_order_than_keras_3_takes_them_are_refused(good, tmp_path):
    def find(file):
        return next(name for name in file["model_weights"] if name.startswith("batch_normalization"))

    def edit(file):
        group = file["model_weights"][find(file)]
        names = list(group.attrs["weight_names"])
        group.attrs["weight_names"] = [names[1], names[0], *names[2:]]

    message = refusal(edited(good, tmp_path / "x.h5", edit))
    assert (
        "Keras reads the weights in another order than they were written: expected batch_normalization"
        in message
    )
    assert "gamma" in message
    assert "beta" in message


def test_long_lists_of_names_stand_in_pieces(tmp_path):
    names = [f"layer_{number:05d}_{'x' * 40}" for number in range(3000)]
    write_hdf5(
        Stored({"a": np.ones(2, np.float32)}, {}),
        tmp_path / "x.h5",
        {"g": {"layer_names": names}, "": {"backend": "b"}},
    )
    found = read_hdf5(tmp_path / "x.h5", "x.h5")
    assert "layer_names0" in found.attributes["g"]
    assert texts_of(found.attributes["g"], "layer_names") == names
    assert texts_of(found.attributes["g"], "weight_names") is None
    assert found.attributes[""] == {"backend": "b"}
    assert np.array_equal(found.arrays["a"], np.ones(2))


def test_a_single_number_keeps_its_shape(tmp_path):
    (tmp_path / "x.h5").write_bytes(hdf5(lambda file: file.create_dataset("n/count", data=np.int64(7))))
    (count,) = read_hdf5(tmp_path / "x.h5", "x.h5").arrays.values()
    assert (count.shape, count.dtype, int(count)) == ((), np.int64, 7)


def external(file):
    file.create_dataset("model_weights/x", (4,), "f4", external=[("secret.bin", 0, 16)])


def virtual(file):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    file.create_virtual_dataset("model_weights/x", layout)


def deep(file):
    file.create_group("/".join("g" * 1 for _ in range(80)))


def ring(file):
    file["a/b"] = file.create_group("a")


HOSTILE = {
    "an external link": (lambda file: file.__setitem__("model_weights/x", h5py.ExternalLink("/etc/passwd", "/")),
                         r"a link stands where weights should: .*ExternalLink to /etc/passwd"),
    "a soft link": (lambda file: file.__setitem__("model_weights/x", h5py.SoftLink("/y")),
                    r"a link stands where weights should: .*SoftLink to /y"),
    "an external array": (external, r"keeps its numbers in another file: .*secret\.bin - at x\.h5: model_weights/x"),
    "a virtual array": (virtual, "is put together from other files"),
    "a claimed shape": (lambda file: file.create_dataset("x", (1 << 40,), "f4", chunks=(1 << 16,)),
                        r"claims more than the file holds: .*got 4398046511104 bytes, 0 stored"),
    "a compressed bomb": (lambda file: file.create_dataset("x", data=np.zeros(1 << 24, np.int8), chunks=(1 << 24,), compression="gzip",
                                                           compression_opts=9) and file.create_dataset(
                              "y", (1 << 40,), "f4", chunks=(1 << 16,), compression="gzip").__setitem__(slice(0, 4), 1),
                          "claims more than the file holds"),
    "texts": (lambda file: file.create_dataset("x", data=["a", "b"], dtype=h5py.string_dtype()), "holds no plain numbers"),
    "compounds": (lambda file: file.create_dataset("x", (2,), np.dtype([("a", "f4"), ("b", "f4")])), "holds no plain numbers"),
    "references": (lambda file: file.create_dataset("x", (2,), h5py.ref_dtype), "holds no plain numbers"),
    "a named type": (lambda file: file.__setitem__("x", np.dtype("f4")), "an object that is no array"),
    "groups in groups": (deep, "groups stand too deep"),
    "a group in itself": (ring, "groups stand too deep"),
    "an attribute of numbers": (lambda file: file.attrs.__setitem__("model_config", 7), "an attribute is no text"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_anything_but_plain_arrays_of_the_file_is_refused(name, tmp_path):
    build, said = HOSTILE[name]
    path = tmp_path / "x.h5"
    path.write_bytes(hdf5(build))
    with pytest.raises(CheckpointError, match=said):
        opened(path)


def test_a_list_of_names_that_is_a_number_is_damage(tmp_path):
    (tmp_path / "x.h5").write_bytes(hdf5(lambda file: file.attrs.__setitem__("layer_names", 7)))
    with pytest.raises(CheckpointError, match="no text"):
        opened(tmp_path / "x.h5")


def test_what_training_left_is_not_looked_at(model, good, tmp_path):
    def more(file):
        file["optimizer_weights/x"] = h5py.SoftLink("/nowhere")

    agrees(opened(edited(good, tmp_path / "x.h5", more)), model, (2, 8, 9, 3))


def test_code_in_the_configuration_of_an_hdf5_file_is_never_run(good, tmp_path):
    mark = tmp_path / "was-run"
    code = f"__import__('pathlib').Path({str(mark)!r}).touch()"
    bad = {
        "class_name": "Lambda",
        "config": {"name": "x", "function": [code, None, None], "function_type": "lambda"},
    }

    def edit(file):
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"].append({**bad, "name": "x", "inbound_nodes": []})
        file.attrs["model_config"] = json.dumps(config)

    for keras2 in (False, True):
        path = edited(good, tmp_path / "x.h5", lambda file: (edit(file), as_keras2(file) if keras2 else None))  # noqa: B023
        assert "layer 'x' (Lambda) holds Python code; it is not read" in refusal(path)
    assert not mark.exists()


def test_a_library_that_crashes_or_does_not_end_is_a_typed_error(good, tmp_path, monkeypatch):
    script = tmp_path / "child.py"
    monkeypatch.setattr(keras_hdf5_child, "__file__", str(script))
    script.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    assert (
        "the HDF5 file is damaged: expected a complete file, got the HDF5 library stopped with signal 11"
        in refusal(good)
    )
    script.write_text("raise ModuleNotFoundError(\"No module named 'h5py'\")")
    assert 'h5py is not installed - at m.h5. Type: pip install "truecopy-export[keras]"' in refusal(good)
    script.write_text("print('nothing')")
    assert "nothing could be read" in refusal(good)
    monkeypatch.setattr(keras_weights, "_SECONDS", 1)
    script.write_text("import time\ntime.sleep(60)\n")
    assert "the HDF5 library does not come to an end" in refusal(good)


def test_damaged_files_are_refused_or_read_as_arrays_of_numbers(good, tmp_path, monkeypatch):
    """Bytes turned at random, most of them where HDF5 keeps its structure: no crash and no hang of this process."""
    monkeypatch.setattr(keras_weights, "_SECONDS", 10)
    data = good.read_bytes()
    path = tmp_path / "x.h5"
    refused = 0
    for seed in range(12):
        dice = random.Random(seed)  # noqa: S311
        turned = bytearray(data)
        for _ in range(dice.choice([1, 2, 4, 16])):
            turned[dice.randrange(min(len(turned), 4096))] = dice.choice([0, 255, dice.randrange(256)])
        path.write_bytes(turned[: dice.randrange(len(turned))] if seed % 4 == 0 else turned)
        try:
            found = read_hdf5(path, "x.h5")
        except CheckpointError:
            refused += 1
            continue
        assert all(array.dtype.kind in "fiub" for array in found.arrays.values())
    assert refused > 2
