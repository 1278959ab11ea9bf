"""TensorFlow.js layers models: manifest and shards, read by ourselves; the network, in tf_keras."""

from __future__ import annotations

import contextlib
import copy
import importlib.util
import json
import os
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.checkpoints import recognise
from truecopy_export.checkpoints.json_document import read_document
from truecopy_export.graph.tensorflow.library import import_tensorflow
from truecopy_export.networks.tensorflow import tfjs as reader
from truecopy_export.networks.tensorflow.tfjs import open_tfjs
from truecopy_export.networks.tensorflow.tfjs_weights import read_manifest, read_weights

KERNEL = np.random.default_rng(1).standard_normal((3, 2, 1, 4)).astype("<f4")
BIAS = np.float32([0.5, -1.0, 2.0, 0.25])
MATRIX = np.random.default_rng(2).standard_normal((4, 3)).astype("<f4")


def layer(kind: str, **settings: object) -> dict[str, object]:
    return {"class_name": kind, "config": settings}


def topology(*more: dict[str, object]) -> dict[str, object]:
    """Convolution, mean, matrix: pictures of 6 x 5, three classes."""
    layers = [
        layer("Conv2D", name="conv", filters=4, kernel_size=[3, 2], strides=[1, 1], padding="same", activation="relu",
              use_bias=True, batch_input_shape=[None, 6, 5, 1], data_format="channels_last",
              kernel_initializer=layer("Nobody", of="trains here")),
        layer("GlobalAveragePooling2D", name="mean"),
        layer("Dense", name="dense", units=3, activation="linear", use_bias=False),
        *more,
    ]  # fmt: skip
    return {
        "class_name": "Sequential",
        "config": {"name": "small", "layers": layers},
        "keras_version": "tfjs-layers 1.7",
    }


def spec(name: str, array: np.ndarray, dtype: str = "float32", **more: object) -> dict[str, object]:
    return {"name": name, "shape": list(array.shape), "dtype": dtype, **more}


def document(*more: dict[str, object]) -> dict[str, object]:
    weights = [spec("conv/kernel", KERNEL), spec("conv/bias", BIAS), spec("dense/kernel", MATRIX)]
    return {
        "modelTopology": topology(*more),
        "weightsManifest": [{"paths": ["a.bin", "b.bin"], "weights": weights}],
    }


def save(folder: Path, made: dict[str, object], data: bytes | None = None, cut: int = 50) -> Path:
    """The weights stand in two files, cut in the middle of a number."""
    folder.mkdir(exist_ok=True)
    data = KERNEL.tobytes() + BIAS.tobytes() + MATRIX.tobytes() if data is None else data
    (folder / "a.bin").write_bytes(data[:cut])
    (folder / "b.bin").write_bytes(data[cut:])
    (folder / "model.json").write_text(json.dumps(made))
    return folder


@pytest.fixture
def never(monkeypatch):
    """TensorFlow is not reached."""

    def reached(*_):
        raise AssertionError("TensorFlow was imported")

    monkeypatch.setattr(reader, "import_tensorflow", reached)


# The manifest and its files.


def test_tensors_lie_one_after_the_other_across_files(tmp_path):
    save(tmp_path, document())
    manifest = read_manifest(document()["weightsManifest"], tmp_path, "model.json")
    weights = read_weights(manifest)
    assert list(weights) == ["conv/kernel", "conv/bias", "dense/kernel"]
    assert all(
        np.array_equal(weights[name], array)
        for name, array in zip(weights, (KERNEL, BIAS, MATRIX), strict=True)
    )
    assert manifest.elements == KERNEL.size + BIAS.size + MATRIX.size


@pytest.mark.parametrize(
    ("stored", "dtype", "scale", "smallest", "expected"),
    [
        (np.uint8([0, 1, 255]), "float32", 0.1, -3.0, np.float32([-3.0, 0.1 - 3.0, 25.5 - 3.0])),
        (np.array([0, 1, 65535], "<u2"), "float32", 0.001, 0.5, np.float32([0.5, 0.501, 66.035])),
        # Math.round of JavaScript: half goes up, on both sides of zero.
        (np.uint8([0, 1, 2, 3]), "int32", 1.0, -1.5, np.int32([-1, 0, 1, 2])),
    ],
)
def test_quantized_weights_come_out_as_a_browser_makes_them(
    tmp_path, stored, dtype, scale, smallest, expected
):
    (tmp_path / "w").write_bytes(stored.tobytes())
    quantization = {"dtype": stored.dtype.name, "scale": scale, "min": smallest}
    manifest = [{"paths": ["w"], "weights": [spec("q", stored, dtype, quantization=quantization)]}]
    (made,) = read_weights(read_manifest(manifest, tmp_path, "m")).values()
    assert made.dtype == expected.dtype
    assert np.array_equal(made, expected)


@pytest.mark.parametrize("quantized", [False, True])
def test_half_precision_becomes_float32(tmp_path, quantized):
    half = np.float16([1.5, -0.1, 65504.0])
    (tmp_path / "w").write_bytes(half.tobytes())
    one = spec("h", half, quantization={"dtype": "float16"}) if quantized else spec("h", half, "float16")
    (made,) = read_weights(read_manifest([{"paths": ["w"], "weights": [one]}], tmp_path, "m")).values()
    assert made.dtype == np.float32
    assert np.array_equal(made, half.astype(np.float32))


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_what_is_written_is_read_back_whatever_the_shapes_and_the_cuts(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("w")
    shapes = data.draw(st.lists(st.lists(st.integers(0, 4), max_size=4), min_size=1, max_size=5))
    arrays = [
        np.random.default_rng(index).standard_normal(shape).astype("<f4")
        for index, shape in enumerate(shapes)
    ]
    raw = b"".join(array.tobytes() for array in arrays)
    cut = data.draw(st.integers(0, len(raw)))
    (folder / "0").write_bytes(raw[:cut])
    (folder / "1").write_bytes(raw[cut:])
    weights = [spec(f"w{index}", array) for index, array in enumerate(arrays)]
    made = read_weights(read_manifest([{"paths": ["0", "1"], "weights": weights}], folder, "m"))
    assert all(
        np.array_equal(one, array) and one.shape == array.shape
        for one, array in zip(made.values(), arrays, strict=True)
    )


@pytest.mark.parametrize(
    "name",
    ["../a.bin", "x/../../a.bin", "/etc/passwd", "C:\\a.bin", "..\\a.bin", "\\\\host\\share\\a", "http://x/a.bin",
     "file:///a.bin", "a\0.bin", "", "C:a.bin"],
)  # fmt: skip
@pytest.mark.usefixtures("never")
def test_a_path_out_of_the_folder_is_refused(tmp_path, name):
    made = document()
    made["weightsManifest"][0]["paths"][1] = name
    (tmp_path / "b.bin").write_bytes(b"outside")
    with pytest.raises(CheckpointError, match=r"a file that is not beside model\.json"):
        open_tfjs(save(tmp_path / "model", made))


@pytest.mark.usefixtures("never")
def test_a_link_out_of_the_folder_and_what_is_no_file_are_refused(tmp_path):
    folder = save(tmp_path / "model", document())
    (folder / "b.bin").rename(tmp_path / "b.bin")
    (folder / "b.bin").symlink_to(tmp_path / "b.bin")
    with pytest.raises(CheckpointError, match="the manifest names a link that leads out of the folder"):
        open_tfjs(folder)
    (folder / "b.bin").unlink()
    with pytest.raises(CheckpointError, match=r"a file that is not there: expected b\.bin") as caught:
        open_tfjs(folder)
    assert "No such file" in str(caught.value.got)
    (folder / "b.bin").mkdir()
    with pytest.raises(CheckpointError, match="something that is no file"):
        open_tfjs(folder)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize("change", [-1, 1, 4000])
def test_files_of_another_size_than_their_tensors_are_refused(tmp_path, change):
    data = (KERNEL.tobytes() + BIAS.tobytes() + MATRIX.tobytes() + bytes(4000))[: 160 + change]
    with pytest.raises(CheckpointError, match="another size than their tensors") as caught:
        open_tfjs(save(tmp_path / "model", document(), data))
    assert (caught.value.expected, caught.value.got) == ("160 bytes", f"{160 + change} bytes")


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shape": [1 << 40]}, "GiB"),
        ({"shape": [-1, -4]}, "no shape"),
        ({"shape": [1] * 40}, "no shape"),
        ({"shape": "x"}, "malformed"),
        ({"dtype": "string"}, "a type that is not read"),
        ({"dtype": "complex64"}, "a type that is not read"),
        ({"quantization": {"dtype": "int4", "scale": 1, "min": 0}}, "quantized in a way"),
        ({"quantization": {"dtype": "uint8", "scale": 1}}, "quantized in a way"),
        ({"quantization": {"dtype": "uint8", "scale": 1e999, "min": 0}}, "Infinity is no JSON number"),
        ({"name": "conv/bias"}, "stands twice"),
    ],
)
def test_a_weight_that_is_none_is_refused(tmp_path, change, said):
    made = document()
    made["weightsManifest"][0]["weights"][0] |= change
    with pytest.raises(CheckpointError, match=said):
        open_tfjs(save(tmp_path / "model", made))


@pytest.mark.usefixtures("never")
def test_a_file_that_stands_twice_is_refused(tmp_path):
    made = document()
    made["weightsManifest"].append(copy.deepcopy(made["weightsManifest"][0]))
    for one in made["weightsManifest"][1]["weights"]:
        one["name"] += "_again"
    with pytest.raises(CheckpointError, match="a file stands twice"):
        open_tfjs(save(tmp_path / "model", made))


@pytest.mark.parametrize("name", ["model.json", "metadata.json"])
def test_a_document_that_stands_elsewhere_or_is_a_pipe_is_never_read(tmp_path, name):
    folder = save(tmp_path / "model", document())
    (folder / name).unlink(missing_ok=True)
    (tmp_path / "elsewhere").write_text('{"labels": ["private"]}')
    (folder / name).symlink_to(tmp_path / "elsewhere")
    read = [lambda: reader._metadata(folder)]
    if name == "model.json":
        read = [lambda: open_tfjs(folder), lambda: recognise(folder)]
    for act in read:
        with pytest.raises(CheckpointError, match=f"a link that leads out of the folder: got {name}"):
            act()
    (folder / name).unlink()
    os.mkfifo(folder / name)
    for act in read:
        with pytest.raises(CheckpointError, match=f"something that is no file: got {name}"):
            act()


def test_labels_in_the_hubs_cache_are_links_and_are_carried(tmp_path):
    folder, blobs = tmp_path / "models--a--b" / "snapshots" / "12ab", tmp_path / "models--a--b" / "blobs"
    folder.mkdir(parents=True)
    blobs.mkdir()
    (blobs / "1").write_text('{"labels": ["dog", "cat"]}')
    (folder / "metadata.json").symlink_to("../../blobs/1")
    assert reader._metadata(folder).labels.labels == ("dog", "cat")


# The description.


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize("made", [{"format": "graph-model"}, {"modelTopology": {"node": [], "library": {}}}])
def test_a_graph_model_is_refused_with_the_reason(tmp_path, made):
    folder = save(tmp_path / "model", document() | made)
    assert recognise(folder) == "tfjs-layers"
    with pytest.raises(CheckpointError, match="graph model: operators rewritten for the browser") as caught:
        open_tfjs(folder)
    assert "SavedModel" in str(caught.value.fix)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("part", "said"),
    [
        (layer("Lambda", name="l", function=["4wEAAA", None, None]), "Lambda holds Python code"),
        (layer("MyOwnLayer", name="l"), "MyOwnLayer is not one of Keras's own layers"),
        (layer("Dense", name="l", units=2, activation="lambda x: x"), "an activation that is not let in"),
        (layer("Dense", name="l", units=2, activation=layer("Lambda")), "Lambda holds Python code"),
        (layer("TFOpLambda", name="l", function="io.write_file"), "TFOpLambda holds an operation"),
        (layer("TensorFlowOpLayer", name="l", node_def={}), "TensorFlowOpLayer holds any operation"),
        (layer("Dense", name="l") | {"module": "os"}, "a module that is not Keras"),
        (layer("Dense", name="l") | {"registered_name": "mine>Dense"}, "a class of its own"),
        ({"module": "builtins", "name": "exec"}, "None is not one of"),
    ],
)
def test_code_and_classes_of_its_own_are_refused_before_tensorflow_is_imported(tmp_path, part, said):
    with pytest.raises(Blocked) as caught:
        open_tfjs(save(tmp_path / "model", document(part)))
    assert said in str(caught.value)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"modelTopology": None}, "the file describes no network"),
        ({"modelTopology": {"class_name": "Dense", "config": {}}}, "does not describe a network of Keras 2"),
        ({"modelTopology": {"model_config": "x"}}, "does not describe a network of Keras 2"),
        ({"modelTopology": {"class_name": "Model", "config": {"dtype": "mixed_float16"}}}, "float32"),
        (
            {"modelTopology": {"class_name": "Model", "config": {"units": 1 << 50}}},
            "not one that Keras wrote",
        ),
        ({"weightsManifest": None}, "manifest of the weights is malformed"),
        ({"weightsManifest": [{"paths": 3}]}, "manifest of the weights is malformed"),
    ],
)
def test_a_document_without_a_network_is_refused(tmp_path, change, said):
    with pytest.raises(CheckpointError, match=said):
        open_tfjs(save(tmp_path / "model", document() | change))


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(("levels", "said"), [(80, "nested deeper than 64"), (500, "nested too deeply")])
def test_a_description_nested_without_end_is_refused(tmp_path, levels, said):
    deep: object = 1
    for _ in range(levels):
        deep = {"config": deep}
    with pytest.raises(CheckpointError, match=said):
        open_tfjs(save(tmp_path / "model", document(layer("Dense", name="l", more=deep))))


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_a_damaged_document_is_refused_or_its_weights_are_read(tmp_path_factory, data):
    folder = save(tmp_path_factory.mktemp("m"), document())
    raw = bytearray((folder / "model.json").read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    if data.draw(st.booleans()):
        raw[at] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del raw[at : at + data.draw(st.integers(1, 200))]
    (folder / "model.json").write_bytes(raw)
    with contextlib.suppress(CheckpointError):
        found = read_document(folder / "model.json", "model", 1 << 20)
        reader.checked_config(reader._description(found, "m"), "m")
        manifest = read_manifest(found.get("weightsManifest"), folder, "m")
        assert sum(one.size for one in read_weights(manifest).values()) == manifest.elements


# What stands beside it.


def test_labels_of_a_teachable_machine_are_carried_and_no_recipe(tmp_path):
    (tmp_path / "metadata.json").write_text(
        json.dumps({"labels": ["dog", "cat"], "imageSize": 224, "packageName": "@teachablemachine/image"})
    )
    carried = reader._metadata(tmp_path)
    assert carried.labels is not None
    assert (carried.labels.labels, carried.labels.source) == (("dog", "cat"), "checkpoint metadata.json")
    assert carried.facts == (("made by", "@teachablemachine/image"), ("picture size", "224"))
    assert carried.recipe is None


@pytest.mark.parametrize("text", ['{"labels": 3}', '{"labels": [1, 2]}', '{"labels": ["a", ""]}', "{"])
def test_metadata_that_is_malformed_is_refused(tmp_path, text):
    (tmp_path / "metadata.json").write_text(text)
    with pytest.raises(CheckpointError):
        reader._metadata(tmp_path)


def test_metadata_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "metadata.json").write_text('{"name": "x"}')
    assert reader._metadata(tmp_path).labels is None


def test_tensorflow_that_is_not_installed_is_named_with_the_line_to_type(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(CheckpointError, match="tensorflow is not installed") as caught:
        open_tfjs(save(tmp_path / "model", document()))
    assert caught.value.fix == 'Type: pip install "truecopy-export[tensorflow]"'


# In tf_keras.


@pytest.fixture(scope="module")
def tf():
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed (make tensorflow)")
    return import_tensorflow()


def expected(pictures: np.ndarray) -> np.ndarray:
    """In NumPy: `same` padding of a 3 x 2 kernel is one row above and below, one column on the right."""
    padded = np.pad(pictures[..., 0], ((0, 0), (1, 1), (0, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 2), axis=(1, 2))
    seen = np.maximum(np.einsum("nhwij,ijc->nhwc", windows, KERNEL[:, :, 0]) + BIAS, 0)
    return seen.mean((1, 2)) @ MATRIX


@pytest.mark.usefixtures("tf")
@pytest.mark.parametrize("named", ["folder", "file"])
def test_a_layers_model_answers_as_its_numbers_say_and_so_does_its_graph(tmp_path, named):
    folder = save(tmp_path / "model", document())
    opened = open_tfjs(folder if named == "folder" else folder / "model.json")
    assert opened.format == "tfjs-layers"
    assert opened.network.inputs[0].shape == ("batch", 6, 5, 1)
    assert "TensorFlow.js itself runs in a browser" in opened.network.notes[0]
    for batch in (1, 2, 5):
        pictures = np.random.default_rng(batch).standard_normal((batch, 6, 5, 1)).astype("f4")
        answer = opened.network.answering(torch.from_numpy(pictures)).numpy()
        assert np.allclose(answer, expected(pictures), atol=1e-5)
        example = (torch.from_numpy(pictures),)
        network = opened.network
        model = network.to_onnx(network.answering, example, network.inputs, ("logits",), "logits")
        (made,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"input": pictures})
        assert np.allclose(made, answer, atol=1e-5)


@pytest.mark.usefixtures("tf")
def test_a_weight_under_another_name_is_refused(tmp_path):
    made = document()
    made["weightsManifest"][0]["weights"][2]["name"] = "dense_1/kernel"
    with pytest.raises(CheckpointError, match="called otherwise than the network's") as caught:
        open_tfjs(save(tmp_path / "model", made))
    assert (caught.value.expected, caught.value.got) == ("dense/kernel", "dense_1/kernel")


@pytest.mark.usefixtures("tf")
def test_a_weight_of_another_shape_is_refused(tmp_path):
    made = document()
    made["weightsManifest"][0]["weights"][2]["shape"] = [3, 4]
    with pytest.raises(CheckpointError, match="the weight dense/kernel has another shape"):
        open_tfjs(save(tmp_path / "model", made))


@pytest.mark.usefixtures("tf")
def test_a_network_that_asks_for_more_weights_than_the_file_has_is_refused_without_making_them(tmp_path):
    made = document(layer("Dense", name="huge", units=1 << 30, use_bias=False))
    with pytest.raises(CheckpointError, match="do not fit the network") as caught:
        open_tfjs(save(tmp_path / "model", made))
    assert caught.value.expected == f"{40 + 3 * (1 << 30)} numbers"


@pytest.mark.usefixtures("tf")
def test_a_value_that_memory_does_not_hold_is_refused(tmp_path):
    made = document(layer("RepeatVector", name="many", n=1 << 28), layer("Flatten", name="flat"))
    with pytest.raises(CheckpointError, match="a value inside the network is too large"):
        open_tfjs(save(tmp_path / "model", made))


@pytest.mark.usefixtures("tf")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"units": "x"}, "tf_keras cannot build the network"),
        ({"activation": "relu", "wrong": 1}, "tf_keras cannot build"),
    ],
)
def test_settings_that_keras_does_not_take_are_refused(tmp_path, change, said):
    with pytest.raises(CheckpointError, match=said):
        open_tfjs(save(tmp_path / "model", document(layer("Dense", name="l", **({"units": 2} | change)))))


@pytest.mark.usefixtures("tf")
def test_a_network_without_the_shape_of_its_input_is_refused(tmp_path):
    made = document()
    del made["modelTopology"]["config"]["layers"][0]["config"]["batch_input_shape"]
    with pytest.raises(CheckpointError, match="does not say the shape of its input"):
        open_tfjs(save(tmp_path / "model", made))
